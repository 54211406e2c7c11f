import { isPeftError, PeftError } from "./errors";

/** The only use of Node in this package. */
const fs = () => {
  const get = globalThis.process?.getBuiltinModule;
  if (get === undefined)
    throw new PeftError("peft: saving to a folder needs Node; elsewhere `toFiles` gives the files as bytes");
  return get("node:fs").promises;
};

/** Makes a folder and those above it. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await fs().mkdir(folder, { recursive: true });
  } catch (error) {
    if (isPeftError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new PeftError(`peft: cannot write to the folder ${folder} (${code ?? message})`, { cause: error });
  }
};

/** The text of a file, null where there is none. */
export const readTextIfAny = (path: string): Promise<string | null> =>
  fs()
    .readFile(path, "utf8")
    .catch(() => null);
