import { writeFileAtomic } from "@waveft/safetensors";
import { TrainerError } from "./errors";
import { node as nodeFor } from "./node";

/** Files and folders of a run. */
const node = () => {
  const { fs, path } = nodeFor("trainer: saving checkpoints");
  return { fs: fs.promises, path };
};

/**
 * Makes the output folder, proves that it can be written to, before hours are spent on training, and clears it of what
 * runs that were killed left half done.
 */
export const prepareFolder = async (folder: string): Promise<void> => {
  const { fs, path } = node();
  const probe = path.join(folder, `.write-test-${globalThis.process.pid}`);
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(probe, "");
    await fs.rm(probe);
    await sweepFolders(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TrainerError(`trainer: cannot write to the output folder ${folder} (${code ?? message})`, {
      cause: error,
    });
  }
};

/** Writes a text file, whole or not at all. */
export const writeText = (folder: string, file: string, text: string): Promise<void> =>
  writeFileAtomic(node().path.join(folder, file), [new TextEncoder().encode(text)]);

/**
 * Fills a folder under another name, then gives it its own: it is there whole or not at all. One that was there is moved
 * aside first, and removed when the new one stands; `sweepFolders` puts it back if the process ends in between.
 */
export const writeFolder = async (folder: string, fill: (aside: string) => Promise<void>): Promise<void> => {
  const { fs, path } = node();
  const [aside, old] = [temporary(folder, "tmp"), temporary(folder, "old")];
  try {
    await fs.rm(aside, { recursive: true, force: true });
    await fs.mkdir(aside, { recursive: true });
    await fill(aside);
    await flushed(aside);
    const isThere = await fs.stat(folder).catch(() => null);
    if (isThere !== null) await fs.rename(folder, old);
    await fs.rename(aside, folder);
    await flushed(path.dirname(folder));
  } catch (error) {
    await fs.rm(aside, { recursive: true, force: true });
    throw error;
  }
  await fs.rm(old, { recursive: true, force: true });
};

const temporary = (folder: string, kind: "tmp" | "old"): string =>
  `${folder}.${kind}-${globalThis.process.pid}`;

/** Names must survive a power cut; not every file system lets a folder be flushed. */
const flushed = async (folder: string): Promise<void> => {
  const handle = await node()
    .fs.open(folder, "r")
    .catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
};

/** Removes what processes that ended while they wrote a folder here left behind, and puts back what they had moved. */
const sweepFolders = async (outputDir: string): Promise<void> => {
  const { fs, path } = node();
  for (const name of await fs.readdir(outputDir)) {
    const [, own, kind, pid] = /^(.+)\.(tmp|old)-(\d+)$/.exec(name) ?? [];
    if (own === undefined || isRunning(Number(pid))) continue;
    const [left, folder] = [path.join(outputDir, name), path.join(outputDir, own)];
    const isThere = await fs.stat(folder).catch(() => null);
    if (kind === "old" && isThere === null) await fs.rename(left, folder);
    else await fs.rm(left, { recursive: true, force: true });
  }
};

const isRunning = (pid: number): boolean => {
  try {
    globalThis.process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

export const checkpointFolder = (outputDir: string, step: number): string =>
  node().path.join(outputDir, `checkpoint-${step}`);

/** Removes the oldest checkpoints beyond the limit; those to keep, the newest and the best, stay. */
export const rotateCheckpoints = async (
  outputDir: string,
  limit: number,
  keep: readonly (string | null)[],
): Promise<void> => {
  const { fs, path } = node();
  const kept = new Set(keep.flatMap((folder) => (folder === null ? [] : [path.resolve(folder)])));
  const names = (await fs.readdir(outputDir)).filter((name) => /^checkpoint-\d+$/.test(name));
  const folders = await Promise.all(
    names.map(async (name) => {
      const folder = path.resolve(outputDir, name);
      return { folder, age: (await fs.stat(folder)).mtimeMs, step: Number(name.slice("checkpoint-".length)) };
    }),
  );
  // By age, not by step: an earlier run into this folder may have got further.
  const candidates = folders
    .sort((a, b) => a.age - b.age || a.step - b.step)
    .filter(({ folder }) => !kept.has(folder));
  const surplus = Math.max(0, folders.length - limit);
  for (const { folder } of candidates.slice(0, surplus)) await fs.rm(folder, { recursive: true });
};
