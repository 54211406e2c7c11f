import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  customGradient,
  evaluate,
  gelu,
  gradients,
  hostTensor,
  layerNorm,
  linear,
  makeGraph,
  matmul,
  mul,
  Parameter,
  recompute,
  rmsNorm,
  sum,
  type Tensor,
  tanh,
} from "../src";
import { makePlan, peakBytes } from "../src/engines/gpu/plan";

const numbers = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed));
const width = 16;
const weights = [1, 2, 3, 4, 5, 6].map((seed) => new Parameter(hostTensor(numbers(256, seed), [16, 16])));
const scale = new Parameter(hostTensor(numbers(width, 9), [width]));
const start = constant(numbers(64 * width, 8), [64, width]);

/** x Wᵀ, whose gradient in W takes x, or x computed again. */
const layer = (x: Tensor, weight: Parameter, again: boolean): Tensor =>
  customGradient(linear(x, weight), [x, weight], (dy, walk) => [
    matmul(dy, weight),
    matmul(dy, again ? recompute(x, dy, walk) : x, { transposeA: true }),
  ]);

const stack = (again: boolean, last: (x: Tensor) => Tensor = gelu): Tensor => {
  let x: Tensor = start;
  for (const weight of weights) x = add(x, layer(last(layerNorm(tanh(x), scale)), weight, again));
  return sum(mul(x, x));
};

describe("recompute", () => {
  test.each([
    ["gelu", gelu],
    ["rmsNorm", (x: Tensor) => rmsNorm(x, scale)],
    ["mul of two", (x: Tensor) => mul(tanh(x), tanh(mul(x, 2)))],
    ["what is not cheap", tanh],
  ])("changes no gradient: %s", async (_, last) => {
    const both = [false, true].flatMap((again) => gradients(stack(again, last), [...weights, scale]));
    const values = await evaluate(both, { device: "gpu:cpu" });
    const half = values.length / 2;
    for (let i = 0; i < half; i++) {
      expect(values[half + i]!.data).toBeAllclose(values[i]!.data, 1e-6);
      expect(values[i]!.data.some((value) => value !== 0)).toBe(true);
    }
  });

  test("values that are computed again are not kept", () => {
    const peak = (again: boolean) =>
      peakBytes(makePlan("cpu", makeGraph([], gradients(stack(again), weights))));
    // One of three values a layer that were kept: gelu's.
    expect(peak(true)).toBeLessThan(0.85 * peak(false));
  });

  test("once for each walk, from copies that wait for the cause", () => {
    const x = layerNorm(tanh(start));
    const dy = constant([1], []);
    const walk = new Map<Tensor, Tensor>();
    const again = recompute(x, dy, walk);
    expect(recompute(x, constant([2], []), walk)).toBe(again);
    expect([again.op, again.inputs[0]!.op, again.inputs[0]!.inputs[1]]).toEqual(["layerNorm", "after", dy]);
    expect(recompute(x, dy, new Map())).not.toBe(again);
  });

  test("parameters, and what no cheap op made, are themselves", () => {
    const dy = constant([1], []);
    for (const x of [start, scale.tensor, tanh(start), layerNorm(scale)])
      expect([recompute(x, dy, new Map()) === x, x.op]).toEqual([true, x.op]);
  });
});
