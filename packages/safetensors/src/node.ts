/**
 * The only file that touches Node. Its modules are asked for when a function runs, and through
 * `process.getBuiltinModule`, so that browsers and bundlers meet no `node:` import.
 */
import { SafetensorsError } from "./errors";
import { type ByteSource, checkRange, reason } from "./source";

/** Chunk of one read call; the system's own limit is 2 GiB. */
const maxRead = 1 << 28;

function builtin<T>(load: (get: NonNullable<typeof process.getBuiltinModule>) => T, who: string): T {
  const get = globalThis.process?.getBuiltinModule;
  if (!get) {
    throw new SafetensorsError(
      `${who} needs Node 20.16 or newer; elsewhere use blobSource, httpSource or serializeSafetensors`,
    );
  }
  return load(get);
}

/** A file on disk. Close it when done. Rejects with a `SafetensorsError` when it cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource> {
  const fs = builtin((get) => get("node:fs"), "fileSource").promises;
  const failed = (error: unknown) => {
    const code = (error as { code?: unknown } | null)?.code;
    if (code === "ENOENT") return new SafetensorsError(`${path}: no such file`);
    if (code === "EISDIR") return new SafetensorsError(`${path} is a folder, not a file`);
    return new SafetensorsError(`${path} cannot be read (${reason(error)})`);
  };
  let handle: Awaited<ReturnType<typeof fs.open>>;
  try {
    handle = await fs.open(path, "r");
  } catch (error) {
    throw failed(error);
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new SafetensorsError(`${path} is ${stat.isDirectory() ? "a folder" : "a device"}, not a file`);
  }
  return {
    name: path,
    size: stat.size,
    async read(offset, length) {
      checkRange(path, stat.size, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const part = Math.min(length - done, maxRead);
        const { bytesRead } = await handle.read(bytes, done, part, offset + done).catch((error: unknown) => {
          throw failed(error);
        });
        if (bytesRead === 0) throw new SafetensorsError(`${path} became shorter while it was read`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/**
 * Writes the chunks to `path` so that no reader ever sees half a file: into a new file beside it, flushed to the
 * disk, then renamed over the old one. After a failure nothing is left behind and the old file is as it was.
 */
export async function writeFileAtomic(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const fs = builtin((get) => get("node:fs"), "writeFileAtomic").promises;
  const { dirname } = builtin((get) => get("node:path"), "writeFileAtomic");
  const aside = `${path}.${globalThis.process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    const handle = await fs.open(aside, "wx");
    try {
      for await (const chunk of chunks) {
        for (let done = 0; done < chunk.byteLength; ) {
          const part = Math.min(chunk.byteLength - done, maxRead);
          done += (await handle.write(chunk, done, part)).bytesWritten;
        }
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(aside, path);
  } catch (error) {
    await fs.rm(aside, { force: true }).catch(() => {});
    // System errors become a sentence; an error of the chunks' own maker passes as it is.
    if (error instanceof Error && "syscall" in error) {
      throw new SafetensorsError(`${path} cannot be written (${error.message})`);
    }
    throw error;
  }
  // The new name itself must survive a power cut; not every file system lets a folder be flushed.
  const folder = await fs.open(dirname(path), "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
