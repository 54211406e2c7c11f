import { SafetensorsError } from "./errors";

/**
 * The only way to Node. Its modules are asked for when a function runs, and through `process.getBuiltinModule`, so that
 * browsers and bundlers meet no `node:` import.
 *
 * @param who needs them: begins the error where there is no Node
 */
export function builtin<T>(load: (get: NonNullable<typeof process.getBuiltinModule>) => T, who: string): T {
  const get = globalThis.process?.getBuiltinModule;
  if (!get) {
    throw new SafetensorsError(
      `${who} needs Node 20.16 or newer; elsewhere use blobSource, httpSource or serializeSafetensors`,
    );
  }
  return load(get);
}

/** Chunk of one read or write call; the system's own limit is 2 GiB. */
export const maxRead = 1 << 28;
