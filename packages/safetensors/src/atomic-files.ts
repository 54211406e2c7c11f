import { flushFolder } from "./atomic-folders";
import { builtin, maxRead } from "./builtin";
import { SafetensorsError } from "./errors";

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes the chunks to `path` so that no reader ever sees half a file: into a new file beside it, flushed to the
 * disk, then renamed over the old one. After a failure nothing is left behind and the old file is as it was.
 */
export async function writeFileAtomic(path: string, chunks: Chunks): Promise<void> {
  const { dirname } = builtin((get) => get("node:path"), "writeFileAtomic");
  const staged = await stage(path, chunks);
  await staged.commit();
  await flushFolder(dirname(path));
}

/**
 * Writes files that belong together into a folder that exists: all are written aside and flushed before the first takes
 * its name, so that whoever is stopped on the way leaves the old ones. The last file stands for all: where its bytes
 * change, the old one goes first, so that no reader takes it together with new files.
 */
export async function writeFilesAtomic(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const fs = builtin((get) => get("node:fs"), "writeFilesAtomic").promises;
  const { join } = builtin((get) => get("node:path"), "writeFilesAtomic");
  await sweep(folder, files);
  const staged: Staged[] = [];
  try {
    for (const [name, bytes] of files) staged.push(await stage(join(folder, name), [bytes]));
    const [last, bytes] = [...files].at(-1) ?? ["", new Uint8Array()];
    const old = await fs.readFile(join(folder, last)).catch(() => null);
    if (old !== null && !old.equals(bytes)) await fs.rm(join(folder, last));
    for (const { commit } of staged) await commit();
  } finally {
    for (const { discard } of staged) await discard();
  }
  await flushFolder(folder);
}

/** A file beside the one that it will replace. */
interface Staged {
  commit(): Promise<void>;
  /** Removes it, unless it was committed. */
  discard(): Promise<void>;
}

async function stage(path: string, chunks: Chunks): Promise<Staged> {
  const fs = builtin((get) => get("node:fs"), "writeFileAtomic").promises;
  const aside = `${path}.${globalThis.process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  const discard = () => fs.rm(aside, { force: true }).catch(() => {});
  const orNothing = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await discard();
      // System errors become a sentence; an error of the chunks' own maker passes as it is.
      if (error instanceof Error && "syscall" in error) {
        throw new SafetensorsError(`${path} cannot be written (${error.message})`);
      }
      throw error;
    }
  };
  await orNothing(async () => {
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
  });
  return { commit: () => orNothing(() => fs.rename(aside, path)), discard };
}

/** Nobody writes on a file that has not changed for so long. */
const abandonedAfter = 3_600_000;

/** Removes what processes that were killed have left beside these files. */
async function sweep(folder: string, files: ReadonlyMap<string, unknown>): Promise<void> {
  const fs = builtin((get) => get("node:fs"), "writeFilesAtomic").promises;
  const { join } = builtin((get) => get("node:path"), "writeFilesAtomic");
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const owner = /^(.+)\.\d+-[a-z0-9]+\.tmp$/.exec(name)?.[1];
    if (owner === undefined || !files.has(owner)) continue;
    const age = Date.now() - ((await fs.stat(join(folder, name)).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > abandonedAfter) await fs.rm(join(folder, name), { force: true });
  }
}
