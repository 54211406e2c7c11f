import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../src";
import { constant } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import * as ops from "../src/ops";
import { inverseAbove, modulus } from "../src/random";
import { randomCases, runOnce } from "./op-cases";
import { randomUniformHost } from "./random-host";

describe.each(["cpu", "webasm"] as const)("gpu:%s", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });
  afterAll(() => engine.dispose?.());

  test.each(randomCases)("draws what the host draws: $seed, $salt, $shape", async ({ seed, salt, shape }) => {
    const [drawn] = await runOnce(engine, [], () => [
      ops.randomUniform(constant([seed], [], "int32"), shape, salt),
    ]);
    expect(drawn!.shape).toEqual(shape);
    expect(drawn!.data).toEqual(randomUniformHost(seed, salt, drawn!.data.length));
  });

  test("also in large arrays", async () => {
    const size = 4_400_000;
    const seed = constant([99], [], "int32");
    const [drawn] = await runOnce(engine, [], () => [ops.randomUniform(seed, [size], 3)]);
    const expected = randomUniformHost(99, 3, size);
    expect(drawn!.data.findIndex((x, i) => x !== expected[i])).toBe(-1);
  });
});

describe("the numbers", () => {
  const size = 2 ** 18;
  const x = randomUniformHost(42, 3, size);
  /** Correlation in standard deviations of independent numbers. */
  const correlation = (a: Float32Array, b: Float32Array, lag = 0): number => {
    let sum = 0;
    for (let i = 0; i + lag < size; i++) sum += (a[i]! - 0.5) * (b[i + lag]! - 0.5);
    return (12 * sum) / Math.sqrt(size - lag);
  };

  test("lie in [0, 1), with the moments of the uniform distribution", () => {
    let mean = 0;
    let variance = 0;
    for (const value of x) {
      mean += value / size;
      variance += (value - 0.5) ** 2 / size;
    }
    expect(Math.min(...x.slice(0, 65536))).toBeGreaterThanOrEqual(0);
    expect(x.every((value) => value < 1)).toBe(true);
    expect(Math.abs(mean - 0.5) * Math.sqrt(12 * size)).toBeLessThan(4);
    expect(variance * 12).toBeCloseTo(1, 2);
  });

  test("fill 1,024 boxes evenly, alone and in neighbouring pairs", () => {
    for (const [fine, lag] of [
      [1024, 0],
      [32, 1],
      [32, 64],
      [32, modulus],
    ] as const) {
      const boxes = new Float64Array(1024);
      const n = size - lag;
      for (let i = 0; i < n; i++) {
        const first = Math.floor(x[i]! * fine);
        boxes[lag === 0 ? first : first * fine + Math.floor(x[i + lag]! * fine)]!++;
      }
      const chi = boxes.reduce((sum, count) => sum + (count - n / 1024) ** 2 / (n / 1024), 0);
      expect(Math.abs(chi - 1023) / Math.sqrt(2 * 1023)).toBeLessThan(4);
    }
  });

  test("are uncorrelated along rows and columns", () => {
    for (const lag of [1, 2, 3, 64, 768, 1024, modulus - 1, modulus, modulus + 1, 2 * modulus])
      expect(Math.abs(correlation(x, x, lag))).toBeLessThan(4);
  });

  test("of other seeds and salts are others", () => {
    for (const [seed, salt] of [
      [43, 3],
      [41, 3],
      [42, 4],
      [42, 2],
      [3, 42],
      [42 + modulus, 3],
    ] as const) {
      const y = randomUniformHost(seed, salt, size);
      for (const lag of [0, 1, modulus]) expect(Math.abs(correlation(x, y, lag))).toBeLessThan(4);
    }
  });

  test("of other salts fill 1,024 boxes evenly with these", () => {
    for (let salt = 4; salt < 12; salt++) {
      const y = randomUniformHost(42, salt, size);
      const boxes = new Float64Array(1024);
      for (let i = 0; i < size; i++) boxes[Math.floor(x[i]! * 32) * 32 + Math.floor(y[i]! * 32)]!++;
      const chi = boxes.reduce((sum, count) => sum + (count - size / 1024) ** 2 / (size / 1024), 0);
      expect(Math.abs(chi - 1023) / Math.sqrt(2 * 1023)).toBeLessThan(4);
    }
  });

  test("need no correction of quotients where products are rounded correctly", () => {
    const wrong = Array.from({ length: 2 ** 22 / modulus }, (_, q) => q * modulus).filter(
      (t) =>
        Math.floor(Math.fround(t * inverseAbove)) !== t / modulus ||
        Math.floor(Math.fround((t + modulus - 1) * inverseAbove)) !== t / modulus,
    );
    expect(wrong).toEqual([]);
  });
});
