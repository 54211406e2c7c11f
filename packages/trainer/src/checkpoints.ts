import { sweepFolders, writeFileAtomic } from "@waveft/safetensors";
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
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = path.resolve(outputDir, name);
      const stat = await fs.stat(folder).catch(() => null);
      // Somebody may have tidied up meanwhile.
      return stat === null
        ? []
        : [{ folder, age: stat.mtimeMs, step: Number(name.slice("checkpoint-".length)) }];
    }),
  );
  const folders = found.flat();
  // By age, not by step: an earlier run into this folder may have got further.
  const candidates = folders
    .sort((a, b) => a.age - b.age || a.step - b.step)
    .filter(({ folder }) => !kept.has(folder));
  const surplus = Math.max(0, folders.length - limit);
  for (const { folder } of candidates.slice(0, surplus))
    await fs.rm(folder, { recursive: true, force: true });
};
