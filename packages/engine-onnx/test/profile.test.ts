import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import {
  gradients,
  hostTensor,
  linear,
  makeGraph,
  mul,
  Parameter,
  relu,
  sum,
  Tensor,
} from "@waveft/autograd";
import { expect, test } from "vitest";
import { onnxEngine } from "../src";
import { opTimes } from "../src/profile";

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("waveft-profile-"));

test("tells the time of each op, the dearest first, and leaves no file", async () => {
  const before = leftovers();
  const engine = await onnxEngine("cpu");
  const weight = new Parameter(hostTensor(new Float32Array(128 * 128).fill(0.1), [128, 128]));
  const x = new Tensor("input", [], { index: 0 }, [64, 128], "float32");
  const loss = sum(mul(relu(linear(x, weight)), 2));
  const executable = await engine.compile(makeGraph([x], [loss, ...gradients(loss, [weight])]));
  const feed = hostTensor(new Float32Array(64 * 128).fill(1), x.shape);
  for (let round = 0; round < 2; round++) {
    const times = await executable.profile!([feed]);
    const ops = times.map(({ op }) => op);
    expect(ops).toEqual(expect.arrayContaining(["linear", "matmul", "mul", "sum"]));
    expect(new Set(ops).size).toBe(ops.length);
    expect(times.find(({ op }) => op === "linear")!.calls).toBe(1);
    expect(times.every(({ calls, milliseconds }) => calls > 0 && milliseconds >= 0)).toBe(true);
    const sorted = times.map(({ milliseconds }) => milliseconds).toSorted((a, b) => b - a);
    expect(times.map(({ milliseconds }) => milliseconds)).toEqual(sorted);
  }
  expect(leftovers()).toEqual(before);
  // The executable itself is as it was.
  expect((await executable.run([feed]))[0]!.data[0]).toBeGreaterThan(0);
  await expect(executable.profile!([])).rejects.toThrow("onnx:cpu: given 0 inputs; the graph takes 1");
  await executable.dispose();
  await expect(executable.profile!([feed])).rejects.toThrow("this executable was disposed");
});

test("is absent where calls return before the work is done", async () => {
  const engine = await onnxEngine("wasm");
  const executable = await engine.compile(makeGraph([], []));
  expect(executable.profile).toBeUndefined();
  await engine.dispose!();
});

test("counts the last run; what is fused counts for its first op, what is nobody's for its operator", () => {
  const kernel = (name: string, ts: number, op_name = "X") => ({
    cat: "Node",
    name: `${name}_kernel_time`,
    ts,
    dur: 2000,
    args: { op_name },
  });
  const events = [
    { cat: "Session", name: "model_run", ts: 10, dur: 5 },
    kernel("add_0", 11),
    { cat: "Session", name: "model_run", ts: 20, dur: 5 },
    { cat: "Session", name: "SequentialExecutor::Execute", ts: 21, dur: 5 },
    kernel("add_0", 22),
    kernel("add_3", 23),
    kernel("fused mul_1_add_2", 24),
    kernel("ReorderInput", 25, "ReorderInput"),
    { cat: "Node", name: "add_0_fence_before", ts: 26, dur: 9000 },
  ];
  expect(opTimes(events, new Set(["add", "mul"]))).toEqual([
    { op: "add", calls: 2, milliseconds: 4 },
    { op: "mul", calls: 1, milliseconds: 2 },
    { op: "ReorderInput", calls: 1, milliseconds: 2 },
  ]);
});
