import { hostTensor, type Shape, sizeOf, sum } from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { runOn } from "./run";

type Engine = Awaited<ReturnType<typeof onnxEngine>>;

/** Sums in float64 of numbers around 1, which lose digits when they are added up one by one in float32. */
const cases: readonly (readonly [shape: Shape, axes: readonly number[]])[] = [
  [[2 ** 20 + 7], [0]],
  [[2 ** 20], [0]],
  [[16_411], [0]],
  [[3, 5003, 2], [1]],
  [
    [2, 9000, 3],
    [0, 2],
  ],
  [
    [9000, 2, 5],
    [0, 2],
  ],
  [
    [4, 64, 64, 3],
    [1, 2],
  ],
  [
    [128, 33, 65],
    [0, 1, 2],
  ],
  [[0, 5000], [1]],
  [[5000, 0], [0]],
];

const expected = (shape: Shape, axes: readonly number[], data: ArrayLike<number>): number[] => {
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const sums = new Array<number>(sizeOf(kept)).fill(0);
  for (let place = 0; place < data.length; place++) {
    let [rest, at, stride] = [place, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (!axes.includes(axis)) {
        at += (rest % shape[axis]!) * stride;
        stride *= shape[axis]!;
      }
      rest = Math.floor(rest / shape[axis]!);
    }
    sums[at]! += data[place]!;
  }
  return sums;
};

describe.each(["cpu", "wasm"])("large sums on onnx:%s", (provider) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider);
  });
  afterAll(() => engine.dispose?.());

  test.each(cases)("%o over %o keep six digits", async (shape, axes) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 1 + 0.3 * Math.sin(i * 1.3));
    const [kept, dropped] = await runOn(engine, [hostTensor(data, shape)], (x) => [
      sum(x!, { axes, keepDims: true }),
      sum(x!, { axes }),
    ]);
    expect(kept!.shape).toEqual(shape.map((size, i) => (axes.includes(i) ? 1 : size)));
    expect(dropped!.shape).toEqual(shape.filter((_, i) => !axes.includes(i)));
    expect(kept!.data).toBeAllclose(expected(shape, axes, data), 2e-6);
    expect(dropped!.data).toEqual(kept!.data);
  });
});
