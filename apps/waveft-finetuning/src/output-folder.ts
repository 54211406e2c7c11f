import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "./usage-error";

/** Finds out, without making anything, whether the folder can be made and written to. */
export const checkOutputFolder = (folder: string): void => {
  let existing = resolve(folder);
  while (statOf(existing) === undefined && dirname(existing) !== existing) existing = dirname(existing);
  const fail = (why: string): never => {
    throw new UsageError(`output_dir ${folder} cannot be written to: ${why}; give --output_dir a folder that can`);
  };
  if (!statOf(existing)!.isDirectory()) fail(`${existing} is not a folder`);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    fail(`no permission to write to ${existing}`);
  }
};

const statOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A path that goes through a file: what lies above it decides.
    return undefined;
  }
};
