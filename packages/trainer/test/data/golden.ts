import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Path of a file of reference/trainer-data/generate.py. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../golden/data/${name}`, import.meta.url));
}

/** What reference/trainer-data/generate.py wrote. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(goldenPath(name), "utf8")) as T;
}

/** A folder with these files, removed after the test. */
export async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "waveft-data-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The path of one file with this content, removed after the test. */
export async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  return join(await folderOf({ [name]: content }), name);
}

/** Values that JSON cannot hold, as the generator wrote them: {"float": "inf"}, {"int": "9007199254740993"}, … */
export function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [kind, content] = entries[0] ?? [];
  if (entries.length === 1) {
    if (kind === "float") return content === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    if (kind === "int") return BigInt(content);
    if (kind === "bytes") return new Uint8Array(content);
    if (kind === "time") return new Date(content);
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, revived(item)]));
}
