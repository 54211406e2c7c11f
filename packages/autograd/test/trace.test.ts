import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  compile,
  constant,
  Dropout,
  DropoutSeed,
  dependsOn,
  type Engine,
  hostTensor,
  initialize,
  Linear,
  mul,
  relu,
  resolveDevice,
  Sequential,
  SettledDevice,
  type Tensor,
} from "../src";

const device = "gpu:cpu";
const x = hostTensor([1, -2, 3], [1, 3]);

/** An engine that counts what it compiles. */
const counting = async () => {
  const inner = await resolveDevice(device);
  const count = { compiled: 0 };
  const engine: Engine = {
    name: inner.name,
    compile: (graph) => {
      count.compiled++;
      return inner.compile(graph);
    },
  };
  return { engine, count };
};

describe("without a key, a plan is never stale", () => {
  test("train mode of dropout", async () => {
    const seed = new DropoutSeed();
    const dropout = new Dropout(0.5, seed);
    const { engine, count } = await counting();
    const run = compile((input: Tensor) => dropout.forward(input), { device: engine });
    expect(await run(x)).toMatchObject({ data: Float32Array.of(1, -2, 3) });
    dropout.train();
    const dropped = await run(x);
    expect(dropped.data).not.toEqual(x.data);
    dropout.eval();
    expect(await run(x)).toMatchObject({ data: Float32Array.of(1, -2, 3) });
    dropout.train();
    expect(await run(x)).toEqual(dropped);
    // Each mode's plan was kept.
    expect(count.compiled).toBe(2);
  });

  test("a layer that takes another's place in a Sequential", async () => {
    const model = initialize(new Sequential(new Linear(3, 3), relu), 1);
    const run = compile((input: Tensor) => model.forward(input), { device });
    const before = (await run(x)).data;
    model.setSubmodule("0", initialize(new Linear(3, 3), 2));
    const after = (await run(x)).data;
    expect(after).not.toEqual(before);
    const anew = compile((input: Tensor) => model.forward(input), { device });
    expect((await anew(x)).data).toEqual(after);
  });

  test("what anybody says, in traces within traces, and after a trace that failed", async () => {
    const state = { factor: 2, fails: false };
    const scaled = (input: Tensor) => {
      dependsOn(state, () => `${state.factor} ${state.fails}`);
      if (state.fails) throw new Error("no");
      return mul(input, state.factor);
    };
    const inner = compile(scaled, { device });
    const outer = compile(
      (input: Tensor) => {
        inner.graph(x);
        return add(scaled(input), 1);
      },
      { device },
    );
    expect(Array.from((await outer(x)).data)).toEqual([3, -3, 7]);
    state.factor = 5;
    expect(Array.from((await outer(x)).data)).toEqual([6, -9, 16]);
    expect(Array.from((await inner(x)).data)).toEqual([5, -10, 15]);
    state.fails = true;
    await expect(outer(x)).rejects.toThrow("no");
    state.fails = false;
    expect(Array.from((await outer(x)).data)).toEqual([6, -9, 16]);
    // Outside of a trace it is nothing.
    expect(dependsOn(state, () => "")).toBeUndefined();
  });
});

describe("a device that the first graph decides", () => {
  const wide = () => constant(Int32Array.of(2 ** 24 + 1), [1]);

  test("is the first that works; a graph that it lacks something for moves on, and those after it follow", async () => {
    const settled = new SettledDevice(["gpu:webasm", "onnx:cpu", "gpu:cpu"]);
    expect(settled.name).toBe("auto");
    const plain = compile((input: Tensor) => add(input, 1), { device: settled });
    expect((await plain.device(x)).report).toEqual(["gpu:webasm: taken"]);
    expect(settled.name).toBe("gpu:webasm");
    const integers = compile((input: Tensor) => [input, cast(wide(), "float32"), wide()], {
      device: settled,
    });
    const { engine, report } = await integers.device(x);
    expect(engine.name).toBe("onnx:cpu");
    expect(report).toEqual([
      "gpu:webasm: taken",
      expect.stringMatching(/^gpu:webasm: left, .* needs int32 values beyond/),
      expect.stringMatching(/^gpu:webasm: .* needs int32 values beyond/),
      "onnx:cpu: taken",
    ]);
    expect((await integers(x))[2]!.data).toEqual(Int32Array.of(2 ** 24 + 1));
    const later = compile((input: Tensor) => mul(input, 2), { device: settled });
    expect((await later.device(x)).engine.name).toBe("onnx:cpu");
    expect(settled.name).toBe("onnx:cpu");
  });

  test("passes over what the first graph needs", async () => {
    const settled = new SettledDevice(["gpu:webasm", "onnx:cpu"]);
    const run = compile((input: Tensor) => [input, wide()], { device: settled });
    expect((await run.device(x)).engine.name).toBe("onnx:cpu");
  });

  test("a graph that no device takes leaves the others where they are", async () => {
    const settled = new SettledDevice(["gpu:webasm"]);
    const plain = compile((input: Tensor) => add(input, 1), { device: settled });
    await plain(x);
    const run = compile((input: Tensor) => [input, wide()], { device: settled });
    await expect(run(x)).rejects.toThrow(/none works here for this graph/);
    expect(settled.name).toBe("gpu:webasm");
    expect(Array.from((await plain(x)).data)).toEqual([2, -1, 4]);
  });
});
