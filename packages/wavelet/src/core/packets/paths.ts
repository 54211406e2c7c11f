import { shown, WaveletError } from "../../errors";

/** A path from one node down to another: the names of the nodes passed, as one string or a list. */
export type PacketPath = string | readonly string[];

/** The names in a path; all names are of one length. */
export function namesIn(path: unknown, names: readonly string[]): string[] {
  const joined = Array.isArray(path) && path.every((part) => typeof part === "string") ? path.join("") : path;
  if (typeof joined !== "string") {
    throw new WaveletError(`a path must be a string or a list of strings; got ${shown(path)}`, "path");
  }
  const length = names[0]!.length;
  const count = Math.ceil(joined.length / length);
  const parts = Array.from({ length: count }, (_, i) => joined.slice(i * length, (i + 1) * length));
  for (const part of parts) checkName(part, names, `the path ${shown(path)}`);
  return parts;
}

export function checkName(name: unknown, names: readonly string[], where = "the name"): void {
  if ((names as readonly unknown[]).includes(name)) return;
  throw new WaveletError(`${where} must be made of ${names.join(", ")}; got ${shown(name)}`, "path");
}

/** How errors call the node at a path. */
export function nodeAt(path: string): string {
  return path === "" ? "the root" : `node "${path}"`;
}
