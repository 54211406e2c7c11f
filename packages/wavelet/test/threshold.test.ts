import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Complex } from "../src/core/signal";
import { WaveletError } from "../src/errors";
import { type ThresholdMode, threshold, thresholdFirm } from "../src/threshold";
import { float64s, signal } from "./golden";

const odd = [0, -0, NaN, Infinity, -Infinity, 1, -1, 0.5, -0.5, 0.25, 3, 1e-200, 1e200];
const data = Float64Array.of(...odd, ...signal(20, 1).map((value) => value * 3));
const complex = {
  // NumPy makes NaN of the imaginary part of (∞ + 0i) · 1.
  re: Float64Array.of(...odd, ...signal(20, 2).map((value) => value * 3)),
  im: Float64Array.of(
    ...odd.map((value) => (Number.isFinite(value) ? 0 : NaN)),
    ...signal(20, 3).map((value) => value * 3),
  ),
};
const thresholds = signal(33, 4).map(Math.abs);
const modes = ["soft", "hard", "garrote", "greater", "less"] as const;

const samples = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 });
const bound = fc.double({ min: 0.01, max: 8, noNaN: true });

describe("properties", () => {
  it("soft moves by the threshold, hard keeps, garrote lies between", () => {
    fc.assert(
      fc.property(samples, bound, (x, v) => {
        const soft = threshold(x, v);
        const hard = threshold(x, v, { mode: "hard" });
        const garrote = threshold(x, v, { mode: "garrote" });
        for (const [i, value] of x.entries()) {
          const size = Math.abs(value);
          expect(Math.abs(soft[i]! - Math.sign(value) * Math.max(0, size - v))).toBeLessThan(1e-14);
          expect(hard[i]).toBe(size < v ? 0 : value);
          expect(Math.abs(garrote[i]!)).toBeLessThanOrEqual(Math.abs(hard[i]!));
          expect(Math.abs(garrote[i]!)).toBeGreaterThanOrEqual(Math.abs(soft[i]!) - 1e-14);
        }
      }),
    );
  });

  it("greater and less replace one side, and turn into each other with the sign", () => {
    fc.assert(
      fc.property(samples, fc.double({ min: -5, max: 5, noNaN: true }), (x, v) => {
        const greater = threshold(x, v, { mode: "greater", substitute: 7 });
        expect([...greater]).toEqual(x.map((value) => (value < v ? 7 : value)));
        const turned = threshold(
          x.map((value) => -value),
          -v,
          { mode: "less", substitute: -7 },
        );
        expect([...turned]).toEqual([...greater].map((value) => -value));
      }),
    );
  });

  it("complex numbers keep their direction and are thresholded by their modulus", () => {
    fc.assert(
      fc.property(samples, bound, fc.double({ min: 0, max: 7, noNaN: true }), (x, v, angle) => {
        const [re, im] = [
          x.map((value) => value * Math.cos(angle)),
          x.map((value) => value * Math.sin(angle)),
        ];
        const turned = threshold({ re, im }, v);
        const straight = threshold(x, v);
        for (const [i, value] of straight.entries()) {
          expect(Math.abs(turned.re[i]! - value * Math.cos(angle))).toBeLessThan(1e-13);
          expect(Math.abs(turned.im[i]! - value * Math.sin(angle))).toBeLessThan(1e-13);
        }
      }),
    );
  });

  it("firm is 0 up to low, x beyond high, continuous and between soft and hard", () => {
    fc.assert(
      fc.property(samples, bound, bound, (x, low, width) => {
        const firm = thresholdFirm(x, low, low + width);
        const soft = threshold(x, low);
        for (const [i, value] of x.entries()) {
          const size = Math.abs(value);
          if (size <= low) expect(Math.abs(firm[i]!)).toBe(0);
          else if (size > low + width) expect(firm[i]).toBe(value);
          else expect(Math.abs(firm[i]!)).toBeGreaterThanOrEqual(Math.abs(soft[i]!) * (1 - 1e-12));
        }
      }),
    );
  });

  it("an array of thresholds broadcasts: each row has its own, or each column", () => {
    const x = ndarray(signal(24, 5), [2, 3, 4]);
    const rows = ndarray(Float64Array.of(0.2, 0.5, 0.8), [3, 1]);
    for (const mode of modes) {
      const all = threshold(x, rows, { mode });
      const columns = threshold(x, [0.1, 0.2, 0.3, 0.4], { mode });
      expect(all.shape).toEqual([2, 3, 4]);
      for (let i = 0; i < 24; i++) {
        const one = threshold([x.data[i]!], rows.data[Math.floor(i / 4) % 3]!, { mode });
        expect(all.data[i]).toBe(one[0]);
        expect(columns.data[i]).toBe(threshold([x.data[i]!], ((i % 4) + 1) / 10, { mode })[0]);
      }
    }
  });
});

