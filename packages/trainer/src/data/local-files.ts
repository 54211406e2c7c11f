import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { node } from "../node";
import { DatasetError, reasonOf } from "./dataset-error";
import type { DatasetFiles } from "./dataset-files";

const files = () => node("loadDataset");

/** `~` becomes the home folder. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? files().os.homedir() + path.slice(1) : path;
}

/** What lies at a path. */
export async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  const found = await files()
    .fs.promises.stat(path)
    .catch(() => undefined);
  if (found?.isFile()) return "file";
  return found?.isDirectory() ? "folder" : undefined;
}

/** All files below a local folder, links followed, sorted by name. */
export function localFolder(folder: string): DatasetFiles {
  return {
    list: () => listBelow(folder, "", 0),
    path: async (name) => files().path.join(folder, name),
  };
}

/** Deeper than any data set; a link that points to its own parent ends here. */
const deepestFolder = 16;

async function listBelow(folder: string, prefix: string, depth: number): Promise<string[]> {
  const entries = await files()
    .fs.promises.readdir(files().path.resolve(folder, prefix), { withFileTypes: true })
    .catch((error: unknown) => {
      throw new DatasetError(`cannot list the folder ${folder}: ${reasonOf(error)}`, {
        file: folder,
        cause: error,
      });
    });
  const names: string[] = [];
  for (const entry of entries) {
    const name = prefix + entry.name;
    let kind = entry.isDirectory() ? "folder" : entry.isFile() ? "file" : undefined;
    if (entry.isSymbolicLink()) kind = await kindOf(files().path.resolve(folder, name));
    if (kind === "file") names.push(name);
    // Hidden folders are never data, and one of them (.git) is large.
    else if (kind === "folder" && depth < deepestFolder && !entry.name.startsWith("."))
      names.push(...(await listBelow(folder, `${name}/`, depth + 1)));
  }
  return names.sort();
}

/**
 * The bytes of a file in pieces, unpacked if its name ends in `.gz`. A leading byte order mark is dropped.
 *
 * @throws DatasetError if the file cannot be read
 */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const file = files().fs.createReadStream(path, { highWaterMark: 1 << 18 });
  const source = path.endsWith(".gz") ? file.pipe(files().zlib.createGunzip()) : file;
  if (source !== file) file.on("error", (error) => source.destroy(error));
  let atStart = true;
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      const hasMark = atStart && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      atStart = false;
      yield hasMark ? chunk.subarray(3) : chunk;
    }
  } catch (error) {
    throw new DatasetError(`cannot read ${path}: ${reasonOf(error)}`, { file: path, cause: error });
  } finally {
    file.destroy();
    source.destroy();
  }
}

/**
 * A whole file as text.
 *
 * @throws DatasetError if the file is not UTF-8, or larger than the longest string (512 MB)
 */
export async function readText(path: string): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of readBytes(path)) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const reason =
      bytes.length >= 0x1fff_ffe8
        ? `has ${bytes.length} bytes, too many for one JSON text; write it as JSON lines`
        : "is not UTF-8 text";
    throw new DatasetError(`${path} ${reason}`, { file: path, cause: error });
  }
}

/** Bytes `start` to `end` of a file on request. */
export interface ByteRanges {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/**
 * Opens a file for reading by ranges.
 *
 * @throws DatasetError if it cannot be opened
 */
export async function openRanges(path: string): Promise<ByteRanges> {
  const handle = await files()
    .fs.promises.open(path)
    .catch((error: unknown) => {
      throw new DatasetError(`cannot read ${path}: ${reasonOf(error)}`, { file: path, cause: error });
    });
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice(start, end = size) {
      const read = readRange(handle, size, start, end);
      // Reading ahead may leave a range unwanted, and then its failure too.
      read.catch(() => {});
      return read;
    },
    close: () => handle.close(),
  };
}

async function readRange(handle: FileHandle, size: number, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end && end <= size))
    throw new RangeError(`bytes ${start}–${end} lie outside the file (${size} bytes)`);
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new RangeError(`the file ended at byte ${start + done}`);
    done += bytesRead;
  }
  return bytes.buffer;
}
/** A Node stream over pieces of bytes. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): Readable {
  return files().stream.Readable.from(chunks, { objectMode: false });
}
