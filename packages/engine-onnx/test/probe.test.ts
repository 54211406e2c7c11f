import { test, expect } from "vitest";
import * as A from "@waveft/autograd";
import { onnxEngine, listProviders } from "../src";
import { makeGraph, Parameter, hostTensor, Tensor, gradients, constant } from "@waveft/autograd";
const engine = await onnxEngine("cpu");
const run = async (outs: Tensor[], ins: Tensor[] = [], feeds: A.HostTensor[] = []) => {
  const e = await engine.compile(makeGraph(ins, outs));
  try { return (await e.run(feeds)); } finally { await e.dispose(); }
};
const c = (d: number[], s: number[], t?: any) => constant(d, s, t);
const tryRun = async (name: string, f: () => Tensor[]) => {
  try { const r = await run(f()); console.log(name, r.map((x) => `${x.dtype}[${x.shape}] ${Array.from(x.data).slice(0, 24).join(" ")}`).join(" | ")); }
  catch (e) { console.log(name, "FAILED", (e as Error).message); }
};
test("probe", async () => {
  console.log(await listProviders());
  const p = new Parameter(hostTensor([1, 2, 3, 4, 5, 6], [2, 3]));
  const half = new Parameter(hostTensor(Uint16Array.from([0x3c00, 0x4000]), [2], "float16"));
  const bf = new Parameter(hostTensor(Uint16Array.from([0x3f80, 0x4000]), [2], "bfloat16"));
  const o = A;
  await tryRun("add", () => [A.add(p, 1)]);
  await tryRun("cast16", () => [A.cast(half, "float32"), half.tensor, half.tensor]);
  await tryRun("castbf", () => [A.cast(bf, "float32"), bf.tensor]);
  for (const x of [half, bf]) {
    await tryRun(x.dtype + " reshape/transpose/gather", () => [A.reshape(x, [1, 2]), A.transpose(A.reshape(x, [1, 2])), A.gather(x, c([1, 0, 1], [3], "int32")), A.slice(x, [1], [2]), A.concat([x, x])]);
    await tryRun(x.dtype + " pad", () => [A.pad(x, [1], [1], { interior: [1] })]);
    await tryRun(x.dtype + " expand", () => [A.broadcastTo(x, [2, 2])]);
    await tryRun(x.dtype + " where", () => [A.where(c([1, 0], [2], "bool"), x, A.gather(x, c([1, 1], [2], "int32")))]);
    await tryRun(x.dtype + " cast int bool", () => [A.cast(x, "int32"), A.cast(x, "bool")]);
  }
  await tryRun("ce", () => { const l = c([1, 2, 3, 4, 5, 6], [2, 3]); const y = A.crossEntropy(l, c([-100, 2], [2], "int32")); return [y, ...gradients(A.sum(y), [l])]; });
  await tryRun("ce all ignored", () => { const l = c([1, 2, 3, 4, 5, 6], [2, 3]); const y = A.crossEntropy(l, c([-100, -100], [2], "int32")); return [y, ...gradients(A.sum(y), [l])]; });
  await tryRun("ce ignore 7", () => { const l = c([1, 2, 3, 4, 5, 6], [2, 3]); const y = A.crossEntropy(l, c([7, 1], [2], "int32"), 7); return [y, ...gradients(A.sum(y), [l])]; });
  await tryRun("ce empty", () => { const l = c([], [0, 3]); const y = A.crossEntropy(l, c([], [0], "int32")); return [y, ...gradients(A.sum(y), [l])]; });
  await tryRun("int ops", () => { const a = c([5, -3], [2], "int32"); return [A.add(a, 2), A.mul(a, 3), A.sub(a, 1), A.less(a, 0), A.equal(a, 5), A.sum(a), A.max(a), A.maximum as any && A.cast(a, "bool"), A.gather(a, c([1], [1], "int32"))]; });
  await tryRun("bool ops", () => { const a = c([1, 0], [2], "bool"); return [A.logicalAnd(a, a), A.logicalOr(a, a), A.logicalNot(a), A.cast(a, "float32"), A.cast(a, "int32"), A.where(a, a, A.logicalNot(a)), A.where(a, 1, 0), A.gather(a, c([1], [1], "int32")), A.concat([a, a]), A.reshape(a, [2, 1]), A.transpose(A.reshape(a, [2, 1])), A.slice(a, [0], [1]), A.broadcastTo(a, [3, 2])]; });
  await tryRun("int where pad oneHot", () => { const a = c([1, 4, -1], [3], "int32"); return [A.where(c([1, 0, 1], [3], "bool"), a, a), A.pad(a, [1], [0], { interior: [2] }), A.oneHot(a, 4), A.sum(a, { axes: [0], keepDims: true }), A.transpose(A.reshape(a, [3, 1])), A.scatterAdd(c([1, 2, 3], [3]), c([0, 2, 2], [3], "int32"), 4)]; });
  await tryRun("empty sums", () => { const a = c([], [0, 3]); return [A.sum(a), A.sum(a, { axes: 0 }), A.sum(a, { axes: 1 }), A.sum(a, { axes: [0, 1], keepDims: true })]; });
  await tryRun("empty max", () => { const a = c([], [0, 3]); return [A.max(a, { axes: 1 }), A.argmax(a, 1)]; });
  await tryRun("empty ops", () => { const a = c([], [0, 3]); return [A.add(a, 1), A.exp(a), A.softmax(a), A.transpose(a), A.reshape(a, [3, 0]), A.concat([a, c([1, 2, 3], [1, 3])]), A.slice(a, [0, 1], [0, 2]), A.pad(a, [0, 1], [2, 0]), A.layerNorm(a, c([1, 1, 1], [3]), c([0, 0, 0], [3])), A.broadcastTo(c([], [0]), [2, 0])]; });
  await tryRun("empty inner slice", () => { const a = c([1, 2, 3], [1, 3]); return [A.slice(a, [0, 1], [0, 2]), A.slice(a, [0, 3], [1, 3]), A.slice(a, [0,0],[1,3],[1,2])]; });
  await tryRun("empty matmul", () => { const a = c([], [2, 0]); const b = c([], [0, 3]); return [A.matmul(a, b)]; });
  await tryRun("empty matmul batch", () => { const a = c([], [2, 2, 0]); const b = c([], [0, 3]); return [A.matmul(a, b), A.matmul(a, A.transpose(b), { transposeB: true })]; });
  await tryRun("empty matmul m", () => { const a = c([], [0, 2]); const b = c([1, 2, 3, 4, 5, 6], [2, 3]); return [A.matmul(a, b), A.linear(a, A.transpose(b), c([1, 2, 3], [3])), A.matmul(A.reshape(a, [1, 0, 2]), b)]; });
  await tryRun("linear k=0", () => [A.linear(c([], [2, 0]), c([], [3, 0]), c([1, 2, 3], [3])), A.linear(c([], [2, 0]), c([], [3, 0]))]);
  await tryRun("linear rank1", () => [A.linear(c([1, 2], [2]), c([1, 2, 3, 4, 5, 6], [3, 2]), c([1, 2, 3], [3]))]);
  await tryRun("scalars", () => { const s = c([2], []); return [A.add(s, 1), A.transpose(s, []), A.sum(s), A.max(s), A.slice(s, [], []), A.pad(s, [], []), A.broadcastTo(s, []), A.reshape(s, [1]), A.concat([A.reshape(s, [1])]), A.cast(s, "int32"), A.oneHot(A.cast(s, "int32"), 3), A.gather(c([1, 2, 3], [3]), A.cast(s, "int32")), A.where(A.less(s, 3), s, 0)]; });
  await tryRun("scatter", () => [A.scatterAdd(c([1, 2, 3, 4, 5, 6], [2, 3]), c([1, 1, 0], [3], "int32"), 4, 1), A.scatterAdd(c([1, 2, 3, 4], [2, 2]), c([0, 0, 3, 1], [2, 2], "int32"), 4), A.scatterAdd(c([7], []), c([2], [], "int32"), 4), A.scatterAdd(c([], [0, 2]), c([], [0], "int32"), 3), A.scatterAdd(c([1, 2], [2]), c([1], [], "int32"), 3, 0)]);
  await tryRun("gather empty", () => [A.gather(c([1, 2, 3, 4], [2, 2]), c([], [0], "int32")), A.gather(c([1, 2, 3, 4], [2, 2]), c([1, 0], [1, 2], "int32"), 1)]);
  await tryRun("softmax mask", () => [A.softmax(c([-1e9, -1e9, -1e9, -1e9, 0, 1], [2, 3])), A.softmax(c([Infinity, 1, NaN, 2, 3, 4], [2, 3])), A.softmax(c([3, 4], [2, 1]))]);
  await tryRun("nan inf", () => { const a = c([NaN, Infinity, -Infinity, 0, -0, 1], [6]); return [A.abs(a), A.relu(a), A.maximum(a, 0), A.minimum(a, 0), A.less(a, 0), A.equal(a, a), A.exp(a), A.log(a), A.sqrt(a), A.pow(a, 2), A.cast(a, "bool"), A.max(a), A.sum(a), A.erf(a), A.tanh(a), A.sigmoid(a), A.where(A.less(a, 1), a, 0), A.div(1, a), A.mul(a, 0)]; });
  await tryRun("cast f->i", () => [A.cast(c([1.7, -1.7, 2.5, 1e10, NaN], [5]), "int32")]);
  await tryRun("pad interior", () => [A.pad(c([1, 2, 3, 4], [2, 2]), [1, 0], [0, 1], { interior: [1, 2] })]);
  await tryRun("pad interior empty", () => [A.pad(c([], [0, 2]), [1, 0], [0, 1], { interior: [1, 2] }), A.pad(c([1, 2], [2]), [0], [0])]);
  const x = c(Array.from({ length: 12 }, (_, i) => i + 1), [1, 2, 6]); const k = c([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  await tryRun("conv", () => { const y = A.conv1d(x, k, { stride: 2, dilation: 2, low: 1, high: 2 }); return [y, ...gradients(A.sum(A.mul(y, y)), [x, k])]; });
  await tryRun("convT", () => { const y = A.convTranspose1d(x, k, 20, { stride: 2, dilation: 3, low: 1, high: 2 }); return [y, ...gradients(A.sum(A.mul(y, y)), [x, k])]; });
  await tryRun("convT crop", () => { const y = A.convTranspose1d(x, k, 3, { stride: 2, dilation: 3, low: 4, high: 2 }); return [y, ...gradients(A.sum(A.mul(y, y)), [x, k])]; });
  await tryRun("convT far", () => { const y = A.convTranspose1d(x, k, 30, { low: 40 }); return [y]; });
  await tryRun("conv empty batch", () => [A.conv1d(c([], [0, 2, 6]), k), A.convTranspose1d(c([], [0, 2, 6]), k, 7)]);
  await tryRun("argmax", () => [A.argmax(c([1, 3, 3, 2, 2, 1], [2, 3])), A.argmax(c([1, 3, 3, 2, 2, 1], [2, 3]), 0), A.argmax(c([1, NaN, 3], [3]))]);
  await tryRun("leaf outs", () => [p.tensor, p.tensor, c([1], []), c([1], []), A.stopGradient(p)]);
});
