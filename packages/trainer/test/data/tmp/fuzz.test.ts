import { readFile, writeFile } from "node:fs/promises";
import { it } from "vitest";
import { DatasetError, loadDataset } from "../../../src/data";
import { goldenPath } from "../golden";
it("hard fuzz", async () => {
  let seed = 4242; const rnd = (n: number) => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return Math.floor((seed / 2**32) * n); };
  process.on("unhandledRejection", (e) => console.log("UNHANDLED " + (e as Error).stack));
  { const b = Uint8Array.from(await readFile(goldenPath("zstd.parquet"))); b[11007]=106; b[5231]=188; await writeFile("/tmp/fz.parquet", b); const t = performance.now(); await loadDataset("/tmp/fz.parquet", { split: "train" }); console.log("slow repro", performance.now()-t); }
  const t0 = performance.now(); let runs = 0;
  while (performance.now() - t0 < 75_000) {
    const codec = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"][rnd(6)]!;
    const whole = await readFile(goldenPath(codec + ".parquet"));
    const b = Uint8Array.from(whole); const where: number[][] = [];
    const n = 1 + rnd(6);
    for (let k = 0; k < n; k++) { const at = rnd(b.length), v = rnd(256); where.push([at, v, b.length]); b[at] = v; }
    await writeFile("/tmp/fz.parquet", b);
    const t = performance.now(); runs++;
    let msg = "fine";
    try { await loadDataset("/tmp/fz.parquet", { split: "train" }); } catch (e) { msg = (e as Error).message; if (!DatasetError.isInstance(e)) console.log("OTHER", (e as Error).stack); }
    const dt = performance.now() - t; if (dt > 1500) console.log("slow", codec, JSON.stringify(where), Math.round(dt), msg.slice(0, 150));
  }
  console.log(runs, "runs");
}, 200_000);