it("PyWavelets' numbers, NaN and infinities among them", () => {
  const golden = float64s("threshold.f64");
  let at = 0;
  const check = (found: ArrayLike<number>, name: string) => {
    const expected = golden.subarray(at, at + found.length);
    at += found.length;
    for (const [i, golden] of expected.entries()) {
      // PyWavelets up to 1.9 divides 0 by 0 here.
      const value = Number.isNaN(golden) && areFinite(i) ? 0 : golden;
      const error = Math.abs(found[i]! - value) / Math.max(1, Math.abs(value));
      expect(
        Object.is(found[i]! + 0, value + 0) || error < 1e-14,
        `${name}, ${i}: ${found[i]} ${value}`,
      ).toBe(true);
    }
  };
  const areFinite = (i: number) => [data, complex.re, complex.im].every((part) => Number.isFinite(part[i]));
  for (const value of [0, 0.5, 1, 2.5]) {
    for (const substitute of [0, -7.5]) {
      for (const mode of modes) {
        check(threshold(data, value, { mode, substitute }), `${mode} ${value} ${substitute}`);
      }
      for (const mode of ["soft", "hard", "garrote"] as const) {
        const { re, im } = threshold(complex, value, { mode, substitute });
        check(re, `complex ${mode} ${value} ${substitute}, re`);
        check(im, `complex ${mode} ${value} ${substitute}, im`);
      }
    }
  }
  for (const mode of modes) check(threshold(data, thresholds, { mode }), `${mode}, thresholds`);
  for (const [low, high] of [
    [0, 0],
    [0, 1],
    [0.5, 1],
    [1, 1],
    [0.5, Infinity],
  ] as const) {
    const { re, im } = thresholdFirm(complex, low, high);
    if (high === Infinity) {
      const soft = threshold(complex, low);
      expect([thresholdFirm(data, low, high), re, im]).toEqual([threshold(data, low), soft.re, soft.im]);
      at += 3 * data.length;
      continue;
    }
    for (const found of [thresholdFirm(data, low, high), re, im]) check(found, `firm ${low} ${high}`);
  }
  expect(at).toBe(golden.length);
});

describe("exact zeros", () => {
  const zeros = [0, 2, -3, 0, -0];

  it.each(["soft", "garrote", "garotte"] as const)("stay at a threshold of 0: %s", (mode) => {
    expect(threshold(zeros, 0, { mode })).toEqual(Float64Array.of(0, 2, -3, 0, -0));
    expect(threshold(Float32Array.from(zeros), 0, { mode })).toEqual(Float32Array.of(0, 2, -3, 0, -0));
    expect(threshold(zeros, [0, 1, 0, 0, 0], { mode })[3]).toBe(0);
    expect(threshold(zeros, 0, { mode, substitute: 7 })).toEqual(Float64Array.of(0, 2, -3, 0, -0));
    const { re, im } = threshold({ re: [0, 1], im: [0, -1] }, 0, { mode });
    expect([...re, ...im].map((value) => value + 0)).toEqual([0, 1, 0, -1]);
  });

  it("with a threshold below 0 or not a number", () => {
    expect(threshold([0, 1], -1, { mode: "soft" })).toEqual(Float64Array.of(0, 2));
    expect(threshold([0], Number.NaN, { mode: "soft" })).toEqual(Float64Array.of(Number.NaN));
  });

  it.each([
    [0, 0, [0, 2, -3, 0, -0]],
    [2, 2, [0, 0, -3, 0, -0]],
    [0, 2, [0, 2, -3, 0, -0]],
    [1, 4, [0, 4 / 3, -8 / 3, 0, -0]],
  ])("firm, from %d to %d", (low, high, expected) => {
    const found = thresholdFirm(zeros, low, high);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
    expect(thresholdFirm(Float32Array.from(zeros), low, high).every(Number.isFinite)).toBe(true);
  });
});

