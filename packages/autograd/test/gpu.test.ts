import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../src";
import { constant, hostTensor, makeGraph, Parameter, Tensor } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { makePlan, peakBytes } from "../src/engines/gpu/plan";
import { decodeHalf, encodeHalf } from "../src/half";
import * as ops from "../src/ops";
import { expectFlatPlans, expectFlatTraining } from "./memory";
import { runOnce } from "./op-cases";

const input = (index: number, shape: readonly number[], dtype: "float32" | "int32" | "bool" = "float32") =>
  new Tensor("input", [], { index }, shape, dtype);
const filled = (size: number, value: number) => new Float32Array(size).fill(value);

describe.each(["cpu", "webasm"] as const)("gpu:%s", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });
  afterAll(() => engine.dispose?.());

  test("is named by its mode", () => expect(engine.name).toBe(`gpu:${mode}`));

  test("reads parameters anew when they changed, small and large", async () => {
    for (const size of [3, 70_000]) {
      const parameter = new Parameter({ data: filled(size, 1), shape: [size], dtype: "float32" });
      const executable = await engine.compile(makeGraph([], [ops.mul(parameter.tensor, 2)]));
      const first = async () => (await executable.run([]))[0]!.data[size - 1];
      expect(await first()).toBe(2);
      parameter.data = filled(size, 5);
      expect(await first()).toBe(10);
      parameter.data[size - 1] = 7;
      parameter.touch();
      expect(await first()).toBe(14);
      expect(await first()).toBe(14);
      await executable.dispose();
    }
  });

  test("widens half-precision parameters, and gives them back as bits", async () => {
    for (const dtype of ["float16", "bfloat16"] as const) {
      const bits = encodeHalf(dtype, Float32Array.of(1, -0.5, 3.140625, 65504));
      const parameter = new Parameter({ data: bits, shape: [2, 2], dtype });
      const [sum, moved] = await runOnce(engine, [], () => [
        ops.add(ops.cast(parameter.tensor, "float32"), 0),
        ops.transpose(parameter.tensor),
      ]);
      expect(sum!.data).toEqual(decodeHalf(dtype, bits));
      expect(moved!.dtype).toBe(dtype);
      expect(moved!.data).toEqual(Uint16Array.of(bits[0]!, bits[2]!, bits[1]!, bits[3]!));
    }
  });

  test("gives outputs that nobody else writes to", async () => {
    const x = input(0, [2]);
    const parameter = new Parameter(hostTensor([1, 2], [2]));
    const y = ops.add(x, 1);
    const executable = await engine.compile(
      makeGraph([x], [x, x, parameter.tensor, y, y, constant([5], [])]),
    );
    const feed = hostTensor([3, 4], [2]);
    const before = await executable.run([feed]);
    expect(before.map(({ data }) => [...data])).toEqual([[3, 4], [3, 4], [1, 2], [4, 5], [4, 5], [5]]);
    for (const { data } of before) data.fill(99);
    expect((await executable.run([feed])).map(({ data }) => [...data])).toEqual([
      [3, 4],
      [3, 4],
      [1, 2],
      [4, 5],
      [4, 5],
      [5],
    ]);
    expect([...feed.data, ...parameter.data]).toEqual([3, 4, 1, 2]);
    await executable.dispose();
  });

  test("runs at the same time keep apart", async () => {
    const x = input(0, [2]);
    const executable = await engine.compile(makeGraph([x], [ops.exp(ops.mul(x, 0)), ops.add(x, 1)]));
    const runs = [1, 2, 3].map((value) => executable.run([hostTensor([value, value], [2])]));
    expect((await Promise.all(runs)).map(([, y]) => y!.data[0])).toEqual([2, 3, 4]);
    await executable.dispose();
  });

  test("integers and booleans come back as what they are", async () => {
    const feeds = [
      hostTensor(Int32Array.of(1, -2, 16_777_215), [3]),
      hostTensor(Uint8Array.of(1, 0, 1), [3]),
    ];
    const [sum, not, chosen] = await runOnce(engine, feeds, (i, b) => [
      ops.add(i!, 0),
      ops.logicalNot(b!),
      ops.where(b!, i!, -1),
    ]);
    expect(sum!.data).toEqual(Int32Array.of(1, -2, 16_777_215));
    expect(not!.data).toEqual(Uint8Array.of(0, 1, 0));
    expect(chosen!.data).toEqual(Int32Array.of(1, -1, 16_777_215));
  });

  test("NaN and infinity pass through", async () => {
    const [relu, larger, tanh, erf, top] = await runOnce(
      engine,
      [hostTensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], [3])],
      (x) => [ops.relu(x!), ops.maximum(x!, 0), ops.tanh(x!), ops.erf(x!), ops.max(x!)],
    );
    const inf = Number.POSITIVE_INFINITY;
    expect([...relu!.data]).toEqual([Number.NaN, inf, 0]);
    expect([...larger!.data]).toEqual([Number.NaN, inf, 0]);
    expect([...tanh!.data]).toEqual([Number.NaN, 1, -1]);
    expect([...erf!.data]).toEqual([Number.NaN, 1, -1]);
    expect(top!.data[0]).toBeNaN();
  });

  test("indices stay exact where arrays are large", async () => {
    const [rows, columns] = [3, 1_500_001];
    const x = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const column = hostTensor([0.25, 0.5, 0.75], [rows, 1]);
    const [shifted, moved, picked, cut, soft] = await runOnce(
      engine,
      [hostTensor(x, [rows, columns]), column, hostTensor(Int32Array.of(2, 0), [2])],
      (big, small, index) => [
        ops.sum(ops.cast(ops.equal(ops.sub(ops.add(big!, small!), big!), small!), "int32"), { axes: 1 }),
        ops.transpose(big!),
        ops.gather(big!, index!),
        ops.slice(big!, [1, 5], [3, columns], [1, 500_000]),
        ops.sum(ops.softmax(ops.mul(big!, 0)), { axes: 1 }),
      ],
    );
    // Below 2²² float32 holds quarters, so a wrong row would show.
    expect([...shifted!.data.slice(0, 2)]).toEqual([columns, columns]);
    for (const i of [0, 1, 2, 1_000_000, 4_499_999, 4_500_002])
      expect(moved!.data[i]).toBe((i % rows) * columns + Math.floor(i / rows));
    for (const i of [0, columns - 1, columns, 2 * columns - 1])
      expect(picked!.data[i]).toBe(i < columns ? 2 * columns + i : i - columns);
    expect([...cut!.data]).toEqual(
      [1, 2].flatMap((r) => [0, 1, 2].map((k) => r * columns + 5 + k * 500_000)),
    );
    expect(soft!.data).toBeAllclose([1, 1, 1], 1e-4);
  });

  test.each([
    [128, 130, 129, true, false],
    [128, 130, 129, false, true],
    [1, 100, 70, false, false],
    [1, 100, 70, true, true],
    [70, 100, 1, true, false],
    [90, 1, 90, false, false],
    [9, 60, 9, true, true],
  ] as const)("products of %i × %i × %i, transposed: %s, %s", async (m, k, n, transposeA, transposeB) => {
    const wave = (size: number, by: number) =>
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * by));
    const a = hostTensor(wave(2 * m * k, 0.7), [2, ...(transposeA ? [k, m] : [m, k])]);
    const b = new Parameter(hostTensor(wave(k * n, 1.3), transposeB ? [n, k] : [k, n]));
    const x = input(0, a.shape);
    const y = ops.matmul(x, b.tensor, { transposeA, transposeB });
    const executable = await engine.compile(makeGraph([x], [y, ops.sum(y, { axes: 0 })]));
    for (const factor of [1, -2]) {
      b.data = wave(k * n, 1.3).map((value) => value * factor);
      const [product, summed] = await executable.run([a]);
      const expected = Float32Array.from({ length: 2 * m * n }, (_, place) => {
        const [g, i, j] = [Math.floor(place / (m * n)), Math.floor(place / n) % m, place % n];
        let sum = 0;
        for (let c = 0; c < k; c++)
          sum +=
            a.data[g * m * k + (transposeA ? c * m + i : i * k + c)]! *
            b.data[transposeB ? j * k + c : c * n + j]!;
        return sum;
      });
      expect(product!.data).toBeAllclose(expected, 1e-5);
      expect(summed!.data).toBeAllclose(
        expected.slice(0, m * n).map((value, i) => value + expected[m * n + i]!),
        1e-5,
      );
    }
    await executable.dispose();
  });

  test("products of one size but other shapes keep apart", async () => {
    const ones = (rows: number) => hostTensor(filled(rows * 512, 1), [rows, 512]);
    const ramp = (rows: number) =>
      hostTensor(
        Float32Array.from({ length: rows * 512 }, (_, i) => Math.floor(i / 512)),
        [rows, 512],
      );
    const [wide, square] = await runOnce(engine, [ones(2), ramp(6), ones(3), ramp(4)], (a, b, c, d) => [
      ops.linear(a!, b!),
      ops.linear(c!, d!),
    ]);
    expect([...wide!.data]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5].map((row) => row * 512));
    expect([...square!.data]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3].map((row) => row * 512));
  });

  test("profiles by op, and gives what a run gives afterwards", async () => {
    const feed = hostTensor(filled(64 * 64, 0.5), [64, 64]);
    const x = input(0, [64, 64]);
    const executable = await engine.compile(makeGraph([x], [ops.sum(ops.matmul(ops.exp(x), ops.exp(x)))]));
    const [before] = await executable.run([feed]);
    const times = await executable.profile!([feed]);
    expect(times.map(({ op }) => op).sort()).toEqual(["exp", "matmul", "sum"]);
    expect(times.map(({ milliseconds }) => milliseconds)).toEqual(
      times.map(({ milliseconds }) => milliseconds).sort((a, b) => b - a),
    );
    expect(times.find(({ op }) => op === "exp")!.calls).toBe(1);
    expect((await executable.run([feed]))[0]).toEqual(before);
    await executable.dispose();
  });

  test("500 steps of training leave memory as it was", () => expectFlatTraining(engine), 120_000);
  test("plans that come and go leave nothing", () => expectFlatPlans(engine), 120_000);

  test("feeds that do not fit are refused", async () => {
    const x = input(0, [2]);
    const executable = await engine.compile(makeGraph([x], [ops.add(x, 1)]));
    await expect(executable.run([])).rejects.toThrow(`gpu:${mode}: fed 0 inputs; the graph takes 1`);
    await expect(executable.run([hostTensor([1, 2, 3], [3])])).rejects.toThrow(
      `gpu:${mode}: input 0 is float32[3] in Float32Array(3); the graph takes float32[2]`,
    );
    await expect(executable.run([hostTensor(Int32Array.of(1, 2), [2])])).rejects.toThrow(
      "input 0 is int32[2]",
    );
    await executable.dispose();
    await expect(executable.dispose()).rejects.toThrow(`gpu:${mode}: this plan was disposed already`);
    await expect(executable.run([hostTensor([1, 2], [2])])).rejects.toThrow("was disposed; compile");
    await expect(executable.profile!([hostTensor([1, 2], [2])])).rejects.toThrow("was disposed; compile");
  });
});

