import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  constant,
  customGradient,
  type Engine,
  evaluate,
  exp,
  gradients,
  hostTensor,
  makeGraph,
  mul,
  Parameter,
  resolveDevice,
  stopGradient,
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
});
