import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AdamW,
  add,
  clipGradNorm,
  compile,
  constant,
  customGradient,
  DerivedParameter,
  Dropout,
  DropoutSeed,
  type Engine,
  evaluate,
  exp,
  gradients,
  hostTensor,
  isModule,
  Linear,
  linearSchedule,
  Module,
  makeGraph,
  mul,
  Parameter,
  resolveDevice,
  stopGradient,
  structureOf,
  sum,
  type Tensor,
  valueAndGrad,
  vjp,
} from "../src";

const vector = (...values: number[]) => new Parameter(hostTensor(values, [values.length]));

describe("a graph", () => {
  test("prints one line a node", () => {
    const x = constant([1, 2], [2]);
    expect(makeGraph([], [sum(mul(x, exp(x)))]).toString()).toMatchInlineSnapshot(`
      "%0: float32[2] = constant
      %1: float32[2] = exp %0
      %2: float32[2] = mul %0 %1
      %3: float32[] = sum %2 axes=[0] keepDims=false
      return %3"
    `);
  });

  test("is ordered without recursion, however deep", () => {
    let x = constant([1], []);
    for (let i = 0; i < 50_000; i++) x = add(x, x);
    expect(makeGraph([], [x]).nodes).toHaveLength(50_001);
  });

  test("refuses shapes that do not fit, naming the op and both shapes", () => {
    expect(() => add(constant([1, 2], [2]), constant([1, 2, 3], [3]))).toThrow(
      "add: shapes [2] and [3] do not broadcast",
    );
  });
});

describe("gradients", () => {
  test("of a polynomial, to the third order", async () => {
    const x = constant([2], []);
    const cube = mul(x, mul(x, x));
    const [first] = gradients(cube, [x]);
    const [second] = gradients(first!, [x]);
    const [third] = gradients(second!, [x]);
    const values = await evaluate([first!, second!, third!], { device: "gpu:cpu" });
    expect(values.map(({ data }) => data[0])).toEqual([12, 12, 6]);
  });

  test("are zeros where nothing flows, and stop where told", async () => {
    const [x, y] = [vector(1, 2), vector(3, 4)];
    const value = sum(mul(x.tensor, stopGradient(mul(x.tensor, 3))));
    const [dx, dy] = await evaluate(gradients(value, [x, y]), { device: "gpu:cpu" });
    expect(Array.from(dx!.data)).toEqual([3, 6]);
    expect(Array.from(dy!.data)).toEqual([0, 0]);
  });

  test("can be given by the caller", async () => {
    const x = vector(1, 2);
    const value = customGradient(mul(x, 2), [x], (dy) => [mul(dy, 7)]);
    const [dx] = await evaluate(gradients(sum(value), [x]), { device: "gpu:cpu" });
    expect(Array.from(dx!.data)).toEqual([7, 7]);
    const wrong = customGradient(mul(x, 2), [x], () => []);
    expect(() => gradients(sum(wrong), [x])).toThrow(/gave 0 cotangents; give one \(or null\) for each of 1/);
  });

  test("exist of scalars only; others take a cotangent", async () => {
    const x = constant([1, 2], [2]);
    expect(() => gradients(mul(x, x), [x])).toThrow(/only a float32 scalar has a gradient/);
    const { pullback } = vjp((a: Tensor) => mul(a, a), x);
    const [dx] = await evaluate(pullback(constant([1, 10], [2])), { device: "gpu:cpu" });
    expect(Array.from(dx!.data)).toEqual([2, 40]);
    const { value } = valueAndGrad((a: Tensor) => sum(a))(x);
    expect(value.shape).toEqual([]);
  });
});

