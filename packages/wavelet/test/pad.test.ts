import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type Mode, modes } from "../src/core/modes";
import { dwt } from "../src/dwt";
import { pad } from "../src/pad";
import { wavelet } from "../src/wavelet";
import { facts, float64s, signal } from "./golden";

const anyMode = fc.constantFrom(...modes);
const width = fc.integer({ min: 0, max: 25 });

describe("properties", () => {
  it("the signal is in the middle, and more padding has less in it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), width, width, anyMode, (n, before, after, mode) => {
        const x = signal(n, n);
        const padded = pad(x, [before, after], mode);
        const odd = mode === "periodization" ? n % 2 : 0;
        expect(padded.length).toBe(before + n + odd + after);
        expect(padded.subarray(before, before + n)).toEqual(x);
        const more = pad(x, [before + 2, after + 3], mode);
        expect(more.subarray(2, more.length - 3)).toEqual(padded);
        expect(x).toEqual(signal(n, n));
      }),
    );
  });

  it("is what dwt sees past the borders", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.constantFrom("haar", "db3", "bior2.2", "coif2"),
        fc.constantFrom(...modes.filter((mode) => mode !== "periodization")),
        (n, name, mode) => {
          const { decLo, length } = wavelet(name);
          const x = signal(n, 3);
          const padded = pad(x, [length - 2, length - 1], mode);
          const cA = Float64Array.from({ length: Math.floor((n + length - 1) / 2) }, (_, k) =>
            decLo.reduce((sum, tap, j) => sum + tap * padded[2 * k + length - 1 - j]!, 0),
          );
          expect(dwt(x, name, { mode }).cA).toBeAllclose(cA, 1e-12);
        },
      ),
    );
  });

  it("of several axes pads one after the other, complex parts alike", () => {
    const x = ndarray(signal(24, 2), [2, 3, 4]);
    const y = ndarray(signal(24, 5), [2, 3, 4]);
    for (const mode of modes) {
      const both = pad({ re: x, im: y }, [[0], [2, 4], [4, 0]], mode);
      const steps = pad(pad(x, [[0], [2, 4], [0]], mode), [[0], [0], [4, 0]], mode);
      expect(both.re.data).toBeAllclose(steps.data, 1e-15);
      expect(both.im.data).toBeAllclose(pad(y, [[0], [2, 4], [4, 0]], mode).data, 0);
      expect(both.re.shape).toEqual(mode === "periodization" ? [2, 10, 8] : [2, 9, 8]);
    }
  });
});

it("PyWavelets' numbers", () => {
  const found: number[] = [];
  for (const mode of facts.modes as Mode[]) {
    for (const n of [2, 5, 6]) {
      for (const widths of [3, [1, 17], [[14, 2]]]) found.push(...pad(signal(n, n), widths, mode));
    }
    const block = ndarray(signal(24, 9), [2, 3, 4]);
    const each = [
      [0, 1],
      [2, 3],
      [1, 5],
    ];
    for (const widths of [1, [2, 1], each]) found.push(...pad(block, widths, mode).data);
  }
  expect(found).toBeAllclose(float64s("pad.f64"), 1e-14);
});

it("one sample is repeated where nothing can be reflected; NaN passes through", () => {
  for (const mode of ["reflect", "antireflect", "smooth", "constant"] as const) {
    expect(pad([7], 2, mode)).toEqual(Float64Array.of(7, 7, 7, 7, 7));
  }
  expect(pad([Number.NaN, 1], 1, "zero")).toEqual(Float64Array.of(0, Number.NaN, 1, 0));
  expect(pad([Number.NaN, 1], 1, "symmetric")).toEqual(Float64Array.of(Number.NaN, Number.NaN, 1, 1));
  expect(pad([1, 2, 4], [2, 0], "smooth")).toEqual(Float64Array.of(-1, 0, 1, 2, 4));
  expect(pad([1, 2, 4], [2, 0], "antisymmetric")).toEqual(Float64Array.of(-2, -1, 1, 2, 4));
});

it("forms: float32 stays float32, strides are read, the result is new", () => {
  const single = pad(Float32Array.of(1, 2), 1, "smooth");
  expectTypeOf(single).toEqualTypeOf<Float32Array>();
  expect(single).toEqual(Float32Array.of(0, 1, 2, 3));
  const turned = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2], [1, 3]);
  const padded = pad(turned, [[0, 0], [1]], "periodic");
  expect([padded.dtype, padded.shape]).toEqual(["float32", [3, 4]]);
  expect([...padded.data]).toEqual([4, 1, 4, 1, 5, 2, 5, 2, 6, 3, 6, 3]);
  const x = Float64Array.of(1, 2);
  expect(pad(x, 0, "zero")).not.toBe(x);
});

it("errors", () => {
  // @ts-expect-error NumPy's name is no mode
  expect(() => pad([1, 2], 1, "edge")).toThrow('no mode "edge"');
  for (const widths of [-1, 1.5, [1, 2, 3], [[1], [2, -1]], [], [[]], Number.NaN]) {
    expect(() => pad([1, 2], widths, "zero")).toThrow(/padWidths must be an integer from 0 on|one \[before/);
  }
  expect(() => pad([1, 2], [[1], [2]], "zero")).toThrow("one for each; got 2");
  expect(() => pad([], 1, "zero")).toThrow("x is empty");
});
