import { builtin, maxRead } from "./builtin";
import { SafetensorsError } from "./errors";
import { type ByteSource, checkRange, reason } from "./source";

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
