import { writeFileAtomic } from "@waveft/safetensors";
import { TrainerError } from "./errors";

/** Files and folders of a run. The only use of Node in this package beside the data readers. */
const node = () => {
  const get = globalThis.process?.getBuiltinModule;
  if (get === undefined) throw new TrainerError("trainer: saving checkpoints needs Node");
  return { fs: get("node:fs").promises, path: get("node:path") };
};

/** Makes the output folder and proves that it can be written to, before hours are spent on training. */
export const prepareFolder = async (folder: string): Promise<void> => {
  const { fs, path } = node();
  const probe = path.join(folder, `.write-test-${globalThis.process.pid}`);
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(probe, "");
    await fs.rm(probe);
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

/** Fills a folder under another name, then gives it its own: it is there whole or not at all. */
export const writeFolder = async (folder: string, fill: (aside: string) => Promise<void>): Promise<void> => {
  const { fs } = node();
  const aside = `${folder}.tmp-${globalThis.process.pid}`;
  try {
    await fs.rm(aside, { recursive: true, force: true });
    await fs.mkdir(aside, { recursive: true });
    await fill(aside);
    await fs.rm(folder, { recursive: true, force: true });
    await fs.rename(aside, folder);
  } catch (error) {
    await fs.rm(aside, { recursive: true, force: true });
    throw error;
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
