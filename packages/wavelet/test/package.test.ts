import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle } from "@waveft/browser-test";
import { describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { dwt } from "../src/index";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("size of a minified bundle, gzipped", () => {
  const gzipped = async (source: string): Promise<number> => {
    const folder = await mkdtemp(join(tmpdir(), "waveft-size-"));
    try {
      const entry = join(folder, "entry.ts");
      await writeFile(entry, source);
      return gzipSync(await bundle(entry, { minify: true }), { level: 9 }).length;
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const src = (file: string) => JSON.stringify(join(root, "src", file));

  it("the whole API: at most 80 KB", async () => {
    expect(await gzipped(`export * from ${src("index.ts")};`)).toBeLessThanOrEqual(80_000);
  });

  // ndarray and what it needs take 2.4 KB of each; the taps of Daubechies' 38 wavelets alone 11.
  it.each([
    ["haar", 12_000],
    ["symlets", 15_000],
    ["biorthogonal", 13_000],
    ["reverseBiorthogonal", 13_000],
    ["discreteMeyer", 13_000],
    ["coiflets", 20_000],
    ["daubechies", 22_000],
  ])("dwt of the core entry with %s: at most %i bytes", async (family, most) => {
    const source = `export { dwt, filterBankOf, ${family} } from ${src("core/index.ts")};`;
    expect(await gzipped(source)).toBeLessThanOrEqual(most);
  });
});

const built = existsSync(join(root, manifest.main));

describe.skipIf(!built)(`the built package${built ? "" : " (skipped: no dist; npm test builds it)"}`, () => {
  /** What an expression gives in a Node of its own. */
  const evaluate = (expression: string): unknown => {
    const program = `
      import { createRequire } from "node:module";
      const require = createRequire(process.cwd() + "/");
      console.log(JSON.stringify(${expression}));`;
    const args = ["--input-type=module", "--eval", program];
    return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }));
  };
  const entries = Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"));

  it.each(entries)("%s loads by import and by require, with the same exports", (path) => {
    const name = JSON.stringify(join(manifest.name, path));
    const names = evaluate(`Object.keys(await import(${name})).sort()`);
    expect(names).toEqual(expect.arrayContaining(["dwt", "idwt"]));
    expect(evaluate(`Object.keys(require(${name})).sort()`)).toEqual(names);
  });

  it("computes what its sources compute, either way", () => {
    const expected = Array.from(dwt([3, 1, 4, 1, 5, 9, 2, 6], "db2").cD);
    for (const library of ['(await import("@waveft/wavelet"))', 'require("@waveft/wavelet")']) {
      const cD = `Array.from(${library}.dwt([3, 1, 4, 1, 5, 9, 2, 6], "db2").cD)`;
      expect(evaluate(cD)).toEqual(expected);
    }
  });
});
