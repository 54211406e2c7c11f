import { describe, expect, test } from "vitest";
import { constant, dropout, hostTensor, pullback, type Tensor } from "../src";
import { devices, draws, runOn } from "./devices";

const [rows, columns] = [256, 512];
const size = rows * columns;
const ones = hostTensor(new Float32Array(size).fill(1), [rows, columns]);

/** Which elements stay, as 0 and 1. */
const maskOf = async (rate: number, seed: number, salt: number): Promise<readonly number[]> => {
  const [y] = await runOn("gpu:cpu", [ones], (x) => [dropout(x!, rate, seed, salt)]);
  return Array.from(y!.data, (value) => (value === 0 ? 0 : 1));
};
const correlation = (a: readonly number[], b: readonly number[], lag: number, rate: number): number => {
  let total = 0;
  for (let i = 0; i + lag < size; i++) total += (a[i]! - 1 + rate) * (b[i + lag]! - 1 + rate);
  return total / (rate * (1 - rate) * Math.sqrt(size - lag));
};

describe("the mask", () => {
  test.each([0.1, 0.5, 0.9])("drops a share of %d, divides the rest, and leaves the mean", async (rate) => {
    const [y] = await runOn("gpu:cpu", [ones], (x) => [dropout(x!, rate, 11)]);
    const kept = y!.data.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]));
    const deviation = Math.sqrt(rate * (1 - rate) * size);
    expect(Math.abs(kept.length - (1 - rate) * size) / deviation).toBeLessThan(4);
  });

  test("drops as often in every row and in every column", async () => {
    const rate = 0.3;
    const mask = await maskOf(rate, 5, 2);
    for (const [lines, length, at] of [
      [rows, columns, (line: number, i: number) => line * columns + i],
      [columns, rows, (line: number, i: number) => i * columns + line],
    ] as const) {
      let chi = 0;
      for (let line = 0; line < lines; line++) {
        let kept = 0;
        for (let i = 0; i < length; i++) kept += mask[at(line, i)]!;
        chi += (kept - (1 - rate) * length) ** 2 / (rate * (1 - rate) * length);
      }
      expect(Math.abs(chi - lines) / Math.sqrt(2 * lines)).toBeLessThan(4);
    }
  });

  test("treats neighbours independently: all eight patterns of three come as often as they should", async () => {
    const rate = 0.4;
    const mask = await maskOf(rate, 9, 0);
    for (const lag of [1, columns]) {
      const counts = new Float64Array(8);
      // Triples that do not overlap.
      let triples = 0;
      for (let i = 0; i + 2 * lag < size; i += lag === 1 ? 3 : 1) {
        if (lag > 1 && Math.floor(i / columns) % 3 !== 0) continue;
        counts[mask[i]! * 4 + mask[i + lag]! * 2 + mask[i + 2 * lag]!]!++;
        triples++;
      }
      const chi = counts.reduce((total, count, pattern) => {
        const kept = [4, 2, 1].filter((bit) => pattern & bit).length;
        const expected = triples * (1 - rate) ** kept * rate ** (3 - kept);
        return total + (count - expected) ** 2 / expected;
      }, 0);
      // Seven degrees of freedom: above 30 once in ten thousand.
      expect(chi).toBeLessThan(30);
    }
  });

  test("of another seed or salt is another one, the same is the same", async () => {
    const rate = 0.5;
    const mask = await maskOf(rate, 20, 1);
    expect(await maskOf(rate, 20, 1)).toEqual(mask);
    for (const [seed, salt] of [
      [21, 1],
      [20, 2],
      [1, 20],
      [20 + 1021, 1],
    ] as const) {
      const other = await maskOf(rate, seed, salt);
      for (const lag of [0, 1, columns])
        expect(Math.abs(correlation(mask, other, lag, rate))).toBeLessThan(4);
    }
  });
});

test("every device drops the same elements, forward and backward", async () => {
  const x = hostTensor(draws(3 * 701, 4), [3, 701]);
  const seed = hostTensor(Int32Array.of(2 ** 23 - 1), [], "int32");
  const results = await Promise.all(
    devices.map((device) =>
      runOn(device, [x, seed], (a, s) => {
        const y = dropout(a!, 0.2, s!, 3);
        return [y, ...pullback([y], [constant(ones.data.slice(0, a!.size), a!.shape)], [a!])];
      }),
    ),
  );
  const [[value, slope]] = results as [(typeof results)[number]];
  for (const [y, dx] of results) {
    expect(y!.data).toEqual(value!.data);
    expect(dx!.data).toEqual(slope!.data);
  }
  slope!.data.forEach((d, i) => {
    expect(value!.data[i]).toBeCloseTo(Number(x.data[i]) * d, 6);
  });
  expect(new Set(slope!.data)).toEqual(new Set([0, 1.25]));
});

test("rate 0 is the tensor itself, rate 1 zeros with zero gradients", async () => {
  const x = constant([1, -2, 3], [3]);
  expect(dropout(x, 0, 5)).toBe(x);
  const [y, dx] = await runOn("gpu:cpu", [], () => {
    const gone = dropout(x, 1, 5);
    return [gone, ...pullback([gone], [x], [x])];
  });
  expect([...y!.data, ...dx!.data].every((value) => value === 0)).toBe(true);
});

test("what makes no sense is refused", () => {
  const x = constant([1, 2], [2]);
  const seed: Tensor = constant([1], []);
  for (const rate of [-0.1, 1.1, Number.NaN])
    expect(() => dropout(x, rate, 1)).toThrow(`dropout: the rate is ${rate}; give a probability, 0 … 1`);
  for (const bad of [-1, 2 ** 23, 0.5])
    expect(() => dropout(x, 0.5, bad)).toThrow(`dropout: the seed is ${bad}; give an integer in 0 … 8388607`);
  expect(() => dropout(x, 0.5, seed)).toThrow("randomUniform: the seed is float32[]; give an int32 scalar");
  expect(() => dropout(x, 0.5, 1, -3)).toThrow("randomUniform: the salt is -3; give an integer from 0");
});
