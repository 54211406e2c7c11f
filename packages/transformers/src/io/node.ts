/**
 * The only file that touches Node. Modules are asked for when needed and through `process.getBuiltinModule`,
 * so that browsers and bundlers meet no `node:` import.
 */
import { TransformersError } from "../errors";

interface Builtins {
  readonly crypto: typeof import("node:crypto");
  readonly fs: typeof import("node:fs");
  readonly os: typeof import("node:os");
  readonly path: typeof import("node:path");
}

/** Node's modules; throws a sentence in a browser. */
export function node(): Builtins {
  const get = globalThis.process?.getBuiltinModule;
  if (!get) {
    throw new TransformersError(
      "folders and the hub cache need Node 20.16 or newer; in a browser pass an object with has(name) and open(name)",
    );
  }
  return {
    crypto: get("node:crypto"),
    fs: get("node:fs"),
    os: get("node:os"),
    path: get("node:path"),
  };
}

/** The environment's variables; empty in a browser. */
export const environment = (): Readonly<Record<string, string | undefined>> => globalThis.process?.env ?? {};
