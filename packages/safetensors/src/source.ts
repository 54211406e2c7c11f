import { SafetensorsError } from "./errors";

/** Random access to bytes: a file, a Blob, a byte array or a remote file. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** What the bytes are, for messages: a path or an address. */
  readonly name?: string;
  /** `length` bytes from `offset`, in memory that belongs to the caller. Rejects when the range is outside or cut short. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close?(): Promise<void>;
}

/** Refuses a range outside `size` before anything is allocated for it. */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  if (
    !(Number.isSafeInteger(offset) && Number.isSafeInteger(length)) ||
    offset < 0 ||
    length < 0 ||
    offset + length > size
  ) {
    throw new SafetensorsError(
      `${name}: bytes ${offset} to ${offset + length} were asked for, but it has ${size}`,
    );
  }
}

/** Bytes that are already in memory. */
export function bytesSource(bytes: Uint8Array, name = "bytes"): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange(name, bytes.byteLength, offset, length);
      // A copy, and never a Buffer's view: results belong to the caller and start at an aligned address.
      return Uint8Array.prototype.slice.call(bytes, offset, offset + length);
    },
  };
}

/** A Blob or File, as from a file picker or the origin private file system. */
export function blobSource(blob: Blob, name = "blob"): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      checkRange(name, blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

export interface HttpSourceOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A remote file read by HTTP range requests. A server that knows no ranges is read once, whole.
 * Rejects with a `SafetensorsError` that names the address and the status.
 */
export async function httpSource(url: string | URL, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const name = String(url);
  const request = options.fetch ?? globalThis.fetch;
  const get = async (first: number, last: number): Promise<Response> => {
    try {
      return await request(name, {
        headers: { ...options.headers, "accept-encoding": "identity", range: `bytes=${first}-${last}` },
      });
    } catch (error) {
      throw new SafetensorsError(`${name} could not be reached (${reason(error)})`);
    }
  };
  const probe = await get(0, 0);
  if (probe.status === 200) return blobSource(await probe.blob(), name);
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(probe.headers.get("content-range") ?? "")?.[1];
  await probe.body?.cancel();
  if ((probe.status !== 206 && probe.status !== 416) || total === undefined) {
    throw new SafetensorsError(
      `${name} answered ${probe.status} ${probe.statusText} to a request for a byte range`,
    );
  }
  const size = Number(total);
  return {
    name,
    size,
    async read(offset, length) {
      checkRange(name, size, offset, length);
      if (length === 0) return new Uint8Array(0);
      const response = await get(offset, offset + length - 1);
      if (
        response.status !== 206 ||
        !(response.headers.get("content-range") ?? "").startsWith(`bytes ${offset}-${offset + length - 1}/`)
      ) {
        await response.body?.cancel();
        throw new SafetensorsError(
          `${name} answered ${response.status} to a request for bytes ${offset} to ${offset + length}`,
        );
      }
      let bytes: Uint8Array;
      try {
        bytes = new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        throw new SafetensorsError(`${name} broke off while it was read (${reason(error)})`);
      }
      if (bytes.byteLength !== length) {
        throw new SafetensorsError(`${name} sent ${bytes.byteLength} bytes where ${length} were asked for`);
      }
      return bytes;
    },
  };
}

/** The innermost useful words of an error: fetch hides them in `cause`. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
