import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";

/** One ES module for browsers of an entry file with all it needs. */
export async function bundle(entry: string, { minify = false } = {}): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "waveft-bundle-"));
  try {
    await build({
      entry: [entry],
      outDir,
      minify,
      format: "esm",
      platform: "browser",
      target: "es2022",
      noExternal: [/./],
      treeshake: true,
      config: false,
      silent: true,
    });
    const files = await readdir(outDir);
    if (files.length !== 1) throw new Error(`one file expected of ${entry}, got ${files.join(", ")}`);
    return await readFile(join(outDir, files[0]!), "utf8");
  } finally {
    await rm(outDir, { recursive: true });
  }
}