describe("a compiled function", () => {
  const counting = (): { engine: Engine; log: string[] } => {
    const log: string[] = [];
    let made = 0;
    return {
      log,
      engine: {
        name: "counting",
        compile: async (graph) => {
          const id = made++;
          log.push(`compile ${id}`);
          return {
            run: async () =>
              graph.outputs.map(({ shape, dtype }) =>
                hostTensor(new Float32Array(shape[0] ?? 1), shape, dtype),
              ),
            dispose: async () => void log.push(`dispose ${id}`),
          };
        },
      },
    };
  };

  test("is traced once a signature, and drops the plan used longest ago", async () => {
    const { engine, log } = counting();
    const double = compile((x: Tensor) => mul(x, 2), { device: engine, cacheSize: 2 });
    for (const size of [1, 2, 1, 3, 1, 2]) await double(hostTensor(new Float32Array(size), [size]));
    await double.dispose();
    expect(log).toEqual([
      "compile 0",
      "compile 1",
      "compile 2",
      "dispose 1",
      "compile 3",
      "dispose 2",
      "dispose 0",
      "dispose 3",
    ]);
    await expect(double(hostTensor([1], [1]))).rejects.toThrow(/was disposed/);
  });

  test("keeps no results of earlier runs", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const { engine } = counting();
    const double = compile((x: Tensor) => mul(x, 2), { device: engine });
    const input = hostTensor(new Float32Array(1000), [1000]);
    const seen: WeakRef<object>[] = [];
    for (let i = 0; i < 5; i++) seen.push(new WeakRef((await double(input)).data));
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    expect(seen.filter((result) => result.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });

  test("is traced again when its key changes", async () => {
    const { engine, log } = counting();
    let key = "a";
    const double = compile((x: Tensor) => mul(x, 2), { device: engine, key: () => key });
    await double(hostTensor([1], [1]));
    key = "b";
    await double(hostTensor([1], [1]));
    expect(log).toEqual(["compile 0", "compile 1"]);
  });

  test("gives nested results in the shape that the function returned", async () => {
    const run = compile((x: { a: Tensor; b: Tensor[] }) => ({ total: add(x.a, x.b[0]!), all: [x.a] }), {
      device: "gpu:cpu",
    });
    const result = await run({ a: hostTensor([1], [1]), b: [hostTensor([2], [1])] });
    expect(result.total.data[0]).toBe(3);
    expect(result.all[0]!.data[0]).toBe(1);
    await run.dispose();
  });
});

test("an unknown device is refused with the list", async () => {
  await expect(resolveDevice("tpu")).rejects.toThrow(/no device "tpu"; there are auto, onnx:cpu/);
});

describe("parameters", () => {
  test("keep their length and type", () => {
    const parameter = vector(1, 2);
    expect(() => {
      parameter.data = new Float32Array(3);
    }).toThrow(/Float32Array\(3\) cannot replace Float32Array\(2\)/);
  });

  test("derived from others follow their changes", () => {
    const source = vector(1, 2);
    let updates = 0;
    const twice = new DerivedParameter(source, new Float32Array(2), [source], (target) => {
      updates++;
      source.data.forEach((value, i) => {
        target[i] = 2 * value;
      });
    });
    expect(Array.from(twice.data)).toEqual([2, 4]);
    void twice.version;
    expect(updates).toBe(1);
    source.data = Float32Array.of(5, 6);
    expect(Array.from(twice.data)).toEqual([10, 12]);
    expect(() => {
      twice.data = new Float32Array(2);
    }).toThrow(/derived/);
  });
});

describe("modules", () => {
  class Block extends Module {
    override readonly kind = "Block";
    selfAttn = new Linear(2, 3);
    layers = [new Linear(3, 1), new Linear(3, 1, { bias: false })];
    shared = this.selfAttn.weight;
  }

  test("name their parts as checkpoints do, and tie what is shared", () => {
    const block = new Block();
    expect(Array.from(block.namedParameters(), ([name]) => name)).toEqual([
      "shared",
      "self_attn.weight".replace("self_attn.weight", "self_attn.bias"),
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
    ]);
    expect([...block.stateDict().keys()]).toContain("self_attn.weight");
  });

  test("are found and replaced by name", () => {
    const block = new Block();
    const other = new Linear(3, 1);
    block.setSubmodule("layers.1", other);
    expect(block.getSubmodule("layers.1")).toBe(other);
    expect(block.layers[1]).toBe(other);
    expect(() => block.getSubmodule("layers.2")).toThrow(/no submodule "layers.2"/);
    expect(isModule(other)).toBe(true);
    const before = structureOf(block);
    block.train();
    expect(structureOf(block)).not.toBe(before);
  });

  test("load all of a state dict or nothing", () => {
    const block = new Block();
    const state = new Map(
      [...block.stateDict()].map(([name, { shape }]) => [
        name,
        hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape),
      ]),
    );
    block.loadStateDict(state);
    expect(block.selfAttn.weight.data[0]).toBe(1);
    state.set("layers.0.bias", hostTensor(new Float32Array(2), [2]));
    state.set("layers.0.weight", hostTensor(new Float32Array(3).fill(9), [1, 3]));
    expect(() => block.loadStateDict(state)).toThrow(
      /layers\.0\.bias is float32\[2\]; the model has float32\[1\]/,
    );
    expect(block.layers[0]!.weight.data[0]).toBe(1);
    state.delete("layers.0.bias");
    expect(() => block.loadStateDict(state)).toThrow(/missing layers\.0\.bias/);
  });

  test("drop out in train mode only, by the seed alone", async () => {
    const seed = new DropoutSeed();
    const dropout = new Dropout(0.5, seed);
    const ones = constant(new Float32Array(2000).fill(1), [2000]);
    expect(dropout.forward(ones)).toBe(ones);
    dropout.train();
    const draw = async (value: number) => {
      seed.set(value);
      return (await evaluate([dropout.forward(ones)], { device: "gpu:cpu" }))[0]!.data as Float32Array;
    };
    const [a, again, b] = [await draw(1), await draw(1), await draw(2)];
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
    expect(new Set(a)).toEqual(new Set([0, 2]));
    expect(a.reduce((total, x) => total + x, 0) / 2000).toBeCloseTo(1, 0);
  });
});

