import { describe, expect, test } from "vitest";
import {
  binaryCrossEntropyWithLogits,
  constant,
  crossEntropy,
  crossEntropyLoss,
  embedding,
  encodeHalf,
  gather,
  hostTensor,
  layerNorm,
  logSoftmax,
  mseLoss,
  neg,
  pullback,
  reshape,
  rmsNorm,
  smoothL1Loss,
  softmax,
  softplus,
  sub,
} from "../src";
import { devices, draws, runOn } from "./devices";

const zeros = (...shape: number[]) => constant(new Float32Array(shape.reduce((a, b) => a * b)), shape);
const integers = (...shape: number[]) => constant(new Int32Array(shape.reduce((a, b) => a * b)), shape);

describe.each(devices)("%s", (device) => {
  test("cross entropy is the negative of logSoftmax at the label, also far out", async () => {
    const logits = hostTensor(
      draws(6 * 9, 2).map((x, i) => x * 10 ** (i % 6)),
      [6, 9],
    );
    const labels = hostTensor(Int32Array.of(0, 3, 8, 1, 7, 2), [6]);
    const [losses, expected] = await runOn(device, [logits, labels], (x, y) => {
      const places = constant(
        Int32Array.from({ length: 6 }, (_, i) => i * 9 + Number(labels.data[i])),
        [6],
      );
      return [crossEntropy(x!, y!), neg(gather(reshape(logSoftmax(x!), [54]), places))];
    });
    expect(losses!.data).toBeAllclose(expected!.data, 1e-6);
  });

  test("without a counted label the mean is NaN and the gradient 0", async () => {
    const feeds = [hostTensor(draws(6, 1), [2, 3]), hostTensor(Int32Array.of(-100, -100), [2])];
    const [loss, slope] = await runOn(device, feeds, (x, y) => {
      const mean = crossEntropyLoss(x!, y!);
      return [mean, ...pullback([mean], [constant([1], [])], [x!])];
    });
    expect(loss!.data[0]).toBeNaN();
    expect(slope!.data.every((value) => value === 0)).toBe(true);
  });

  test("softplus keeps its digits: softplus(x) − softplus(−x) is x, and far below it is eˣ", async () => {
    const x = hostTensor(Float32Array.of(-40, -20, -9, -1, -1e-4, 0, 1e-4, 1, 9, 20, 40), [11]);
    const [difference, value] = await runOn(device, [x], (a) => [
      sub(softplus(a!), softplus(neg(a!))),
      softplus(a!),
    ]);
    for (const [i, expected] of x.data.entries()) expect(difference!.data[i]).toBeCloseTo(expected, 5);
    for (const i of [0, 1, 2]) {
      const exact = Math.log1p(Math.exp(Number(x.data[i])));
      expect(Math.abs(value!.data[i]! / exact - 1)).toBeLessThan(1e-5);
    }
  });

  test("half-precision tables are widened row by row", async () => {
    const numbers = Float32Array.of(0, 1, 2, 3, -4, 0.5);
    for (const dtype of ["float16", "bfloat16"] as const) {
      const table = hostTensor(encodeHalf(dtype, numbers), [3, 2], dtype);
      const [rows] = await runOn(device, [table, hostTensor(Int32Array.of(2, 0), [2])], (t, ids) => [
        embedding(t!, ids!),
      ]);
      expect(rows!.dtype).toBe("float32");
      expect([...rows!.data]).toEqual([-4, 0.5, 0, 1]);
    }
  });
});

test.each([
  [() => softmax(zeros(2, 3), 2), "softmax: axis 2 of a tensor of rank 2; give -2…1"],
  [() => softmax(integers(2)), "softmax: given int32[2]; takes float32"],
  [() => logSoftmax(constant([1], [])), "logSoftmax: given a scalar; takes a tensor with an axis"],
  [
    () => layerNorm(zeros(2, 3), zeros(2)),
    "layerNorm: float32[2, 3], float32[2]; takes float32 x [..., n] with n > 0",
  ],
  [() => layerNorm(zeros(2, 3), null, null, -1), "layerNorm: epsilon is -1; give a number from 0"],
  [() => rmsNorm(zeros(2, 0)), "rmsNorm: float32[2, 0]; takes float32 x [..., n] with n > 0"],
  [() => rmsNorm(zeros(2, 3), integers(3)), "rmsNorm: float32[2, 3], int32[3]; takes"],
  [
    () => embedding(zeros(3, 2), zeros(2)),
    "embedding: table float32[3, 2], ids float32[2]; takes [count, width] and int32",
  ],
  [
    () => crossEntropyLoss(zeros(2, 3), integers(3)),
    "crossEntropyLoss: logits float32[2, 3], labels int32[3]; takes float32 [..., classes] and int32 [...]",
  ],
  [
    () => crossEntropyLoss(zeros(2, 3), integers(2), { reduction: "all" as "sum" }),
    'crossEntropyLoss: no reduction "all"; there are mean, sum, none',
  ],
  [
    () => mseLoss(zeros(2, 3), zeros(3)),
    "mseLoss: given float32[2, 3] and target float32[3]; takes float32 of one shape",
  ],
  [() => binaryCrossEntropyWithLogits(zeros(2), integers(2)), "and target int32[2]; takes float32"],
  [() => smoothL1Loss(zeros(2), zeros(2), { beta: 0 }), "smoothL1Loss: beta is 0; give a number above 0"],
])("an error says what is allowed: %#", (build, message) => {
  expect(build).toThrow(message);
});
