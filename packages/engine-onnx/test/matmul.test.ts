import type { Engine } from "@waveft/autograd";
import { exp, hostTensor, matmul, sizeOf } from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { runOn } from "./run";

describe.each(["cpu", "wasm"] as const)("onnx:%s", (provider) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider);
  });
  afterAll(() => engine.dispose!());

  const [m, k, n] = [3, 4, 5];
  const batches: [a: number[], b: number[]][] = [
    [[], []],
    [[2], []],
    [[], [2]],
    [[2], [2]],
    [[2], [1]],
    [[1], [2]],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[2, 3], []],
    [[], [2, 3]],
    [[1, 1], [2]],
    [[0], []],
  ];

  const cases = batches.flatMap(([a, b]) =>
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({ a, b, options: { transposeA, transposeB } })),
    ),
  );

  test.each(cases)("matmul over nothing, of batches $a and $b, $options, is 0", async ({ a, b, options }) => {
    const left = hostTensor([], [...a, ...(options.transposeA ? [0, m] : [m, 0])]);
    const right = hostTensor([], [...b, ...(options.transposeB ? [n, 0] : [0, n])]);
    const used = hostTensor(new Float32Array(300).fill(1), [300]);
    // Several times, after other values: what nobody writes is not always 0.
    for (let i = 0; i < 3; i++) {
      const [, product] = await runOn(engine, [left, right, used], (x, y, z) => [
        exp(z!),
        matmul(x!, y!, options),
      ]);
      expect(product!.data.every((value) => value === 0)).toBe(true);
    }
  });

  test.each(cases)("matmul of batches $a and $b, $options", async ({ a, b, options }) => {
    const { transposeA, transposeB } = options;
    const ramp = (shape: number[]) =>
      hostTensor(
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 11) - 5),
        shape,
      );
    const left = ramp([...a, ...(transposeA ? [k, m] : [m, k])]);
    const right = ramp([...b, ...(transposeB ? [n, k] : [k, n])]);
    const [product] = await runOn(engine, [left, right], (x, y) => [matmul(x!, y!, options)]);

    const batch = product!.shape.slice(0, -2);
    const offset = (shape: readonly number[], place: readonly number[]): number =>
      shape.reduce(
        (at, size, i) => at * size + (size === 1 ? 0 : place[place.length - shape.length + i]!),
        0,
      );
    const expected = new Float32Array(sizeOf(batch) * m * n);
    for (let g = 0; g < sizeOf(batch); g++) {
      const place = batch.map((size, axis) => Math.floor(g / sizeOf(batch.slice(axis + 1))) % size);
      const x = left.data.subarray(offset(a, place) * m * k);
      const y = right.data.subarray(offset(b, place) * k * n);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          for (let l = 0; l < k; l++)
            expected[(g * m + i) * n + j]! +=
              x[transposeA ? l * m + i : i * k + l]! * y[transposeB ? j * k + l : l * n + j]!;
    }
    expect(product!.data).toEqual(expected);
  });
});