describe("optimizers", () => {
  test("AdamW takes torch's steps", () => {
    // torch.optim.AdamW([1, -2, 3], lr=0.1, weight_decay=0.01), gradients (0.5, -1, 2) then (0.25, 0.5, -4); torch 2.13
    const parameter = vector(1, -2, 3);
    const optimizer = new AdamW([parameter], { learningRate: 0.1, weightDecay: 0.01 });
    optimizer.step([Float32Array.of(0.5, -1, 2)]);
    expect(parameter.data as Float32Array).toBeAllclose(
      [0.8990000486373901, -1.8980000019073486, 2.8970000743865967],
      1e-6,
    );
    optimizer.step([Float32Array.of(0.25, 0.5, -4)]);
    expect(parameter.data as Float32Array).toBeAllclose(
      [0.8048830628395081, -1.869468331336975, 2.930713415145874],
      1e-6,
    );
    const twin = vector(...Array.from(parameter.data));
    const resumed = new AdamW([twin], { learningRate: 0.1, weightDecay: 0.01 });
    resumed.loadState(optimizer.state());
    for (const one of [optimizer, resumed]) one.step([Float32Array.of(1, 1, 1)]);
    expect(twin.data).toEqual(parameter.data);
  });

  test("clipping bounds the global norm and keeps the direction", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (values) => {
          const gradient = Float32Array.from(values);
          const norm = clipGradNorm([gradient], 1);
          expect(norm).toBeCloseTo(Math.hypot(...values), 3);
          expect(Math.hypot(...gradient)).toBeLessThanOrEqual(1.00001);
        },
      ),
    );
  });

  test("the linear schedule rises from 0 and ends at 0", () => {
    const schedule = linearSchedule(2, 6);
    expect([0, 1, 2, 4, 6, 9].map(schedule)).toEqual([0, 0.5, 1, 0.5, 0, 0]);
  });
});
