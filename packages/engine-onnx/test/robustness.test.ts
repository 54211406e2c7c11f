import type { Engine } from "@waveft/autograd";
import {
  add,
  compile,
  constant,
  defineOp,
  gather,
  hostTensor,
  makeGraph,
  mul,
  neg,
  Parameter,
  scatterAdd,
  sum,
  Tensor,
} from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { lowerGraph } from "../src/lower";
import { encodeModel } from "../src/onnx-schema";
import { runOn } from "./run";

const input = (shape: number[], dtype: "float32" | "int32" = "float32", index = 0) =>
  new Tensor("input", [], { index }, shape, dtype);
const vector = (...data: number[]) => hostTensor(data, [data.length]);
const indices = (...data: number[]) => hostTensor(Int32Array.from(data), [data.length]);

describe.each(["cpu", "wasm"] as const)("onnx:%s", (provider) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider);
  });
  afterAll(() => engine.dispose!());

  test("a run that fails names the op, and the executable stays usable", async () => {
    const [x, at] = [input([3]), input([2], "int32", 1)];
    const executable = await engine.compile(makeGraph([x, at], [add(gather(x, at), 1)]));
    await expect(executable.run([vector(1, 2, 3), indices(0, 3)])).rejects.toThrow(
      new RegExp(
        `^onnx:${provider}: gather of float32\\[3\\], int32\\[2\\] failed: indices element out of data bounds, idx=3 must be within the inclusive range \\[-3,2\\]$`,
      ),
    );
    expect((await executable.run([vector(1, 2, 3), indices(0, 2)]))[0]!.data).toEqual(Float32Array.of(2, 4));
    await executable.dispose();
  });

  test("a place that does not exist is an error where numbers are added too", async () => {
    await expect(
      runOn(engine, [vector(1, 2), indices(0, 5)], (x, at) => [scatterAdd(x!, at!, 3)]),
    ).rejects.toThrow(/: scatterAdd of float32\[2\], int32\[2\] failed: invalid indice found, indice = 5$/);
  });

  test("runs of several executables that are started together keep apart", async () => {
    const executables = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const x = input([2]);
        return engine.compile(makeGraph([x], [sum(mul(x, n))]));
      }),
    );
    const runs = [1, 2, 3, 4].flatMap((n) => executables.map((executable) => executable.run([vector(n, n)])));
    const values = (await Promise.all(runs)).map(([y]) => y!.data[0]);
    expect(values).toEqual([1, 2, 3, 4].flatMap((n) => [2 * n, 4 * n, 6 * n]));
    await Promise.all(executables.map((executable) => executable.dispose()));
  });

  test("graphs without outputs, inputs, or elements", async () => {
    const x = input([2]);
    const nothing = await engine.compile(makeGraph([x], []));
    expect(await nothing.run([vector(1, 2)])).toEqual([]);
    await expect(nothing.run([])).rejects.toThrow("given 0 inputs");
    await nothing.dispose();
    const [five, none, same, empty] = await runOn(engine, [hostTensor([], [0, 3])], (y) => [
      add(constant([2], []), 3),
      neg(y!),
      y!,
      constant([], [2, 0]),
    ]);
    expect(five!.data).toEqual(Float32Array.of(5));
    expect([none!.shape, none!.data.length, same!.shape, empty!.shape]).toEqual([[0, 3], 0, [0, 3], [2, 0]]);
  });

  test("a graph that is refused says why", async () => {
    const odd = defineOp(
      {
        name: "odd",
        infer: ([x]) => x!,
        vjp: null,
        gpu: () => ({ alias: 0 }),
        onnx: (b) => b.node("NoSuchOperator", b.inputs),
      },
      (x: Tensor) => ({ inputs: [x], attributes: {} }),
    );
    const x = input([2]);
    await expect(engine.compile(makeGraph([x], [odd(x)]))).rejects.toThrow(
      new RegExp(`^onnx:${provider}: ONNX Runtime refused the graph: .*NoSuchOperator`),
    );
  });

  test("an engine that is disposed releases its plans, takes no graph, and cannot be disposed again", async () => {
    const other = await onnxEngine(provider);
    const x = input([1]);
    const executable = await other.compile(makeGraph([x], [neg(x)]));
    const run = executable.run([vector(1)]);
    await other.dispose!();
    expect((await run)[0]!.data[0]).toBe(-1);
    await expect(executable.run([vector(1)])).rejects.toThrow("this executable was disposed; compile");
    await expect(other.compile(makeGraph([x], [neg(x)]))).rejects.toThrow(
      `onnx:${provider}: this engine was disposed; make another`,
    );
    await expect(other.dispose!()).rejects.toThrow("this engine was disposed already");
    // The runtime is not: other engines go on.
    expect((await runOn(engine, [vector(2)], (y) => [neg(y!)]))[0]!.data[0]).toBe(-2);
  });

  test("a function whose engine was disposed says so when it is called, profiled and disposed", async () => {
    const other = await onnxEngine(provider);
    const fn = compile((x: Tensor) => neg(x), { device: other, cacheSize: 1 });
    expect([...(await fn(vector(1))).data]).toEqual([-1]);
    await other.dispose!();
    await expect(fn(vector(1))).rejects.toThrow(`onnx:${provider}: this executable was disposed; compile`);
    await expect(fn.profile(vector(1))).rejects.toThrow("was disposed; ");
    // Evicts the plan above, which its engine has released.
    await expect(fn(vector(1, 2))).rejects.toThrow("this engine was disposed; make another");
    const held = compile((x: Tensor) => neg(x), { device: engine });
    expect([...(await held(vector(2))).data]).toEqual([-2]);
    await held.dispose();
    await fn.dispose();
  });

  test("frozen parameters are embedded or fed, and read anew when they change", async () => {
    for (const embedFrozen of [false, true]) {
      const embedding = await onnxEngine(provider, { embedFrozen });
      const weight = new Parameter(hostTensor(new Float32Array(100).fill(1), [100]), { requiresGrad: false });
      const executable = await embedding.compile(makeGraph([], [sum(mul(weight, 2))]));
      const value = async () => (await executable.run([]))[0]!.data[0];
      expect(await value()).toBe(200);
      weight.data[0] = 11;
      weight.touch();
      expect([await value(), await value()]).toEqual([220, 220]);
      await embedding.dispose!();
    }
  });
});

test("graphs deeper than the stack are written, and run", async () => {
  const chain = (length: number) => {
    const x = input([1]);
    let y: Tensor = x;
    for (let i = 0; i < length; i++) y = i % 2 === 0 ? neg(y) : add(y, 1);
    return makeGraph([x], [y]);
  };
  const { model } = lowerGraph(chain(50_000));
  expect(model.graph.node).toHaveLength(50_000);
  expect(encodeModel(model).length).toBeGreaterThan(1e6);
  const engine = await onnxEngine("cpu");
  const executable = await engine.compile(chain(4000));
  // y = 1 − x every two steps.
  expect((await executable.run([vector(3)]))[0]!.data[0]).toBe(3);
  await engine.dispose!();
});
