import { readFileSync, writeFileSync } from "node:fs";
import { test } from "vitest";
import * as f from "../src";
import { resolveDevice } from "../src";
import { casesFrom, checkCase, runCase } from "./golden-cases";
const seed = process.env.RSEED ?? "1";
const list = JSON.parse(readFileSync(`/tmp/review1/cases-${seed}.json`, "utf8"));
test("ops", async () => {
  const out: string[] = [];
  const tally: Record<string, [number, number]> = {};
  const file = { cases: Object.fromEntries(list.map((c: any, i: number) => [`${i}`, c])) };
  const rows = casesFrom(file as any, (name) => (...x: any[]) => new Function("f", "x", `return ${list[+name].expr}`)(f, x));
  for (const device of ["gpu:cpu", "gpu:webasm", "onnx:cpu"] as const) {
    const engine = await resolveDevice(device);
    const t0 = Date.now();
    for (const [i, row] of rows.entries()) {
      const fam = `${device} ${list[i].family}`;
      tally[fam] ??= [0, 0];
      let complaints: readonly string[];
      try { const res = await runCase(engine, row); complaints = checkCase(res, row);
        if (complaints.length > 0 && process.env.DETAIL) { const d: string[] = []; const cmp = (w: string, a: any, b: any, k: number) => { if (!a || !b) return; let m = 0; for (const v of b) if (Number.isFinite(v)) m = Math.max(m, Math.abs(v)); for (let j = 0; j < b.length; j++) if (!Object.is(a[j] + 0, b[j] + 0) && !(Math.abs(a[j] - b[j]) <= 1e-5 * m)) d.push(`${w}[${j}] in=${row.inputs.map((t) => t.data[t.data.length === b.length ? j : 0])} got ${a[j]} want ${b[j]} (max ${m})`); };
          cmp("value", res.value.data, row.output.data, 0); res.gradients.forEach((g, k) => cmp(`grad${k}`, g?.data, row.backward?.gradients[k], k)); res.second.forEach((g, k) => cmp(`second${k}`, g?.data, row.second?.derivatives[k], k)); complaints = [...complaints.map((c) => c.slice(0, 60)), ...d.slice(0, 12)]; } } catch (e) { complaints = [`THROW ${(e as Error).message.slice(0, 300)}`]; }
      tally[fam][1]++;
      if (complaints.length === 0) tally[fam][0]++;
      else out.push(`${device} #${i} ${list[i].expr} ${row.inputs.map((t) => t.dtype + JSON.stringify(t.shape)).join(" ")}\n   ${complaints.join("\n   ")}`);
    }
    out.push(`${device} took ${Date.now() - t0}`);
  }
  writeFileSync(`/tmp/review1/out-ops-${seed}.txt`, `${Object.entries(tally).map(([k, [a, b]]) => `${k}: ${a}/${b}`).join("\n")}\n${out.join("\n")}\n`);
}, 590000);
