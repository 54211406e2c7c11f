import type { Engine, Operand, Tensor } from "@waveft/autograd";
import * as A from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { runOn } from "./run";

describe.each(["cpu", "wasm"] as const)("onnx:%s", (provider) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider);
  });
  afterAll(() => engine.dispose!());
  const float = (data: number[], shape: number[] = [data.length]) => A.hostTensor(data, shape);
  const int = (data: number[], shape: number[] = [data.length]) => A.hostTensor(data, shape, "int32");
  const bool = (data: number[], shape: number[] = [data.length]) => A.hostTensor(data, shape, "bool");
  const run = async (feeds: A.HostTensor[], fn: (...inputs: Tensor[]) => readonly Tensor[]) =>
    (await runOn(engine, feeds, fn)).map(({ data, shape }) => ({ data: [...data], shape }));
  const one = async (feeds: A.HostTensor[], fn: (...inputs: Tensor[]) => Tensor) =>
    (await run(feeds, (...inputs) => [fn(...inputs)]))[0]!;

  describe("integers and booleans", () => {
    test("int32 arithmetic, numbers beside it being int32", async () => {
      const results = await run([int([5, -3])], (x) => [
        A.add(x!, 2),
        A.mul(x!, 3),
        A.sub(1, x!),
        A.less(x!, 0),
        A.equal(x!, 5),
        A.sum(x!),
        A.max(x!),
        A.pad(x!, [1], [0], { interior: [1] }),
        A.oneHot(x!, 6),
      ]);
      expect(results.map(({ data }) => data)).toEqual([
        [7, -1],
        [15, -9],
        [-4, 4],
        [0, 1],
        [1, 0],
        [2],
        [5],
        [0, 5, 0, -3],
        [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      ]);
    });

    test("booleans through every op that takes them", async () => {
      const results = await run([bool([1, 0]), bool([0, 0])], (a, b) => [
        A.logicalAnd(a!, b!),
        A.logicalOr(a!, b!),
        A.logicalNot(a!),
        A.where(a!, b!, a!),
        A.where(A.logicalNot(a!), b!, a!),
        A.concat([a!, b!]),
        A.broadcastTo(a!, [2, 2]),
        A.cast(a!, "int32"),
      ]);
      expect(results.map(({ data }) => data)).toEqual([
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
        [1, 0],
        [1, 0, 0, 0],
        [1, 0, 1, 0],
        [1, 0],
      ]);
    });
  });

  describe.each([
    ["float16", 0x3c00, 0x4000],
    ["bfloat16", 0x3f80, 0x4000],
  ] as const)("%s", (dtype, one16, two16) => {
    const bits = A.hostTensor(Uint16Array.of(one16, two16), [2], dtype);

    test("is moved bit by bit", async () => {
      const [padded, chosen, taken, turned, cut, same] = await runOn(
        engine,
        [bits, bool([0, 1]), int([1, 1, 0])],
        (x, c, i) => [
          A.pad(x!, [1], [1], { interior: [1] }),
          A.where(c!, x!, A.gather(x!, i!.size === 3 ? A.slice(i!, [0], [2]) : i!)),
          A.gather(x!, i!),
          A.transpose(A.reshape(A.concat([x!, x!]), [2, 2])),
          A.slice(x!, [1], [2]),
          x!,
        ],
      );
      expect(padded!.data).toEqual(Uint16Array.of(0, one16, 0, two16, 0));
      expect(chosen!.data).toEqual(Uint16Array.of(two16, two16));
      expect(taken!.data).toEqual(Uint16Array.of(two16, two16, one16));
      expect(turned!.data).toEqual(Uint16Array.of(one16, one16, two16, two16));
      expect(cut!.data).toEqual(Uint16Array.of(two16));
      expect(same).toEqual(bits);
    });

    test("is cast where it is used, gradients being float32", async () => {
      const weight = new A.Parameter(bits);
      const w = A.cast(weight, "float32");
      const [y, dw, whole, truth] = await runOn(engine, [float([3, 4])], (x) => {
        const product = A.sum(A.mul(A.mul(x!, w), w));
        return [product, A.gradients(product, [w])[0]!, A.cast(weight, "int32"), A.cast(weight, "bool")];
      });
      expect(y!.data).toEqual(Float32Array.of(19));
      expect(dw!.data).toEqual(Float32Array.of(6, 16));
      expect(whole!.data).toEqual(Int32Array.of(1, 2));
      expect(truth!.data).toEqual(Uint8Array.of(1, 1));
    });
  });

  describe("at the edges of float32", () => {
    test("NaN and infinities go through", async () => {
      const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
      const results = await run([float([nan, inf, -inf, 0])], (x) => [
        A.abs(x!),
        A.relu(x!),
        A.less(x!, 0),
        A.equal(x!, x!),
        A.exp(x!),
        A.log(x!),
        A.sigmoid(x!),
        A.tanh(x!),
        A.where(A.less(x!, 1), x!, 7),
        A.sum(x!),
        A.cast(x!, "bool"),
      ]);
      expect(results.map(({ data }) => data)).toEqual([
        [nan, inf, inf, 0],
        [nan, inf, 0, 0],
        [0, 0, 1, 0],
        [0, 1, 1, 1],
        [nan, inf, 0, 1],
        [nan, inf, nan, -inf],
        [nan, 1, 0, 0.5],
        [nan, 1, -1, 0],
        [7, 7, -inf, 0],
        [nan],
        [1, 1, 1, 0],
      ]);
    });

    test("a masked entry has weight 0, a fully masked row stays finite", async () => {
      const m = A.MASKED;
      const { data } = await one([float([m, m, m, m, 0, m], [2, 3])], A.softmax as (x: Operand) => Tensor);
      expect(data).toBeAllclose([1 / 3, 1 / 3, 1 / 3, 0, 1, 0]);
    });

    test("the logarithm of a small sigmoid", async () => {
      const { data } = await one([float([-20, -80])], (x) => A.log(A.sigmoid(x!)));
      expect(data).toBeAllclose([-20, -80]);
    });
  });

  describe("crossEntropy", () => {
    const loss = (rows: number[][], labels: number[], ignoreIndex = -100) =>
      run([float(rows.flat(), [rows.length, rows[0]?.length ?? 3]), int(labels)], (x, y) => {
        const each = A.crossEntropy(x!, y!, ignoreIndex);
        return [each, ...A.gradients(A.sum(each), [x!])];
      });

    test.each([-100, -1, 1])("ignores rows labelled %i", async (ignore) => {
      const [each, gradient] = await loss(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        [ignore, 0],
        ignore,
      );
      const p = [1, 2, 3].map((x) => Math.exp(x) / (Math.exp(1) + Math.exp(2) + Math.exp(3)));
      expect(each!.data).toBeAllclose([0, -Math.log(p[0]!)]);
      expect(gradient!.data).toBeAllclose([0, 0, 0, p[0]! - 1, p[1]!, p[2]!]);
    });

    test("gives zeros when every row is ignored, nothing for no rows", async () => {
      const [each, gradient] = await loss([[1, 2, 3]], [-100]);
      expect([each!.data, gradient!.data]).toEqual([[0], [0, 0, 0]]);
      const [none, noGradient] = await loss([], []);
      expect([none!.data, noGradient!.shape]).toEqual([[], [0, 3]]);
    });

    test("keeps its digits for unlikely and for certain labels", async () => {
      const [each] = await loss(
        [
          [200, 0, 0],
          [0, 12, 0],
          [A.MASKED, 0, 0],
        ],
        [1, 1, 1],
      );
      expect(each!.data[0]).toBe(200);
      expect(each!.data[1]! / Math.log1p(2 * Math.exp(-12))).toBeCloseTo(1, 1);
      expect(each!.data[2]).toBeCloseTo(Math.LN2, 6);
    });

    test("is NaN where a logit is", async () => {
      const [each] = await loss(
        [
          [1, Number.NaN, 0],
          [0, 0, 0],
        ],
        [0, 0],
      );
      expect(each!.data).toBeAllclose([Number.NaN, Math.log(3)]);
    });
  });

  describe("empty axes, scalars, axes of 1", () => {
    test("sums over nothing are 0; maxima of nothing are nothing", async () => {
      const results = await run([float([], [0, 3])], (x) => [
        A.sum(x!),
        A.sum(x!, { axes: 0 }),
        A.sum(x!, { axes: 1 }),
        A.max(x!, { axes: 1 }),
        A.argmax(x!),
        A.softmax(x!),
        A.transpose(x!),
        A.pad(x!, [0, 1], [2, 0]),
        A.add(x!, 1),
        A.gather(x!, A.cast(A.sum(x!, { axes: 1 }), "int32")),
        A.scatterAdd(x!, A.cast(A.sum(x!, { axes: 1 }), "int32"), 2),
      ]);
      expect(results.map(({ shape }) => shape)).toEqual([
        [],
        [3],
        [0],
        [0],
        [0],
        [0, 3],
        [3, 0],
        [2, 4],
        [0, 3],
        [0, 3],
        [2, 3],
      ]);
      expect(results[0]!.data).toEqual([0]);
      expect(results[1]!.data).toEqual([0, 0, 0]);
      expect(results[7]!.data).toEqual(new Array(8).fill(0));
      expect(results[10]!.data).toEqual(new Array(6).fill(0));
    });

    test("products over an empty axis are 0, with a bias the bias", async () => {
      const results = await run([float([], [2, 0]), float([], [3, 0]), float([1, 2, 3])], (x, w, b) => [
        A.linear(x!, w!),
        A.linear(x!, w!, b!),
        A.matmul(A.reshape(x!, [1, 2, 0]), w!, { transposeB: true }),
      ]);
      expect(results.map(({ data }) => data)).toEqual([
        new Array(6).fill(0),
        [1, 2, 3, 1, 2, 3],
        new Array(6).fill(0),
      ]);
    });

    test("no rows", async () => {
      const results = await run(
        [float([], [0, 2]), float([1, 2, 3, 4], [2, 2]), float([5, 6])],
        (x, w, b) => [
          A.linear(x!, w!, b!),
          A.matmul(x!, w!),
          A.layerNorm(x!, b!, b!),
          A.matmul(x!, x!, { transposeA: true }),
          A.conv1d(A.reshape(x!, [0, 1, 2]), A.reshape(b!, [1, 1, 2])),
        ],
      );
      expect(results.map(({ shape }) => shape)).toEqual([
        [0, 2],
        [0, 2],
        [0, 2],
        [2, 2],
        [0, 1, 1],
      ]);
      expect(results[3]!.data).toEqual([0, 0, 0, 0]);
    });

    test("scalars", async () => {
      const results = await run([float([2], [])], (x) => [
        A.transpose(x!, []),
        A.sum(x!),
        A.max(x!),
        A.slice(x!, [], []),
        A.pad(x!, [], []),
        A.broadcastTo(x!, [2]),
        A.oneHot(A.cast(x!, "int32"), 3),
        A.where(A.less(x!, 3), x!, 0),
        A.linear(A.reshape(x!, [1]), A.reshape(x!, [1, 1])),
        A.scatterAdd(x!, A.cast(A.mul(x!, 0), "int32"), 2),
      ]);
      expect(results.map(({ data }) => data)).toEqual([
        [2],
        [2],
        [2],
        [2],
        [2],
        [2, 2],
        [0, 0, 1],
        [2],
        [4],
        [2, 0],
      ]);
    });
  });

  test("convTranspose1d cut on both sides and reaching beyond, against its definition", async () => {
    const y = Float32Array.from({ length: 12 }, (_, i) => i - 5);
    const k = Float32Array.from({ length: 8 }, (_, i) => (i % 3) - 1);
    for (const { width, ...options } of [
      { width: 3, stride: 2, dilation: 3, low: 4 },
      { width: 30, stride: 3, dilation: 2, low: 1 },
      { width: 4, low: 40 },
    ]) {
      const { stride = 1, dilation = 1, low } = { stride: undefined, dilation: undefined, ...options };
      const expected = new Float32Array(2 * width);
      for (let p = 0; p < 6; p++)
        for (let t = 0; t < 2; t++)
          for (let o = 0; o < 2; o++)
            for (let c = 0; c < 2; c++) {
              const at = p * stride + t * dilation - low;
              if (at >= 0 && at < width) expected[c * width + at]! += y[o * 6 + p]! * k[(o * 2 + c) * 2 + t]!;
            }
      const feeds = [A.hostTensor(y, [1, 2, 6]), A.hostTensor(k, [2, 2, 2])];
      const convolved = (a: Tensor, b: Tensor) => A.convTranspose1d(a, b, width, options);
      expect((await one(feeds, (a, b) => convolved(a!, b!))).data).toEqual([...expected]);
      // f is bilinear: ⟨∂f/∂y, y⟩ = f = ⟨∂f/∂k, k⟩
      const [f, fy, fk] = await run(feeds, (a, b) => {
        const value = A.sum(
          A.mul(convolved(a!, b!), A.convTranspose1d(A.stopGradient(a!), A.stopGradient(b!), width, options)),
        );
        const [da, db] = A.gradients(value, [a!, b!]);
        return [value, A.sum(A.mul(da!, a!)), A.sum(A.mul(db!, b!))];
      });
      expect([fy!.data[0], fk!.data[0]]).toBeAllclose([f!.data[0]!, f!.data[0]!]);
    }
  });
});
