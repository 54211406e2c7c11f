import { writeFileAtomic } from "@waveft/safetensors";
import { PeftError } from "./errors";

/** Makes a folder and those above it. The only use of Node in this package. */
export const makeFolder = async (folder: string): Promise<void> => {
  const get = globalThis.process?.getBuiltinModule;
  if (get === undefined) throw new PeftError("peft: saving to a folder needs Node");
  try {
    await get("node:fs").promises.mkdir(folder, { recursive: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new PeftError(`peft: cannot write to the folder ${folder} (${code ?? message})`, { cause: error });
  }
};

/** Writes a text file, whole or not at all. */
export const writeText = (path: string, text: string): Promise<void> =>
  writeFileAtomic(path, [new TextEncoder().encode(text)]);
