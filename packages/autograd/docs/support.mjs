// Writes docs/support-matrix.md from src/support.ts.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "@waveft/browser-test";

const folder = await mkdtemp(join(tmpdir(), "waveft-support-"));
try {
  const script = join(folder, "page.mjs");
  await writeFile(script, await bundle(fileURLToPath(new URL("../test/support-page.ts", import.meta.url))));
  const { supportPage } = await import(pathToFileURL(script).href);
  await writeFile(new URL("./support-matrix.md", import.meta.url), supportPage());
} finally {
  await rm(folder, { recursive: true });
}
