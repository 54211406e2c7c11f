import { TrainerError } from "./errors";

/**
 * The only file that touches Node. Its modules are asked for when they are needed, and through
 * `process.getBuiltinModule`, so that browsers and bundlers meet no `node:` import.
 *
 * @param who needs them: begins the error where there is no Node
 */
export const node = (who: string) => {
  const get = globalThis.process?.getBuiltinModule;
  if (get === undefined)
    throw new TrainerError(
      `${who} needs Node 20.16 or newer; elsewhere use rows in memory and saveStrategy "no"`,
    );
  return {
    fs: get("node:fs"),
    os: get("node:os"),
    path: get("node:path"),
    stream: get("node:stream"),
    zlib: get("node:zlib"),
  };
};
