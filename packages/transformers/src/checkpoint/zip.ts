import type { ByteSource } from "@waveft/safetensors";

/** Bytes inside a file. */
export interface Stored {
  readonly size: number;
  /** `length` bytes from `offset` of them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** An uncompressed member of a zip archive. */
export interface ZipMember extends Stored {
  readonly crc32: number;
}

/** Central directory of a zip archive (zip64 too), by `@zip.js/zip.js`. Members are read in place, so only stored ones. */
export async function openZip(
  source: ByteSource,
  fail: (sentence: string) => never,
): Promise<ReadonlyMap<string, ZipMember>> {
  const { Reader, ZipReader } = await import("@zip.js/zip.js");
  class SourceReader extends Reader<ByteSource> {
    override size = source.size;
    override readUint8Array(index: number, length: number): Promise<Uint8Array> {
      const start = Math.min(index, source.size);
      return source.read(start, Math.min(length, source.size - start));
    }
  }
  let entries: Awaited<ReturnType<InstanceType<typeof ZipReader>["getEntries"]>>;
  try {
    entries = await new ZipReader(new SourceReader(source)).getEntries();
  } catch (error) {
    fail(`is no complete zip archive (${error instanceof Error ? error.message : error})`);
  }
  const members = new Map<string, ZipMember>();
  for (const entry of entries) {
    if (entry.directory) continue;
    const { filename, offset, compressedSize, uncompressedSize: size, compressionMethod } = entry;
    if (compressionMethod !== 0 || compressedSize !== size || entry.encrypted) {
      fail(`holds ${JSON.stringify(filename)} compressed or encrypted, which torch never writes`);
    }
    let dataStart: Promise<number> | undefined;
    members.set(filename, {
      size,
      crc32: entry.signature ?? 0,
      async read(from, length) {
        dataStart ??= findData(source, offset, fail);
        const start = (await dataStart) + from;
        if (start + length > source.size || from + length > size) fail(`is cut short inside ${filename}`);
        return source.read(start, length);
      },
    });
  }
  return members;
}

/** A member's data follow its local header: 30 bytes, then a name and an extra field of its own length. */
async function findData(
  source: ByteSource,
  offset: number,
  fail: (sentence: string) => never,
): Promise<number> {
  if (offset + 30 > source.size) fail("is cut short inside a local header");
  const header = await source.read(offset, 30);
  const view = new DataView(header.buffer, header.byteOffset, 30);
  if (view.getUint32(0, true) !== 0x04034b50) fail("has a broken local header");
  return offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/** CRC-32 as in zip and PNG (reflected polynomial 0xEDB88320). */
export function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
