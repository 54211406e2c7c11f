import { writeFileSync } from "node:fs";
import ndarray from "ndarray";
import { test } from "vitest";
import * as f from "../src";
import { compile, constant, hostTensor, Parameter, type Tensor } from "../src";
import { devices, runOn, draws } from "./devices";
import { relativeError } from "./golden-cases";
const out: string[] = []; let ok = 0, all = 0;
const chk = (n: string, got: any, want: any, tol = 1e-5) => { all++; const g = [...(got.data ?? got)], w = [...(want.data ?? want)]; const e = g.length === w.length ? relativeError(g, w) : Infinity; if (e <= tol) ok++; else out.push(`BAD ${n}: ${e} got ${g.slice(0, 6)} want ${w.slice(0, 6)}`); };
const t = async (n: string, fn: () => any) => { try { const r = await fn(); if (r !== undefined) out.push(`${n}: ${typeof r === "string" ? r : JSON.stringify(r)}`.slice(0, 400)); } catch (e: any) { out.push(`THROW ${n}: ${f.isAutogradError(e) ? "" : `!!${e.constructor?.name} `}${e.message}`.slice(0, 400)); } };
const H = (s: number[], k: number) => hostTensor(draws(f.sizeOf(s), k), s);
const sec = (y: Tensor, wrt: any[]) => { const g = f.gradients(f.sum(f.mul(y, f.sin(y))), wrt); const s = g.map((q) => f.sum(f.mul(q, f.cos(q)))).reduce((a, b) => f.add(a, b)); const g2 = f.gradients(s, wrt); const s2 = g2.map((q) => f.sum(f.square(q))).reduce((a, b) => f.add(a, b)); return [y, ...g, ...g2, ...f.gradients(s2, wrt)]; };
test("num", async () => {
  for (const d of devices) {
    const w = new Parameter(H([3, 3], 9)), b = new Parameter(H([3], 8));
    const blk = (x: Tensor) => f.tanh(f.linear(x, w, b));
    const cases: [string, any[], (...x: Tensor[]) => Tensor, (...x: Tensor[]) => Tensor][] = [
      ["one", [H([2, 3], 1)], (x) => f.checkpoint(blk, x), blk],
      ["multi", [H([2, 3], 1), H([2, 3], 2)], (x, y) => f.checkpoint((p: Tensor, q: Tensor) => f.mul(blk(p), f.exp(q)), x, y), (x, y) => f.mul(blk(x), f.exp(y))],
      ["same twice", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor, q: Tensor) => f.mul(blk(p), f.exp(q)), x, x), (x) => f.mul(blk(x), f.exp(x))],
      ["nested", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.add(f.checkpoint(blk, f.checkpoint(blk, p)), p), x), (x) => f.add(blk(blk(x)), x)],
      ["stack", [H([2, 3], 1)], (x) => [1, 2, 3, 4].reduce((h) => f.checkpoint(blk, h), x), (x) => [1, 2, 3, 4].reduce((h) => blk(h), x)],
      ["captured tensor", [H([2, 3], 1), H([3], 4)], (x, y) => { const z = f.exp(y); return f.checkpoint((p: Tensor) => f.mul(blk(p), z), f.mul(x, z)); }, (x, y) => f.mul(blk(f.mul(x, f.exp(y))), f.exp(y))],
      ["captured is input ancestor", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.mul(blk(p), x), f.square(x)), (x) => f.mul(blk(f.square(x)), x)],
      ["identity", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor) => p, x), (x) => x],
      ["returns captured", [H([2, 3], 1)], (x) => f.checkpoint((_p: Tensor) => f.square(x), x), (x) => f.square(x)],
      ["returns captured itself", [H([2, 3], 1)], (x) => f.mul(f.checkpoint((_p: Tensor) => x, f.exp(x)), 2), (x) => f.mul(x, 2)],
      ["unused input", [H([2, 3], 1), H([2], 2)], (x, y) => f.checkpoint((p: Tensor, _q: Tensor) => blk(p), x, y), (x) => blk(x)],
      ["inner grad", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.gradients(f.sum(f.mul(blk(p), f.square(p))), [p])[0]!, x), (x) => f.gradients(f.sum(f.mul(blk(x), f.square(x))), [x])[0]!],
      ["dropout", [H([4, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.dropout(blk(p), 0.4, 77, 3), x), (x) => f.dropout(blk(x), 0.4, 77, 3)],
      ["attention", [H([1, 2, 4, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.attention(p, f.linear(p, w, b), p, { causal: true }), x), (x) => f.attention(x, f.linear(x, w, b), x, { causal: true })],
      ["weight as operand", [H([2, 3], 1)], (x) => f.checkpoint((p: Tensor, q: Tensor) => f.tanh(f.linear(p, q)), x, w as any), (x) => f.tanh(f.linear(x, w))],
      ["layernorm ce", [H([4, 3], 1)], (x) => f.checkpoint((p: Tensor) => f.mul(f.crossEntropyLoss(f.layerNorm(blk(p), null, null, 0.1), constant([0, 2, -100, 1], [4], "int32")), f.ones([2])), x), (x) => f.mul(f.crossEntropyLoss(f.layerNorm(blk(x), null, null, 0.1), constant([0, 2, -100, 1], [4], "int32")), f.ones([2]))],
    ];
    for (const [n, ins, ck, plain] of cases) await t(`${d} ck ${n}`, async () => {
      const A = await runOn(d, ins, (...x) => sec(ck(...x), [...x, w, b])); const B = await runOn(d, ins, (...x) => sec(plain(...x), [...x, w, b]));
      A.forEach((a, i) => chk(`${d} ck ${n} out ${i}`, a, B[i]));
    });
    await t(`${d} ck int input`, async () => {
      const fn = (ck: boolean) => (x: Tensor, i: Tensor) => { const g = (p: Tensor, q: Tensor) => f.tanh(f.gather(p, q)); const y = ck ? f.checkpoint(g, x, i) : g(x, i); return sec(y, [x]); };
      const ins = [H([4, 2], 3), hostTensor([1, 3, 1], [3], "int32")]; const A = await runOn(d, ins, fn(true) as any), B = await runOn(d, ins, fn(false) as any); A.forEach((a, i) => chk(`${d} ck int ${i}`, a, B[i]));
    });
    // third / fourth derivatives
    await t(`${d} high order`, async () => {
      const [r] = await runOn(d, [hostTensor([0.7, -1.1], [2])], (x) => { let y = f.mul(f.exp(x), f.sin(x)); for (let k = 0; k < 4; k++) y = f.gradients(f.sum(y), [x])[0]!; return [y]; });
      chk(`${d} 4th of e^x sin x`, r, [0.7, -1.1].map((x) => -4 * Math.exp(x) * Math.sin(x)));
      const [q] = await runOn(d, [hostTensor([0.7, -1.1], [2])], (x) => { let y = f.pow(x, 5); for (let k = 0; k < 5; k++) y = f.gradients(f.sum(y), [x])[0]!; return [y]; });
      chk(`${d} 5th of x^5`, q, [120, 120]);
      const [z] = await runOn(d, [hostTensor([0, 2], [2])], (x) => { let y = f.pow(x, 3); for (let k = 0; k < 3; k++) y = f.gradients(f.sum(y), [x])[0]!; return [y]; });
      chk(`${d} 3rd of x^3 at 0`, z, [6, 6]);
      const [z2] = await runOn(d, [hostTensor([0, 2], [2])], (x) => { let y = f.prod(x); y = f.gradients(y, [x])[0]!; return [y]; });
      chk(`${d} prod`, z2, [2, 0]);
      const g3 = f.grad((x: Tensor) => f.sum(f.grad((y: Tensor) => f.sum(f.grad((z: Tensor) => f.sum(f.sin(z)))(y)[0]!))(x)[0]!));
      const [g] = await runOn(d, [hostTensor([0.3], [1])], (x) => g3(x)); chk(`${d} grad grad grad sin`, g, [-Math.cos(0.3)]);
      const v = await runOn(d, [hostTensor([0.3, 0.4], [2]), hostTensor([2, 3], [2])], (x, c) => { const { value, pullback } = f.vjp((p: Tensor, q: Tensor) => f.mul(f.square(p), q), x, c); return [value, ...pullback(c)]; });
      chk(`${d} vjp`, v[1], [0.3 * 2 * 2 * 2, 0.4 * 2 * 3 * 3]); chk(`${d} vjp2`, v[2], [0.09 * 2, 0.16 * 3]);
      const sg = await runOn(d, [hostTensor([2], [1])], (x) => [f.gradients(f.sum(f.mul(f.stopGradient(f.square(x)), x)), [x])[0]!]); chk(`${d} stop`, sg[0], [4]);
      const same = await runOn(d, [hostTensor([2], [1])], (x) => [...f.gradients(f.sum(x), [x, x]), ...f.gradients(f.sum(f.square(x)), [f.exp(x)])]); chk(`${d} dup`, [...same[0]!.data, ...same[1]!.data, ...same[2]!.data], [1, 1, 0]);
      const inter = await runOn(d, [hostTensor([2], [1])], (x) => { const h = f.square(x); const y = f.sum(f.mul(h, x)); return f.gradients(y, [h, x]); }); chk(`${d} intermediate`, [...inter[0]!.data, ...inter[1]!.data], [2, 12]);
      const gi = await runOn(d, [hostTensor([2], [1], "int32"), hostTensor([3], [1])], (i, x) => f.gradients(f.sum(f.mul(f.cast(i, "float32"), x)), [i, x]) ); chk(`${d} int grads`, [...gi[0]!.data, ...gi[1]!.data], [0, 2]); if (gi[0]!.dtype !== "int32" && gi[0]!.dtype !== "float32") out.push("dtype"); 
    });
    // dropout
    await t(`${d} dropout`, async () => {
      const seed = new f.DropoutSeed(); const L = new f.Dropout(0.3, seed).train(), L2 = new f.Dropout(0.3, seed).train();
      const g = compile((x: Tensor) => [L.forward(x), L2.forward(x), f.gradients(f.sum(L.forward(x)), [x])[0]!], { device: d });
      const x = hostTensor(new Float32Array(20000).fill(1), [20000]);
      seed.set(5); const a: any = await g(x); seed.set(6); const b2: any = await g(x); seed.set(5); const c2: any = await g(x);
      const eq = (p: any, q: any) => p.data.every((v: number, i: number) => v === q.data[i]);
      const frac = a[0].data.filter((v: number) => v === 0).length / 20000;
      const corr = a[0].data.reduce((s: number, v: number, i: number) => s + (v === 0 && a[1].data[i] === 0 ? 1 : 0), 0) / 20000;
      await g.dispose();
      return { same: eq(a[0], c2[0]), diffSeed: !eq(a[0], b2[0]), diffLayer: !eq(a[0], a[1]), gradIsMask: eq(a[0], a[2]), frac, corr, kept: a[0].data.find((v: number) => v !== 0), head: Array.from(a[0].data.slice(0, 12)).map((v: any) => (v ? 1 : 0)).join("") };
    });
    await t(`${d} dropout seed -1 / rate 1 NaN`, async () => { const s = new f.DropoutSeed(); s.set(-1); const r = await runOn(d, [hostTensor([NaN, Infinity, 2], [3])], (x) => [f.dropout(x, 1, 3), f.dropout(x, 0, 3)]); return { p: [...s.parameter.data], r1: [...r[0]!.data].map(String), r0: [...r[1]!.data].map(String) }; });
  }
  // embedding padding vs. manual; TransposedLinear ranks
  for (const d of devices) {
    await t(`${d} embpad`, async () => {
      const e = new f.Embedding(4, 2, { paddingIndex: -3 }); f.initialize(e, 3);
      const [y, g] = await runOn(d, [hostTensor([0, 1, 1, 3], [2, 2], "int32")], (i) => { const y = e.forward(i); return [y, f.gradients(f.sum(f.square(f.add(y, 1))), [e.weight])[0]!]; });
      const w = e.weight.data; chk(`${d} emb y`, y, [w[0], w[1], w[2], w[3], w[2], w[3], w[6], w[7]]); chk(`${d} emb g`, g, [2 * (w[0]! + 1), 2 * (w[1]! + 1), 0, 0, 0, 0, 2 * (w[6]! + 1), 2 * (w[7]! + 1)]); if (e.paddingIndex !== 1 || w[2] !== 0 || w[3] !== 0) out.push("emb pad init");
      const h = new f.Embedding(4, 2, { paddingIndex: 1, dtype: "bfloat16" }); f.initialize(h, 3); const r = await runOn(d, [hostTensor([0, 1, 1, 3], [4], "int32")], (i) => { const y = h.forward(i); const g = f.gradients(f.sum(f.square(f.add(y, 1))), [h.weight])[0]!; return [y, g, f.gradients(f.sum(f.square(g)), [h.weight])[0]!]; }); chk(`${d} emb half`, r[0], [...r[0]!.data]); 
      const neg = await runOn(d, [hostTensor([-1], [1], "int32")], (i) => [e.forward(i)]).catch((x) => x.message); out.push(`${d} Embedding.forward(-1): ${neg?.[0]?.data ? [...neg[0].data] : neg} (row 3 = ${w[6]},${w[7]})`);
    });
    await t(`${d} TL`, async () => {
      for (const s of [[3], [2, 3], [2, 0, 3], [2, 2, 2, 3]]) { const l = new f.TransposedLinear(3, 2); f.initialize(l, 1); const x = H(s, 3); const r = await runOn(d, [x], (q) => { const y = l.forward(q); return [y, ...f.gradients(f.sum(f.square(y)), [q, l.weight, l.bias!])]; }); const W = l.weight.data; const rows = x.data.length / 3; const want: number[] = []; for (let i = 0; i < rows; i++) for (let o = 0; o < 2; o++) want.push([0, 1, 2].reduce((a, k) => a + x.data[i * 3 + k]! * W[k * 2 + o]!, 0)); chk(`${d} TL ${s}`, r[0], want); if (String(r[0]!.shape) !== String([...s.slice(0, -1), 2])) out.push("TL shape"); }
    });
    // ndarrays
    await t(`${d} ndarray`, async () => {
      const g = compile((x: any, y: any) => ({ s: f.mul(x.a, 2), t: f.cast(y[0], "float32") }), { device: d });
      const base = ndarray(Float64Array.from({ length: 24 }, (_, i) => i + 0.25), [2, 3, 4]);
      for (const [n, v] of [["plain", base], ["T", base.transpose(2, 0, 1)], ["neg", base.step(-1, 1, -2)], ["sub", base.lo(1, 1, 1)], ["pick", base.pick(1, -1, 2)], ["scalar", base.pick(1, 2, 3)], ["bcast", ndarray(new Float32Array([3, 4]), [5, 2], [0, 1], 0)], ["empty", base.hi(0, 3, 4)], ["u8", ndarray(new Uint8Array([0, 1, 2, 255]), [2, 2]).transpose(1, 0)], ["arr", ndarray([1, 2, 3] as any, [3]).step(-1)], ["big", ndarray(new BigInt64Array([1n, 2n]) as any, [2])]] as [string, any][]) {
        const want: number[] = []; const sh = v.shape; const N = sh.reduce((a: number, b: number) => a * b, 1); for (let k = 0; k < N; k++) { let rem = k; const ix: number[] = []; for (let a = sh.length - 1; a >= 0; a--) { ix.unshift(rem % sh[a]); rem = Math.floor(rem / sh[a]); } want.push(Number(v.get(...ix))); }
        const isI = n === "u8" || n === "big";
        try { const r: any = await g({ a: isI ? f.fromNdarray(v, "float32") : v }, [v] as any); chk(`${d} nd ${n}`, r.s, want.map((q) => 2 * q)); chk(`${d} nd t ${n}`, r.t, want); if (String(r.s.shape) !== String(sh)) out.push(`shape ${n}`); const back = f.toNdarray(r.s); chk(`${d} back ${n}`, back.data, r.s.data);
          const C = await runOn(d, [], () => [f.cast(constant(v), "float32"), f.cast(f.add(new Parameter(v), isI ? 0 : 0), "float32")]); chk(`${d} const ${n}`, C[0], want); chk(`${d} param ${n}`, C[1], want); } catch (e: any) { out.push(`nd ${n}: ${e.message}`); }
      }
      await g.dispose();
    });
    await t(`${d} profile`, async () => { const g = compile((x: Tensor) => f.sum(f.matmul(x, x)), { device: d }); const p: any = await g.profile(H([8, 8], 1)); const ch: any = await g.device(H([8, 8], 1)); await g.dispose(); return { keys: Object.keys(p), s: String(p).slice(0, 160), ch: JSON.stringify({ ...ch, engine: 0 }).slice(0, 120) }; });
    await t(`${d} profile empty/const`, async () => { const g = compile(() => ({ a: constant([1], [1]), b: new Parameter(hostTensor([2], [1])).tensor, c: f.zeros([0, 2]) }), { device: d }); const r = await (g as any)(); const p = await (g as any).profile(); await g.dispose(); return { a: [...r.a.data], b: [...r.b.data], c: r.c.shape, p: String(p).slice(0, 50) }; });
    await t(`${d} same tensor outputs`, async () => { const g = compile((x: Tensor) => [x, x, f.reshape(x, [1]), [f.add(x, 1)]], { device: d }); const i = hostTensor([1], [1]); const r: any = await g(i); r[0].data[0] = 9; const r2: any = await g(i); await g.dispose(); return { in: i.data[0], r1: r[1].data[0], r2: r[2].data[0], n: r2[0].data[0], o: r2[3][0].data[0] }; });
    await t(`${d} output is param alias`, async () => { const p = new Parameter(hostTensor([4], [1])); const g = compile(() => [p.tensor, f.reshape(p, [])], { device: d }); const r: any = await (g as any)(); r[0].data[0] = 99; r[1].data[0] = 98; const r2: any = await (g as any)(); await g.dispose(); return { p: p.data[0], again: r2[0].data[0], ag: r2[1].data[0] }; });
    await t(`${d} const alias`, async () => { const c = constant(Float32Array.of(4), [1]); const g = compile(() => [c, f.reshape(c, [])], { device: d }); const r: any = await (g as any)(); r[0].data[0] = 99; r[1].data[0] = 98; const r2: any = await (g as any)(); await g.dispose(); return { again: r2[0].data[0], ag: r2[1].data[0], c: (c.attributes as any).value.data[0] }; });
    await t(`${d} concurrent`, async () => { const g = compile((x: Tensor) => f.mul(x, 2), { device: d }); const r: any[] = await Promise.all([1, 2, 3, 4, 5].map((v) => g(hostTensor([v], [1])))); await g.dispose(); return r.map((q) => q.data[0]).join(); });
    await t(`${d} dispose while running`, async () => { const g = compile((x: Tensor) => f.mul(x, 2), { device: d }); const r: any = g(hostTensor([4], [1])); await g.dispose(); return (await r).data[0]; });
    await t(`${d} key`, async () => { const L = new f.Dropout(0.5, new f.DropoutSeed()); const g = compile((x: Tensor) => L.forward(x), { device: d, key: () => f.structureOf(L) }); const x = hostTensor(new Float32Array(64).fill(1), [64]); const a: any = await g(x); L.train(); const b: any = await g(x); await g.dispose(); return `${a.data.every((v: number) => v === 1)} ${b.data.some((v: number) => v === 0)}`; });
    await t(`${d} rec order`, async () => { const g = compile((o: any) => f.sub(o.a, o.b), { device: d }); const p: any = await g({ a: hostTensor([5], [1]), b: hostTensor([1], [1]) } as any), q: any = await g({ b: hostTensor([1], [1]), a: hostTensor([5], [1]) } as any); await g.dispose(); return `${p.data[0]} ${q.data[0]}`; });
  }
  // initialize stats
  const big = f.initialize(new f.Linear(400, 300), 1).weight.data; const m = big.reduce((a, b) => a + b, 0) / big.length; const va = big.reduce((a, b) => a + b * b, 0) / big.length; out.push(`init linear mean*20 ${(m * 20).toFixed(4)} var*1200 ${(va * 1200).toFixed(4)} max*20 ${(Math.max(...big.slice(0, 100000)) * 20).toFixed(4)}`);
  const em = f.initialize(new f.Embedding(400, 300), 1).weight.data; const v2 = em.reduce((a, b) => a + b * b, 0) / em.length, k4 = em.reduce((a, b) => a + b ** 4, 0) / em.length; out.push(`emb var ${v2.toFixed(4)} kurt ${(k4 / v2 / v2).toFixed(4)}`);
  const tl = f.initialize(new f.TransposedLinear(400, 300), 1).weight.data; out.push(`TL std ${Math.sqrt(tl.reduce((a, b) => a + b * b, 0) / tl.length).toFixed(5)}`);
  out.unshift(`checks ${ok}/${all}`);
  writeFileSync("/tmp/review1/out-num.txt", out.join("\n") + "\n");
}, 590000);