test("a disposed engine refuses graphs, and to be disposed again", async () => {
  const engine = await gpuEngine("cpu");
  const executable = await engine.compile(makeGraph([], [ops.add(constant([1], []), 1)]));
  await engine.dispose!();
  await expect(engine.dispose!()).rejects.toThrow("gpu:cpu: the engine was disposed already");
  // The engine released the plan; its owner may still say that it is done with it.
  await executable.dispose();
  await expect(executable.dispose()).rejects.toThrow("gpu:cpu: this plan was disposed already");
  await expect(engine.compile(makeGraph([], []))).rejects.toThrow("gpu:cpu: the engine was disposed");
  await expect(executable.run([])).rejects.toThrow("disposed");
});

test("the peak of a plan is what its arrays take at one time", () => {
  const x = input(0, [1000]);
  // A chain holds two arrays at a time; a tree holds its branches.
  const chain = ops.exp(ops.sin(ops.cos(ops.neg(x))));
  expect(peakBytes(makePlan("cpu", makeGraph([x], [chain])))).toBe(2 * 4000);
  const tree = ops.add(ops.add(ops.exp(x), ops.sin(x)), ops.add(ops.cos(x), ops.neg(x)));
  expect(peakBytes(makePlan("cpu", makeGraph([x], [tree])))).toBe(4 * 4000);
});

test("modes that are missing say so", async () => {
  await expect(gpuEngine("webgl2")).rejects.toThrow(
    "gpu:webgl2: not available here: it is for browsers; gpu:webasm and gpu:cpu run everywhere",
  );
});

test("a plan runs equal kernels once and leaves out what no output needs", () => {
  const x = input(0, [2, 2]);
  const twice = [ops.exp(ops.add(x, 1)), ops.exp(ops.add(x, 1))];
  const unused = ops.matmul(x, x);
  const y = ops.customGradient(ops.add(twice[0]!, twice[1]!), [unused], () => [null]);
  const plan = makePlan("cpu", makeGraph([x], [ops.reshape(y, [4])]));
  expect(plan.steps.length).toBe(3);
});
