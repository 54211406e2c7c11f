import { writeFileSync } from "node:fs";
import ndarray from "ndarray";
import { test } from "vitest";
import * as f from "../src";
import { compile, constant, hostTensor, Parameter, resolveDevice, type Tensor } from "../src";
import { relativeError } from "./golden-cases";
const out: string[] = [];
const A = f as any;
const t = async (name: string, fn: () => unknown) => {
  let r: string;
  const line = new Error().stack!.split("\n")[2]!.match(/:(\d+):\d+\)?$/)?.[1];
  try { const v: any = await fn(); r = v === undefined ? "no error" : typeof v === "string" ? v : JSON.stringify(v, (_, x) => (ArrayBuffer.isView(x) ? Array.from(x as any) : typeof x === "number" && !Number.isFinite(x) ? String(x) : x instanceof f.Tensor ? String(x) : x)); }
  catch (e: any) { const ag = f.isAutogradError(e); const m = String(e.message); const site = m.match(/zz-review1-beh\.test\.ts:(\d+)/)?.[1]; r = `${ag ? "AE" : `!!${e.constructor?.name}`} ${m.slice(0, 190).replace(/\/work\/main\/packages\/autograd\/test\//, "")}${ag && site !== line ? ` <<site ${site} line ${line}>>` : ""}`; }
  out.push(`${name}: ${String(r).slice(0, 330)}`);
};
const c = (s: number[], k = 0) => constant(Float32Array.from({ length: f.sizeOf(s) }, (_, i) => Math.sin(i * 1.3 + k)), s);
test("beh", async () => {
  const ops1 = Object.entries(A).filter(([k, v]) => typeof v === "function" && /^[a-z]/.test(k) && !["compile", "evaluate", "defineOp", "unary", "binary", "mapKernel", "makeGraph", "parameterOf", "hostTensor", "resolveDevice", "chooseDevice", "isTensor", "isAutogradError", "isModule", "allocate", "bytesOf", "isFloat", "sizeOf", "sameShape", "showShape", "byteLengthOf", "needsOf"].includes(k)) as [string, any][];
  const odd: string[] = [];
  for (const [k, fn] of ops1) for (const [an, a] of [["undefined", undefined], ["null", null], ["array", [1, 2]], ["typed", new Float32Array(2)], ["string", "x"], ["ndarray", ndarray(new Float32Array(2), [2])], ["host", hostTensor([1, 2], [2])], ["object", {}], ["bigint", 1n], ["boolean", true]] as [string, any][]) {
    for (const args of [[a, a, a], [c([2]), a, a]]) {
      try { const v = fn(...args); if (v instanceof f.Tensor && v.op !== "constant") await 0; }
      catch (e: any) { if (!f.isAutogradError(e)) odd.push(`${k}(${args[0] === a ? an : "tensor"},${an}): ${e.constructor?.name} ${String(e.message).slice(0, 60)}`); else if (!/zz-review1/.test(e.message)) odd.push(`${k} ${an} no site: ${e.message.slice(0, 100)}`); }
    }
  }
  out.push(`NON-AUTOGRAD ERRORS ${odd.length}:`, ...odd.map((s) => `   ${s}`));
  // shape errors: name + both shapes + site
  await t("crossEntropyLoss", () => f.crossEntropyLoss(c([2, 3]), constant([1, 2, 3], [3], "int32")));
  await t("attention", () => f.attention(c([1, 1, 2, 3]), c([1, 1, 2, 4]), c([1, 1, 2, 4])));
  const lin = new f.Linear(3, 4);
  await t("Linear", () => lin.forward(c([2, 5])));
  await t("TransposedLinear", () => new f.TransposedLinear(3, 4).forward(c([2, 5])));
  await t("Embedding", () => new f.Embedding(3, 4).forward(c([2, 5])));
  await t("EmbeddingPad", () => new f.Embedding(3, 4, { paddingIndex: 1 }).forward(c([2, 5])));
  await t("LayerNorm", () => new f.LayerNorm(3).forward(c([2, 5])));
  await t("RMSNorm", () => new f.RMSNorm(3).forward(c([2, 5])));
  await t("Sequential", () => new f.Sequential(lin, f.relu, new f.Linear(5, 1)).forward(c([2, 3])));
  for (const [k, ex] of Object.entries({ mseLoss: () => f.mseLoss(c([2]), c([3])), clamp: () => f.clamp(c([2]), { min: c([3]) }), clampBig: () => f.clamp(c([2, 1]), { min: c([3]) }), where: () => f.where(f.less(c([2]), 0), c([3]), 1), atan2: () => f.atan2(c([2]), c([3])), remainder: () => f.remainder(c([2]), c([3])), greater: () => f.greater(c([2]), c([3])), xor: () => f.logicalXor(f.less(c([2]), 0), f.less(c([3]), 0)), stack: () => f.stack([c([2]), c([3])]), rot: () => f.rotaryEmbedding(c([1, 1, 2, 4]), c([3, 2]), c([3, 2])), tril: () => f.tril(c([2])), square: () => f.square(constant([true as any], [1], "bool")), swap: () => f.swapAxes(c([2]), 0, 3), dropoutshape: () => f.dropout(c([2]), 0.5, c([2])), dropoutRank: () => f.dropout(c([2]), 0.5, constant([1, 2], [2], "int32")), scatter: () => f.scatterAdd(c([2, 3]), constant([1, 2, 3], [3], "int32"), 4), linearBias: () => f.linear(c([2, 3]), c([4, 3]), c([3])), vjp: () => f.vjp(f.square, c([2])).pullback(c([3])), cg: () => f.gradients(f.sum(f.customGradient(c([2]), [lin.weight], () => [c([3])])), [lin.weight]), cgCount: () => f.gradients(f.sum(f.customGradient(c([2]), [lin.weight], () => [])), [lin.weight]), gradNon: () => f.gradients(c([2]), [c([2])]), pullLen: () => f.pullback([c([2])], [], []), gradUndef: () => f.gradients(undefined as any, [c([2])]), gradWrt: () => f.gradients(f.sum(c([2])), [5 as any]), gradWrtNot: () => f.gradients(f.sum(c([2])), c([2]) as any), gradHost: () => f.gradients(f.sum(c([2])), [hostTensor([1], [1]) as any]), ck: () => f.checkpoint((x: Tensor) => f.add(x, c([3])), c([2])), onesLikeP: () => String(f.onesLike(lin.weight as any)) }))
    await t(`shape ${k}`, ex);
  // dispose
  await t("const dispose twice", () => { const x = c([2]); x.dispose(); x.dispose(); });
  await t("const use after", () => { const x = c([2]); x.dispose(); return f.add(x, 1); });
  await t("const deep", async () => { const x = c([2]); const y = f.add(x, 1); x.dispose(); return y.data({ device: "gpu:cpu" }); });
  await t("param dispose twice", () => { const p = new Parameter(hostTensor([1], [1])); p.dispose(); p.dispose(); });
  await t("param data after", () => { const p = new Parameter(hostTensor([1], [1])); p.dispose(); return p.data; });
  await t("param use after", () => { const p = new Parameter(hostTensor([1], [1])); p.dispose(); return f.add(p, 1); });
  await t("param in plan after", async () => { const p = new Parameter(hostTensor([1], [1])); const g = compile((x: Tensor) => f.add(x, p), { device: "onnx:cpu" }); await g(hostTensor([1], [1])); p.dispose(); return g(hostTensor([2], [1])); });
  await t("param in plan after gpu", async () => { const p = new Parameter(hostTensor([1], [1])); const g = compile((x: Tensor) => f.add(x, p), { device: "gpu:cpu" }); await g(hostTensor([1], [1])); p.dispose(); return g(hostTensor([2], [1])); });
  await t("disposed optimizer step", () => { const p = new Parameter(hostTensor([1], [1])); const o = new f.SGD([p], { learningRate: 1 }); p.dispose(); o.step([Float32Array.of(1)]); return "stepped"; });
  await t("disposed derived", () => { const p = new Parameter(hostTensor([1], [1])); const d = new f.DerivedParameter({ shape: [1], dtype: "float32" }, new Float32Array(1), [p], (x) => { x[0] = p.data[0]! * 2; }); p.dispose(); return d.data; });
  await t("fn dispose twice", async () => { const g = compile((x: Tensor) => x, { device: "gpu:cpu" }); await g(hostTensor([1], [1])); await g.dispose(); await g.dispose(); });
  await t("fn use after", async () => { const g = compile((x: Tensor) => x, { device: "gpu:cpu" }); await g.dispose(); await g(hostTensor([1], [1])); });
  await t("fn profile after", async () => { const g = compile((x: Tensor) => x, { device: "gpu:cpu" }); await g.dispose(); await g.profile(hostTensor([1], [1])); });
  await t("fn graph after", async () => { const g = compile((x: Tensor) => x, { device: "gpu:cpu" }); await g.dispose(); return String(g.graph(hostTensor([1], [1]))); });
  const { gpuEngine } = await import("../src/engines/gpu");
  await t("engine dispose twice", async () => { const e = await gpuEngine("cpu"); await e.dispose?.(); await e.dispose?.(); });
  await t("engine use after", async () => { const e = await gpuEngine("cpu"); await e.dispose?.(); return c([2]).data({ device: e }); });
  await t("engine disposed then fn", async () => { const e = await gpuEngine("webasm"); const g = compile((x: Tensor) => f.add(x, 1), { device: e }); await g(hostTensor([1], [1])); await e.dispose?.(); return g(hostTensor([1], [1])); });
  await t("exe dispose twice", async () => { const e = await gpuEngine("cpu"); const y = c([2]); const x = await e.compile(f.makeGraph([], [f.add(y, 1)])); await x.dispose(); await x.dispose(); });
  await t("exe run after", async () => { const e = await gpuEngine("cpu"); const y = c([2]); const x = await e.compile(f.makeGraph([], [f.add(y, 1)])); await x.dispose(); return x.run([]); });
  await t("load disposed state", () => { const m = new f.Linear(1, 1); m.weight.dispose(); m.loadStateDict(new Map([["weight", hostTensor([1], [1, 1])], ["bias", hostTensor([1], [1])]])); });
  await t("forward disposed", () => { const m = new f.Linear(1, 1); m.weight.dispose(); m.forward(c([1, 1])); });
  await t("host tensor mutated shape", () => hostTensor([1, 2], [3]));
  await t("host negative", () => hostTensor([], [-0, 2.5] as any));
  await t("host neg2", () => hostTensor([1, 2], [-1, -2]));
  await t("constant undefined", () => (constant as any)());
  await t("constant array only", () => (constant as any)([1, 2]));
  await t("constant no shape", () => (constant as any)([1, 2], undefined));
  await t("constant scalar", () => String((constant as any)(3)));
  await t("host int overflow", () => hostTensor([2 ** 31, 1.5], [2], "int32"));
  await t("param undefined", () => new Parameter(undefined as any));
  await t("param array", () => new Parameter([1, 2] as any));
  await t("param set data", () => { const p = new Parameter(hostTensor([1], [1])); p.data = [1] as any; });
  await t("param set undef", () => { const p = new Parameter(hostTensor([1], [1])); p.data = undefined as any; });
  // compile args
  const idf = compile((x: Tensor) => f.mul(x, 2), { device: "gpu:cpu" });
  for (const [k, v] of Object.entries({ array: [1, 2], typed: new Float32Array(2), undef: undefined, nul: null, num: 3, str: "a", tensor: c([2]), badlen: { data: new Float32Array(3), shape: [2], dtype: "float32" }, badtype: { data: new Int32Array(2), shape: [2], dtype: "float32" }, plaindata: { data: [1, 2], shape: [2], dtype: "float32" }, nodtype: { data: new Float32Array(2), shape: [2] }, odddtype: { data: new Float64Array(2), shape: [2], dtype: "float64" }, map: new Map([["a", hostTensor([1], [1])]]), nd: ndarray(new Float32Array([1, 2, 3, 4]), [2, 2]).transpose(1, 0), ndStr: ndarray(["a"] as any, [1]), param: new Parameter(hostTensor([3], [1])) })) await t(`compile arg ${k}`, () => (idf as any)(v));
  await t("compile few args", () => (compile((x: Tensor, y: Tensor) => f.add(x, y), { device: "gpu:cpu" }) as any)(hostTensor([1], [1])));
  await t("compile returns number", () => (compile(() => 3 as any, { device: "gpu:cpu" }) as any)());
  await t("compile returns undefined", () => (compile(() => undefined as any, { device: "gpu:cpu" }) as any)());
  await t("compile returns param", () => (compile(() => lin.weight as any, { device: "gpu:cpu" }) as any)());
  await t("compile returns async", () => (compile(async () => c([1]) as any, { device: "gpu:cpu" }) as any)());
  await t("compile non fn", () => compile(3 as any));
  await t("cacheSize 0", () => compile((x: Tensor) => x, { cacheSize: 0 }));
  await t("cacheSize 1.5", () => String(compile((x: Tensor) => x, { cacheSize: 1.5 })));
  await t("cacheSize NaN", () => compile((x: Tensor) => x, { cacheSize: NaN }));
  await t("device bad", () => (compile((x: Tensor) => x, { device: "foo" as any }) as any)(hostTensor([1], [1])));
  await t("device bad2", () => (compile((x: Tensor) => x, { device: "gpu:foo" as any }) as any)(hostTensor([1], [1])));
  await t("evaluate non-tensor", () => f.evaluate([3 as any]));
  await t("evaluate nonarray", () => f.evaluate(c([1]) as any));
  await t("evaluate param", () => f.evaluate([lin.weight as any], { device: "gpu:cpu" }));
  await t("leak traced", async () => { let k: any; const g = compile((x: Tensor) => { k = x; return f.mul(x, 2); }, { device: "gpu:cpu" }); await g(hostTensor([1], [1])); return f.add(k, 1).data(); });
  await t("foreign traced", async () => { let k: any; const g = compile((x: Tensor) => { k = x; return f.mul(x, 2); }, { device: "gpu:cpu" }); await g(hostTensor([1], [1])); const h = compile((y: Tensor) => f.add(y, k), { device: "gpu:cpu" }); return h(hostTensor([1], [1])); });
  await t("foreign traced index>", async () => { let k: any; const g = compile((x: Tensor, z: Tensor) => { k = z; return f.mul(x, z); }, { device: "onnx:cpu" }); await g(hostTensor([1], [1]), hostTensor([5], [1])); const h = compile((y: Tensor) => f.add(y, k), { device: "onnx:cpu" }); return h(hostTensor([1], [1])); });
  // cache bound
  for (const dev of ["gpu:cpu", "onnx:cpu"] as const) await t(`cache ${dev}`, async () => {
    const e = await resolveDevice(dev); let open = 0, max = 0;
    const wrapped: any = { ...e, name: (e as any).name, compile: async (g: any) => { const x = await e.compile(g); open++; max = Math.max(max, open); return { run: (i: any) => x.run(i), dispose: async () => { open--; await x.dispose(); } }; } };
    const g = compile((x: Tensor) => f.sum(x), { device: wrapped, cacheSize: 3 });
    for (let i = 1; i < 20; i++) await g(hostTensor(new Float32Array(i), [i]));
    await new Promise((r) => setTimeout(r, 20)); const o = open; 
    await Promise.all(Array.from({ length: 15 }, (_, i) => g(hostTensor(new Float32Array(i + 30), [i + 30])))); await new Promise((r) => setTimeout(r, 20)); const o2 = open; await g.dispose(); return { o, o2, max, after: open };
  });
  // modules
  class M extends f.Module { override readonly kind = "M"; a = new f.Linear(2, 2); bList = [new f.LayerNorm(2), { k: new f.Embedding(3, 2) }]; tied = this.a; forward() { return c([1]); } }
  await t("state names", () => [...new M().stateDict().keys()]);
  await t("load missing", () => new M().loadStateDict(new Map()));
  await t("load wrong", () => new f.Linear(1, 2).loadStateDict(new Map([["weight", hostTensor([1, 2], [1, 2])], ["bias", hostTensor([1, 2], [2])]])));
  await t("load dtype", () => new f.Linear(1, 1).loadStateDict(new Map([["weight", hostTensor([1], [1, 1], "int32")], ["bias", hostTensor([1], [1])]])));
  await t("load object", () => new f.Linear(1, 1).loadStateDict({ weight: 1 } as any));
  await t("load undefined val", () => new f.Linear(1, 1).loadStateDict(new Map([["weight", undefined as any], ["bias", hostTensor([1], [1])]])));
  await t("load array val", () => new f.Linear(1, 1).loadStateDict(new Map([["weight", [1] as any], ["bias", hostTensor([1], [1])]])));
  await t("load self", () => { const m = new M(); return m.loadStateDict(m.stateDict()); });
  await t("getParameter", () => new M().getParameter("a.foo"));
  await t("getSubmodule", () => new M().getSubmodule("a.weight"));
  await t("Linear -1", () => new f.Linear(-1, 2));
  await t("Linear 1.5", () => new f.Linear(1.5, 2));
  await t("Linear undefined", () => new (f.Linear as any)());
  await t("Embedding 0", () => String(new f.Embedding(0, 2).weight));
  await t("LayerNorm 0", () => new f.LayerNorm(0).forward(c([2, 0])));
  await t("LayerNorm eps", () => new f.LayerNorm(2, { epsilon: -1 }).forward(c([2, 2])));
  await t("Linear int dtype", () => new f.Linear(1, 2, { dtype: "int32" }));
  await t("Linear.forward array", () => lin.forward([1, 2] as any));
  await t("Linear.forward host", () => lin.forward(hostTensor([1, 2, 3], [1, 3]) as any));
  await t("LayerNorm.forward undef", () => new f.LayerNorm(2).forward(undefined as any));
  await t("TL.forward host", () => new f.TransposedLinear(3, 2).forward(hostTensor([1, 2, 3], [1, 3]) as any));
  await t("Emb.forward host", () => new f.Embedding(3, 2).forward(hostTensor([1, 2], [2], "int32") as any));
  await t("Emb.forward number[]", () => new f.Embedding(3, 2).forward([1] as any));
  await t("EmbPad.forward number[]", () => new f.Embedding(3, 2, { paddingIndex: 0 }).forward([1] as any));
  await t("Emb param ids", () => String(new f.Embedding(3, 2, { paddingIndex: 0 }).forward(new Parameter(hostTensor([1], [1], "int32")) as any)));
  await t("Dropout noseed", () => new (f.Dropout as any)(0.5));
  await t("Dropout rate", () => new f.Dropout(1.5, new f.DropoutSeed()));
  await t("TransposedLinear rank0", () => new f.TransposedLinear(3, 2).forward(constant([1], [])));
  await t("init str", () => f.initialize(new f.Linear(1, 1), 1.5));
  // optim errors
  const p = () => new Parameter(hostTensor([1, 2], [2]));
  await t("sgd no options", () => new (f.SGD as any)([p()]));
  await t("sgd lr NaN", () => new f.SGD([p()], { learningRate: NaN }));
  await t("sgd lr neg", () => new f.SGD([p()], { learningRate: -1 }));
  await t("sgd lr inf", () => String(new f.SGD([p()], { learningRate: Infinity }).learningRate));
  await t("sgd lr str", () => String(new f.SGD([p()], { learningRate: "0.1" as any }).learningRate));
  await t("sgd params undefined", () => new (f.SGD as any)(undefined, { learningRate: 1 }));
  await t("sgd tensor", () => new (f.SGD as any)([c([2])], { learningRate: 1 }));
  await t("sgd module", () => new (f.SGD as any)(new f.Linear(1, 1), { learningRate: 1 }));
  await t("adam betas", () => new f.Adam([p()], { learningRate: 1, betas: [0.9, 1] }));
  await t("adam betas1", () => new f.Adam([p()], { learningRate: 1, betas: [0.9] as any }));
  await t("adam eps", () => new f.Adam([p()], { learningRate: 1, epsilon: -1 }));
  await t("step len", () => new f.Adam([p()], { learningRate: 1 }).step([]));
  await t("step undefined", () => (new f.Adam([p()], { learningRate: 1 }) as any).step());
  await t("step shape", () => new f.Adam([p()], { learningRate: 1 }).step([new Float32Array(3)]));
  await t("step arr", () => new f.Adam([p()], { learningRate: 1 }).step([[1, 2] as any]));
  await t("step tensor", () => new f.Adam([p()], { learningRate: 1 }).step([c([2]) as any]));
  await t("loadState bad", () => new f.Adam([p()], { learningRate: 1 }).loadState({} as any));
  await t("loadState bad2", () => { const o = new f.Adam([p()], { learningRate: 1 }); const s = o.state(); o.loadState({ ...s, learningRate: -1 }); });
  await t("loadState bad3", () => { const o = new f.Adam([p()], { learningRate: 1 }); const s = o.state(); o.loadState({ ...s, steps: -1 }); return String(o.steps); });
  await t("clip undefined", () => (f.clipGradNorm as any)());
  await t("clip NaN", () => f.clipGradNorm([new Float32Array(1)], NaN));
  await t("clip host", () => f.clipGradNorm([hostTensor([3, 4], [2])], 1));
  for (const [k, ex] of Object.entries({ neg: () => f.linearSchedule(-1, 5)(0), tot: () => f.cosineSchedule(2, NaN)(3), step0: () => f.stepSchedule(0)(3), one: () => f.oneCycleSchedule(0)(0), one1: () => f.oneCycleSchedule(1)(0), one3: () => [0, 1, 2].map(f.oneCycleSchedule(3, { rising: 0.9 })), wsd: () => [5, 6, 7].map(f.schedules.warmup_stable_decay(5, 7, { decaySteps: 5 })) })) await t(`sched ${k}`, ex as any);
  writeFileSync("/tmp/review1/out-beh.txt", out.join("\n") + "\n");
}, 590000);
