import { readFileSync, writeFileSync } from "node:fs";
import { test } from "vitest";
import * as f from "../src";
import { hostTensor, resolveDevice } from "../src";
import { runOnce } from "./golden-cases";
const D = JSON.parse(readFileSync("/tmp/review1/opt.json", "utf8"));
test("opt", async () => {
  const out: string[] = []; let bad = 0, worst = 0;
  for (const [n, c] of D.opt.entries()) {
    const ps = c.shapes.map((s: number[], i: number) => new f.Parameter(hostTensor(c.init[i], s)));
    let o = new (f as any)[c.kind](ps, c.options);
    let e = 0;
    for (let s = 0; s < 30; s++) {
      if (s === 12) o.learningRate = c.options.learningRate * 0.3;
      if (s === 17) { const st = o.state(); o = new (f as any)[c.kind](ps, c.options); o.loadState(JSON.parse(JSON.stringify(st), (k, v) => v && typeof v === "object" && "0" in v && !Array.isArray(v) ? Float32Array.from(Object.values(v) as number[]) : v)); }
      const g = c.gs[s].map((x: number[]) => Float32Array.from(x));
      if (c.clip) { const nn = f.clipGradNorm(g, c.clip); if (Math.abs(nn - c.norms[s]) > 1e-5 * c.norms[s]) out.push(`norm ${nn} ${c.norms[s]}`); }
      if (c.cv) f.clipGradValue(g, c.cv);
      o.step(g);
      ps.forEach((p: any, i: number) => { const w = c.traj[s][i]; const m = Math.max(...w.map(Math.abs)); w.forEach((v: number, j: number) => { e = Math.max(e, Math.abs(p.data[j] - v) / m); }); });
    }
    worst = Math.max(worst, e);
    if (e > 1e-5) { bad++; out.push(`opt#${n} ${c.kind} ${JSON.stringify(c.options)} clip ${c.clip} ${c.cv}: ${e}`); }
  }
  out.push(`optimizers ${D.opt.length - bad}/${D.opt.length}, worst ${worst}`);
  bad = 0;
  for (const c of D.sch) {
    const s = c.name === "oneCycle" ? f.oneCycleSchedule(c.total, c.jo) : (f.schedules as any)[c.name](c.wu, c.total, c.jo);
    const e = c.v.map((v: number, i: number) => [i, s(i), v]).filter(([, a, b]: number[]) => !(Math.abs(a! - b!) < 1e-6));
    if (e.length) { bad++; out.push(`schedule ${c.name} wu ${c.wu} total ${c.total} ${JSON.stringify(c.jo)} [step,got,want]: ${JSON.stringify(e.slice(0, 4))}`); }
  }
  out.push(`schedules ${D.sch.length - bad}/${D.sch.length}`);
  // onnx k = 0 forms
  const eng = await resolveDevice("onnx:cpu");
  const z = (s: number[]) => hostTensor(new Float32Array(f.sizeOf(s)).fill(1), s);
  const forms: [string, any[], any][] = [
    ["MatMul plain [5,1,0]x[5,0,5]", [z([5, 1, 0]), z([5, 0, 5])], (a: any, b: any) => [f.matmul(a, b)]],
    ["transposeB", [z([5, 1, 0]), z([5, 5, 0])], (a: any, b: any) => [f.matmul(a, b, { transposeB: true })]],
    ["2d [3,0]x[0,4]", [z([3, 0]), z([0, 4])], (a: any, b: any) => [f.matmul(a, b)]],
    ["2d [3,0]x[4,0]T", [z([3, 0]), z([4, 0])], (a: any, b: any) => [f.matmul(a, b, { transposeB: true })]],
    ["linear [3,0]", [z([3, 0]), z([4, 0]), z([4])], (a: any, b: any, c: any) => [f.linear(a, b, c)]],
    ["linear [2,3,0] nobias", [z([2, 3, 0]), z([4, 0])], (a: any, b: any) => [f.linear(a, b)]],
    ["attention width 0 scale 1", [z([1, 2, 3, 0]), z([1, 2, 4, 0]), z([1, 2, 4, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c, { scale: 1 })]],
    ["attention width 0", [z([1, 2, 3, 0]), z([1, 2, 4, 0]), z([1, 2, 4, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c)]],
    ["attention keys 0", [z([1, 2, 3, 2]), z([1, 2, 0, 2]), z([1, 2, 0, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c)]],
    ["attention length 0", [z([1, 2, 0, 2]), z([1, 2, 3, 2]), z([1, 2, 3, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c)]],
    ["attention rows 0", [z([0, 2, 1, 2]), z([0, 2, 3, 2]), z([0, 2, 3, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c)]],
    ["attention heads 0", [z([1, 0, 1, 2]), z([1, 0, 3, 2]), z([1, 0, 3, 2])], (a: any, b: any, c: any) => [f.attention(a, b, c)]],
    ["conv in 0", [z([1, 0, 5]), z([2, 0, 3])], (a: any, b: any) => [f.conv1d(a, b)]],
    ["conv out 0", [z([1, 2, 5]), z([0, 2, 3])], (a: any, b: any) => [f.conv1d(a, b)]],
    ["conv width<taps", [z([1, 2, 2]), z([2, 2, 3])], (a: any, b: any) => [f.conv1d(a, b)]],
    ["conv batch 0", [z([0, 2, 5]), z([2, 2, 3])], (a: any, b: any) => [f.conv1d(a, b)]],
    ["convT out 0", [z([1, 0, 5]), z([0, 2, 3])], (a: any, b: any) => [f.convTranspose1d(a, b, 4)]],
    ["convT places 0", [z([1, 2, 0]), z([2, 2, 3])], (a: any, b: any) => [f.convTranspose1d(a, b, 4)]],
    ["ce classes 0 rows 0", [z([0, 0]), hostTensor(new Int32Array(0), [0])], (a: any, b: any) => [f.crossEntropyLoss(a, b)]],
    ["ce rows 0", [z([0, 3]), hostTensor(new Int32Array(0), [0])], (a: any, b: any) => [f.crossEntropyLoss(a, b)]],
    ["layerNorm rows 0", [z([0, 3]), z([3])], (a: any, b: any) => [f.layerNorm(a, b)]],
    ["rope length 0", [z([1, 2, 0, 4]), z([0, 2]), z([0, 2])], (a: any, b: any, c: any) => [f.rotaryEmbedding(a, b, c)]],
    ["softmax empty axis", [z([2, 0])], (a: any) => [f.softmax(a)]],
    ["embedding width 0", [z([3, 0]), hostTensor(new Int32Array([1]), [1])], (a: any, b: any) => [f.embedding(a, b)]],
  ];
  for (const d of ["gpu:cpu", "gpu:webasm", "onnx:cpu"] as const) {
    const e = await resolveDevice(d);
    for (const [n, ins, b] of forms) {
      let r: string;
      try {
        // grads too
        const fl = ins.map((t: any, i: number) => (t.dtype === "float32" ? i : -1)).filter((i: number) => i >= 0);
        const o = await runOnce(e, ins, (...x: any[]) => { const [y] = b(...x); return [y, ...f.pullback([y], [f.ones(y.shape)], fl.map((i: number) => x[i])).map((t) => t)]; });
        r = o.map((t) => `[${t.shape}]=${[...t.data].slice(0, 6).map((v) => +v.toFixed(4))}`).join(" | ");
      } catch (x) { r = `THROW ${(x as Error).message.slice(0, 160)}`; }
      out.push(`${d} ${n}: ${r}`);
    }
  }
  writeFileSync("/tmp/review1/out-opt.txt", out.join("\n") + "\n");
}, 590000);
