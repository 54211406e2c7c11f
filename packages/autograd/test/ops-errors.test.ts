import { describe, expect, test } from "vitest";
import * as f from "../src";
import { constant, isAutogradError, makeGraph, pullback, Tensor } from "../src";

const input = (shape: readonly number[], dtype: f.DType = "float32") =>
  new Tensor("input", [], { index: 0 }, shape, dtype);
const x = input([2, 3]);
const i = input([2, 3], "int32");
const b = input([2, 3], "bool");

/** One clear sentence: the op, what it was given, what it takes. */
const wrongCalls: Readonly<Record<string, () => unknown>> = {
  "add: given float32[2, 3] and int32[2, 3]; takes float32 or int32, alike; use cast": () => f.add(x, i),
  "add: shapes [2, 3] and [4] do not broadcast": () => f.add(x, input([4])),
  "mul: 0.5 beside an int32 tensor; give an integer of 32 bits, or cast the tensor": () => f.mul(i, 0.5),
  "clamp: 0.5 beside": () => f.clamp(i, { min: 0.5 }),
  "exp: given int32[2, 3]; takes float32; use cast": () => f.exp(i),
  "greater: given float32[2, 3] and int32[2, 3]; takes float32 or int32, alike": () => f.greater(x, i),
  "greaterEqual: shapes [2, 3] and [4] do not broadcast": () => f.greaterEqual(x, input([4])),
  "lessEqual: given bool[2, 3] and bool[2, 3]; takes float32 or int32": () => f.lessEqual(b, b),
  "remainder: given bool[2, 3] and bool[2, 3]; takes float32 or int32": () => f.remainder(b, b),
  "log1p: given int32[2, 3]; takes float32": () => f.log1p(i),
  "acos: given bool[2, 3]; takes float32": () => f.acos(b),
  "round: given int32[2, 3]; takes float32": () => f.round(i),
  "std: axis 3 of a tensor of rank 2": () => f.std(x, { axes: 3 }),
  "any: axis 3 of a tensor of rank 2": () => f.any(b, { axes: 3 }),
  "min: axes [0] of [0]; an empty axis has no smallest element": () => f.min(input([0])),
  "argmin: axis 1 of [2, 0]; an empty axis has no smallest element": () => f.argmin(input([2, 0])),
  "isNaN: given int32[2, 3]; takes float32": () => f.isNaN(i),
  "isFinite: given int32[2, 3]; takes float32": () => f.isFinite(i),
  "logicalXor: given int32[2, 3] and int32[2, 3]; takes bool": () => f.logicalXor(i, i),
  "floorDivide: given bool[2, 3] and bool[2, 3]; takes float32 or int32": () => f.floorDivide(b, b),
  "where: given float32[2, 3], float32[2, 3], float32[2, 3]; takes bool and two tensors of one dtype": () =>
    f.where(x, x, x),
  "where: given bool[2, 3], float32[2, 3], int32[2, 3]": () => f.where(b, x, i),
  "atan2: shapes [2, 3] and [4] do not broadcast": () => f.atan2(x, input([4])),
  "cast: float16 is for storage": () => f.cast(x, "float16"),
  "sum: given bool[2, 3]; takes float32 or int32; use cast": () => f.sum(b),
  "sum: axis 2 of a tensor of rank 2; give -2…1": () => f.sum(x, { axes: 2 }),
  "mean: axes [0,-2] name an axis twice": () => f.mean(x, { axes: [0, -2] }),
  "mean: given int32[2, 3]; takes float32; use cast": () => f.mean(i),
  "min: given bool[2, 3]; takes float32 or int32": () => f.min(b),
  "max: axes [1] of [2, 0]; an empty axis has no largest element": () => f.max(input([2, 0]), { axes: 1 }),
  "argmax: given float32[2, 0], axis 1; takes float32 or int32 with at least 1 element": () =>
    f.argmax(input([2, 0])),
  "cumsum: given bool[2, 3]; takes float32 or int32; use cast": () => f.cumsum(b, 0),
  "variance: given int32[2, 3]; takes float32": () => f.variance(i),
  "reshape: [2, 3] has 6 elements, [4, 2] 8": () => f.reshape(x, [4, 2]),
  "reshape: [2, 3] has 6 elements, which no size at the −1 of [4, -1] makes up": () => f.reshape(x, [4, -1]),
  "reshape: [0, 3] has 0 elements, which no size at the −1 of [0, -1]": () =>
    f.reshape(input([0, 3]), [0, -1]),
  "reshape: [2, 3] has 6 elements, which no size at the −1 of [-1, -1]": () => f.reshape(x, [-1, -1]),
  "reshape: shape [-2, -3]; sizes are integers from 0": () => f.reshape(x, [-2, -3]),
  "broadcastTo: [2, 3] does not broadcast to [3, 3]": () => f.broadcastTo(x, [3, 3]),
  "broadcastTo: shape [-1]; sizes are integers from 0": () => f.broadcastTo(1, [-1]),
  "full: shape [2, -1]; sizes are integers from 0": () => f.full([2, -1], 3),
  "zeros: shape [0.5]; sizes are integers from 0": () => f.zeros([0.5]),
  "ones: shape [-1]; sizes are integers from 0": () => f.ones([-1]),
  "eye: shape [2, -3]; sizes are integers from 0": () => f.eye(2, -3),
  "transpose: [0,0] is no permutation of the 2 axes of [2, 3]": () => f.transpose(x, [0, 0]),
  "transpose: axis 2 of a tensor of rank 2": () => f.transpose(x, [0, 2]),
  "concat: no tensors; give at least one": () => f.concat([]),
  "concat: float32[2, 3], float32[3, 2] along axis 0; all other axes and the dtype must agree": () =>
    f.concat([x, input([3, 2])]),
  "concat: float32[2, 3], int32[2, 3] along axis 1": () => f.concat([x, i], -1),
  "stack: float32[2, 3], float32[3]; give tensors of one shape and dtype": () => f.stack([x, input([3])]),
  "stack: no tensors": () => f.stack([]),
  "split: [2, 3] along axis 1 into 2 equal parts; give a count that divides 3, or sizes that add up to it":
    () => f.split(x, 2, 1),
  "split: [2, 3] along axis 1 into [1,1]; give": () => f.split(x, [1, 1], 1),
  "split: [2, 3] along axis 1 into [-1,4]; give": () => f.split(x, [-1, 4], 1),
  "slice: [0,2] to [2,1] step [1,1] of [2, 3]; give 0 ≤ start ≤ end ≤ size": () => f.slice(x, [0, 2], [2, 1]),
  "slice: [0,0] to [2,3] step [1,-1] of [2, 3]; give 0 ≤ start ≤ end ≤ size, or negative ones from the end, and step ≥ 1 for every axis; flip reverses an axis":
    () => f.slice(x, [0, 0], [2, 3], [1, -1]),
  "slice: [0] to [1] step [1] of [2, 3]": () => f.slice(x, [0], [1]),
  "slice: [0.5,0] to [2,3]": () => f.slice(x, [0.5, 0], [2, 3]),
  "pad: low [1], high [0,0], interior [0]": () => f.pad(x, [1], [0, 0]),
  "pad: low [-1,0]": () => f.pad(x, [-1, 0], [0, 0]),
  "pad: low [1,0], high [0,0], interior [0,0] for bool[2, 3]": () => f.pad(b, [1, 0], [0, 0]),
  "gather: indices are float32[2, 3]; give int32": () => f.gather(x, x),
  "gather: axis 0 of [0, 3] is empty; there is nothing at indices [2, 3]": () => f.gather(input([0, 3]), i),
  "gather: axis 2 of a tensor of rank 2": () => f.gather(x, i, 2),
  "takeAlongAxis: x [2, 3], indices int32[3, 3], axis 1; give int32 indices of the shape of x, but for that axis":
    () => f.takeAlongAxis(x, input([3, 3], "int32"), 1),
  "takeAlongAxis: axis 1 of [2, 0] is empty": () => f.takeAlongAxis(input([2, 0]), i, 1),
  "scatterAdd: updates int32[2, 3], indices int32[2], axis 0; give float32": () =>
    f.scatterAdd(i, input([2], "int32"), 4),
  "scatterAdd: axis 2 of a tensor of rank 2": () => f.scatterAdd(x, input([2], "int32"), 4, 2),
  "scatterAdd: shape [-1]; sizes are integers from 0": () => f.scatterAdd(x, input([2], "int32"), -1),
  "scatterAddAlongAxis: updates float32[2, 3], indices int32[2]; give float32 updates and int32 indices of one shape":
    () => f.scatterAddAlongAxis(x, input([2], "int32"), 4, 0),
  "oneHot: given float32[2, 3]; takes int32": () => f.oneHot(x, 3),
  "oneHot: shape [2.5]; sizes are integers from 0": () => f.oneHot(i, 2.5),
  "squeeze: axes [1] of [2, 3]; only axes of size 1 can go": () => f.squeeze(x, 1),
  "unsqueeze: axis 3 of a tensor of rank 3": () => f.unsqueeze(x, 3),
  "flatten: axes 1 to 0 of [2, 3]; the first must not come after the last": () => f.flatten(x, 1, 0),
  "swapAxes: axis 2 of a tensor of rank 2": () => f.swapAxes(x, 0, 2),
  "moveAxis: from [0,1] to [1]; give as many places as axes, each once": () => f.moveAxis(x, [0, 1], 1),
  "tile: 2, -1 times; give whole numbers ≥ 0": () => f.tile(x, [2, -1]),
  "repeat: 0.5 times": () => f.repeat(x, 0.5, 0),
  "roll: shifts [1,2] along axes [0]; give one shift for each axis": () => f.roll(x, [1, 2], 0),
  "tril: given [3]; takes at least 2 axes": () => f.tril(input([3])),
  "arange: 0 to 3 step 0 as int32; give finite numbers": () => f.arange(0, 3, { step: 0 }),
  "arange: 0 to 2.5 step 1 as int32; give": () => f.arange(0, 2.5, { dtype: "int32" }),
  "flip: axis 5 of a tensor of rank 2": () => f.flip(x, 5),
};

test.each(Object.entries(wrongCalls))("%s", (message, call) => {
  let thrown: unknown = null;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(isAutogradError(thrown)).toBe(true);
  expect((thrown as Error).message).toContain(message);
});

describe("graphs stay small", () => {
  const largestConstant = (y: Tensor): number =>
    Math.max(...makeGraph([], [y]).nodes.map((node) => (node.op === "constant" ? node.size : 0)));

  test.each([
    ["full", () => f.full([1000, 1000], 2)],
    ["zeros", () => f.zeros([1000, 1000], "float16")],
    ["eye", () => f.eye(5000)],
    ["arange", () => f.arange(0, 1e7)],
    ["arange of floats", () => f.arange(0, 1e6, { step: 0.5 })],
    ["triu", () => f.triu(f.ones([5000, 5000]))],
  ])("%s holds no more than 1024 numbers", (_, build) => {
    expect(largestConstant(build())).toBeLessThanOrEqual(1024);
  });
});

test("the gradient of a half-precision weight passes its cast", () => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const weight = input([2, 3], dtype);
    const dy = constant([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(pullback([f.cast(weight, "float32")], [dy], [weight])).toEqual([dy]);
  }
});
