import { accessSync, constants, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "./usage-error";

/** Python loads an adapter that lies beside a model with it, and says nothing: the two must not share a folder. */
export const checkNoModel = (folder: string): void => {
  if (statOf(join(folder, "config.json"))?.isFile())
    throw new UsageError(
      `output_dir ${folder} holds a model (config.json), which would load with the adapter in it from then on; give --output_dir another folder`,
    );
};

/** Finds out, before anything is loaded, whether the folder can be made and written to; leaves nothing behind. */
export const checkOutputFolder = (folder: string): void => {
  const fail = (why: string): never => {
    throw new UsageError(
      `output_dir ${folder} cannot be written to: ${why}; give --output_dir a folder that can`,
    );
  };
  const missing: string[] = [];
  let existing = resolve(folder);
  while (statOf(existing) === undefined && dirname(existing) !== existing) {
    missing.unshift(existing);
    existing = dirname(existing);
  }
  if (!statOf(existing)?.isDirectory()) fail(`${existing} is not a folder`);
  const made: string[] = [];
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    // Level by level: Node's recursive mkdir never ends on file systems such as /proc.
    for (const level of missing) {
      mkdirSync(level);
      made.unshift(level);
    }
  } catch (error) {
    fail(`${existing} does not let one make files (${(error as NodeJS.ErrnoException).code})`);
  } finally {
    for (const level of made) rmdirSync(level);
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
