import { describe, expect, test } from "vitest";
import type { Tensor } from "../src";
import {
  add,
  checkpoint,
  constant,
  evaluate,
  gelu,
  gradients,
  hostTensor,
  less,
  linear,
  makeGraph,
  mul,
  Parameter,
  randomUniform,
  softmax,
  sum,
  tanh,
  where,
} from "../src";
import { makePlan, peakBytes } from "../src/engines/gpu/plan";

const numbers = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed));
const device = "gpu:cpu";

const weight = new Parameter(hostTensor(numbers(16, 1), [4, 4]));
const seed = new Parameter(hostTensor([7], [], "int32"), { requiresGrad: false });
const x = constant(numbers(12, 2), [3, 4]);
const outer = tanh(linear(constant(numbers(12, 3), [3, 4]), weight));
const ids = constant([1, 0, 2], [3, 1], "int32");

const scale = new Parameter(hostTensor(numbers(4, 5), [4]));

const block = (a: Tensor, b: Tensor): Tensor => {
  // What is made of captured tensors alone is made within.
  const h = mul(mul(gelu(linear(a, weight)), outer), tanh(mul(scale, 2)));
  return where(less(randomUniform(seed, [3, 4], 5), 0.3), 0, mul(softmax(h), where(less(b, 2), a, 1)));
};

describe("checkpoint", () => {
  test("changes neither value nor gradients of any order, those of what it captures included", async () => {
    const stack = (apply: (fn: typeof block, a: Tensor, b: Tensor) => Tensor) => {
      const value = sum(mul(apply(block, apply(block, x, ids), ids), 10));
      const first = gradients(value, [x, weight, outer, scale]);
      const second = gradients(sum(mul(first[0]!, first[0]!)), [x, weight, outer, scale]);
      return [value, ...first, ...second];
    };
    const plain = await evaluate(
      stack((fn, a, b) => fn(a, b)),
      { device },
    );
    const saved = await evaluate(
      stack((fn, a, b) => checkpoint(fn, a, b)),
      { device },
    );
    saved.forEach(({ data }, i) => {
      expect(data).toBeAllclose(plain[i]!.data, 1e-6);
    });
    expect(plain.slice(1).every(({ data }) => data.some((value) => value !== 0))).toBe(true);
  });

  test("computes the forward pass again, and only for gradients", () => {
    const count = (...y: Tensor[]) => makeGraph([], y).nodes.filter(({ op }) => op === "softmax").length;
    const y = checkpoint(block, x, ids);
    expect(count(y)).toBe(1);
    expect(count(y, ...gradients(sum(y), [x]))).toBe(2);
  });

  test.each(["cpu", "webasm", "webgl2", "webgpu"] as const)("lets a plan of gpu:%s hold far less", (mode) => {
    const [rows, width, wide, blocks] = [512, 64, 2048, 12];
    const layers = Array.from({ length: blocks }, () =>
      [
        [wide, width],
        [width, wide],
      ].map((shape) => new Parameter(hostTensor(new Float32Array(wide * width), shape))),
    );
    const peak = (wrap: (fn: (x: Tensor) => Tensor, x: Tensor) => Tensor): number => {
      const input = constant(new Float32Array(rows * width), [rows, width]);
      const y = layers.reduce<Tensor>(
        (x, [up, down]) => wrap((h) => add(h, linear(gelu(linear(h, up!)), down!)), x),
        input,
      );
      const loss = sum(mul(y, y));
      return peakBytes(makePlan(mode, makeGraph([], [loss, ...gradients(loss, layers.flat())])));
    };
    const [plain, saved] = [peak((fn, x) => fn(x)), peak(checkpoint)];
    const [activations, slopes] = [rows * wide * 4, wide * width * 4 * 2];
    // Two activations of every block; or those of one block at a time. Beside them the gradients of the weights.
    expect(plain).toBeGreaterThan(2 * blocks * activations);
    expect(saved).toBeLessThan(5 * activations + blocks * (slopes + rows * width * 4));
  });
});