describe("forms", () => {
  it("float32 is compared and shrunk in float32", () => {
    const x = Float32Array.of(0.7, -0.7, 0.69999, 5);
    expect(threshold(x, 0.7, { mode: "hard" })).toEqual(Float32Array.of(x[0]!, x[1]!, 0, 5));
    const soft = threshold(x, 0.7);
    expectTypeOf(soft).toEqualTypeOf<Float32Array>();
    expect(soft).toEqual(
      Float32Array.of(0, -0, 0, Math.fround(5 * Math.fround(1 - Math.fround(Math.fround(0.7) / 5)))),
    );
    expect(thresholdFirm(x, 0.5, 1)).toBeInstanceOf(Float32Array);
  });

  it("integers keep their type where nothing is computed", () => {
    const x = Int16Array.of(-3, 0, 2, 9);
    const hard = threshold(x, 2.5, { mode: "hard" });
    expectTypeOf(hard).toEqualTypeOf<Int16Array>();
    expect(hard).toEqual(Int16Array.of(-3, 0, 0, 9));
    expect(threshold(x, 2, { mode: "less", substitute: -1 })).toEqual(Int16Array.of(-3, 0, 2, -1));
    const matrix = threshold(ndarray(Uint8Array.of(1, 2, 3, 4), [2, 2]), 3, { mode: "greater" });
    expectTypeOf(matrix).toEqualTypeOf<NdArray<Uint8Array>>();
    expect([matrix.dtype, [...matrix.data]]).toEqual(["uint8", [0, 0, 3, 4]]);
    const soft = threshold(x, 2.5);
    expectTypeOf(soft).toEqualTypeOf<Float64Array>();
    expect(soft).toBeInstanceOf(Float64Array);
    const plain = threshold([1, 2], 2, { mode: "hard" });
    expectTypeOf(plain).toEqualTypeOf<Float64Array>();
    expect(plain).toEqual(Float64Array.of(0, 2));
    expect(threshold({ re: x, im: x }, 3, { mode: "hard" }).re).toBeInstanceOf(Float64Array);
  });

  it("strides and nested arrays are read, pairs stay pairs, the data is left alone", () => {
    const turned = ndarray(Float64Array.of(1, 2, 3, 4), [2, 2], [1, 2]);
    expect([...threshold(turned, 2.5, { mode: "hard" }).data]).toEqual([0, 3, 0, 4]);
    expect(turned.data).toEqual(Float64Array.of(1, 2, 3, 4));
    const nested = threshold([[1, 3]], 2, { mode: "hard" });
    expectTypeOf(nested).toEqualTypeOf<NdArray<Float64Array>>();
    expect(nested.shape).toEqual([1, 2]);
    const pair = threshold({ re: Float32Array.of(3, 0), im: Float32Array.of(4, 1) }, 5, { mode: "hard" });
    expectTypeOf(pair).toEqualTypeOf<Complex<Float32Array>>();
    expect(pair).toEqual({ re: Float32Array.of(3, 0), im: Float32Array.of(4, 0) });
    const mode = "soft" as ThresholdMode;
    expect(threshold(Float64Array.of(3), 1, { mode })[0]).toBeCloseTo(2, 14);
  });
});

it("the garrote's other spelling", () => {
  expect(threshold(data, 0.5, { mode: "garotte" })).toEqual(threshold(data, 0.5, { mode: "garrote" }));
});

it("the moduli of complex numbers whose squares do not fit are right", () => {
  const { re } = threshold({ re: [3e200, 3e-200], im: [4e200, 4e-200] }, 2.5e200);
  expect(re[0]! / 1e200).toBeCloseTo(1.5, 14);
  expect(re[1]).toBe(0);
});

it("errors", () => {
  const pair = { re: [1, 2], im: [0, 1] };
  // @ts-expect-error no such mode
  expect(() => threshold([1], 1, { mode: "firm" })).toThrow('no threshold mode "firm"; the modes are soft');
  for (const mode of ["greater", "less"] as const) {
    expect(() => threshold(pair, 1, { mode })).toThrow("takes real data only");
  }
  expect(() => threshold([1, 2, 3], [1, 2])).toThrow("does not broadcast to the data's shape [3]");
  expect(() => threshold([1, 2], [[1, 2]])).toThrow("does not broadcast");
  // @ts-expect-error no complex thresholds
  expect(() => threshold(pair, pair)).toThrow("value must be real");
  // @ts-expect-error a threshold is a number
  expect(() => threshold([1], "1")).toThrow(WaveletError);
  // @ts-expect-error a substitute is a number
  expect(() => threshold([1], 1, { substitute: "0" })).toThrow("substitute must be a number");
  for (const substitute of [0.5, 300, NaN]) {
    expect(() => threshold(Int8Array.of(1), 1, { mode: "hard", substitute })).toThrow(
      "does not fit Int8Array",
    );
  }
  expect(() => threshold([], 1)).toThrow("data is empty");
  expect(() => thresholdFirm([1], -1, 2)).toThrow("0 ≤ valueLow ≤ valueHigh must hold, got -1 and 2");
  expect(() => thresholdFirm([1], 2, 1)).toThrow("got 2 and 1");
  // @ts-expect-error both are needed
  expect(() => thresholdFirm([1], 1)).toThrow("valueHigh must be a number, got undefined");
});
