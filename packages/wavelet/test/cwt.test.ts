import { readFileSync } from "node:fs";
import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { continuousWavelet } from "../src/continuous-wavelet";
import { dft, PowerOfTwoFft } from "../src/core/fft";
import type { Complex } from "../src/core/signal";
import { cwt } from "../src/cwt";
import type { WaveletErrorReason } from "../src/errors";
import { integrateWavelet, scale2frequency } from "../src/frequency";
import { wavelet } from "../src/wavelet";
import { records, signal } from "./golden";

const names = Object.keys(
  JSON.parse(readFileSync(new URL("./golden/continuous.json", import.meta.url), "utf8")).fields,
);
const few = ["gaus1", "gaus4", "mexh", "morl", "cgau3", "shan1.5-1.0", "fbsp2-1-0.5", "cmor1.5-1.0"];

type Coefs = NdArray | Complex<NdArray>;

/** The numbers of the real part, and of the imaginary one if there is one. */
function partsOf(coefs: Coefs): Float64Array[] {
  return ("re" in coefs ? [coefs.re, coefs.im] : [coefs]).map((part) => part.data as Float64Array);
}

function joined(coefs: Coefs): number[] {
  return partsOf(coefs).flatMap((part) => [...part]);
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const anyWavelet = fc.constantFrom(...few);
const anyScales = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), { minLength: 1, maxLength: 3 });
const anyLength = fc.integer({ min: 1, max: 70 });

describe("the transform", () => {
  it("is −√scale times the slope of the correlation with ∫ψ, written out", () => {
    fc.assert(
      fc.property(anyWavelet, fc.double({ min: 0.5, max: 9, noNaN: true }), anyLength, (name, scale, n) => {
        const x = signal(n, 3);
        const { intPsi, x: grid } = integrateWavelet(name, { precision: 9 }) as {
          intPsi: Float64Array | Complex<Float64Array>;
          x: Float64Array;
        };
        const step = grid[1]! - grid[0]!;
        const taps: number[] = [];
        for (let i = 0; i < scale * (grid.at(-1)! - grid[0]!) + 1; i++) {
          const at = Math.floor(i / (scale * step));
          if (at < grid.length) taps.push(at);
        }
        const first = Math.floor((taps.length - 2) / 2);
        const expected = ("re" in intPsi ? [intPsi.re, intPsi.im.map((v) => -v)] : [intPsi]).map((psi) => {
          const sum = (k: number) =>
            x.reduce((total, value, i) => total + value * (psi[taps.toReversed()[k - i] ?? -1] ?? 0), 0);
          return Array.from(x, (_, k) => -Math.sqrt(scale) * (sum(first + k + 1) - sum(first + k)));
        });
        expect(joined(cwt(x, scale, name, { precision: 9 }).coefs)).toBeAllclose(expected.flat(), 1e-11);
      }),
      { numRuns: 60 },
    );
  });

  it("is linear and does not write into its data", () => {
    fc.assert(
      fc.property(anyWavelet, anyScales, anyLength, (name, scales, n) => {
        const [x, y] = [signal(n, 1), signal(n, 2)];
        const before = x.slice();
        const mixed = x.map((value, i) => 3 * value - 0.5 * y[i]!);
        const [a, b, c] = [x, y, mixed].map((data) => joined(cwt(data, scales, name).coefs));
        expect(a!.map((value, i) => 3 * value - 0.5 * b![i]!)).toBeAllclose(c!, 1e-10);
        expect(x).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("is the same by convolution and by Fourier transforms, real and complex", () => {
    fc.assert(
      fc.property(anyWavelet, anyScales, anyLength, fc.boolean(), (name, scales, n, complex) => {
        const data = complex ? { re: signal(n, 1), im: signal(n, 2) } : signal(n, 1);
        const [conv, fft] = (["conv", "fft"] as const).map(
          (method) => cwt(data, scales, name, { method }).coefs,
        );
        expect(joined(fft!)).toBeAllclose(joined(conv!), 1e-10);
      }),
      { numRuns: 60 },
    );
  });

  it("of a complex signal is that of its real part plus i times that of its imaginary one", () => {
    for (const name of few) {
      const [x, y] = [signal(33, 1), signal(33, 2)];
      const [[aRe, aIm], [bRe, bIm]] = [x, y].map((data) => partsOf(cwt(data, [1, 4], name).coefs)) as [
        Float64Array[],
        Float64Array[],
      ];
      const [re, im] = partsOf(cwt({ re: x, im: y }, [1, 4], name).coefs);
      expect(re).toBeAllclose(
        aRe!.map((value, i) => value - (bIm?.[i] ?? 0)),
        1e-12,
      );
      expect(im).toBeAllclose(
        bRe!.map((value, i) => value + (aIm?.[i] ?? 0)),
        1e-12,
      );
    }
  });

  it("runs along any axis of any strides as along a vector", () => {
    const data = ndarray(signal(3 * 20 * 2, 4), [3, 20, 2]);
    for (const [view, axis] of [
      [data, 1],
      [data, -2],
      [data.transpose(1, 0, 2), 0],
      [data.transpose(0, 2, 1), -1],
    ] as const) {
      for (const name of ["mexh", "cmor1.5-1.0"]) {
        const found = cwt(view, [2, 3], name, { axis }).coefs;
        const part = "re" in found ? found.im : found;
        expect(part.shape).toEqual([2, ...view.shape]);
        const along = axis < 0 ? axis + 3 : axis;
        // The row at the second place of both other axes.
        const at = (i: number) =>
          [0, 1, 2].map((each) => (each === along ? i : 1)) as [number, number, number];
        const row = Float64Array.from({ length: 20 }, (_, i) => view.get(...at(i)));
        const alone = partsOf(cwt(row, [2, 3], name).coefs).at(-1)!;
        const got = [0, 1].flatMap((s) => Array.from(row, (_, i) => part.get(s, ...at(i))));
        expect(got).toBeAllclose(alone, 1e-14);
      }
    }
  });

  it("finds a sine at its frequency", () => {
    const period = 0.01;
    const x = Float64Array.from({ length: 600 }, (_, i) => Math.sin(2 * Math.PI * 7 * i * period));
    const scales = Array.from({ length: 60 }, (_, i) => 4 + i);
    const { coefs, freqs } = cwt(x, scales, "cmor1.5-1.0", { samplingPeriod: period });
    expect(freqs).toEqual(
      scale2frequency("cmor1.5-1.0", scales, { precision: 12 }).map((frequency) => frequency / period),
    );
    const power = scales.map((_, s) => coefs.re.get(s, 300) ** 2 + coefs.im.get(s, 300) ** 2);
    expect(freqs[power.indexOf(Math.max(...power))]).toBeCloseTo(7, 0);
  });

  it("NaN reaches only the samples around it, without Fourier transforms", () => {
    const x = signal(200, 1);
    x[100] = Number.NaN;
    const { coefs } = cwt(x, 1, "mexh");
    const wrong = Array.from({ length: 200 }, (_, i) => i).filter((i) => Number.isNaN(coefs.get(0, i)));
    expect(wrong[0]).toBeGreaterThan(85);
    expect(wrong.at(-1)).toBeLessThan(115);
    expect(wrong.length).toBe(wrong.at(-1)! - wrong[0]! + 1);
    expect(wrong).toContain(100);
  });
});

describe.each([
  { dtype: "float64", array: Float64Array, tolerance: 1e-12 },
  { dtype: "float32", array: Float32Array, tolerance: 1e-5 },
])("PyWavelets' numbers in $dtype", ({ dtype, array, tolerance }) => {
  it("every wavelet, both methods, real and complex; along every axis", () => {
    const golden = records(`cwt-${dtype}.f64`);
    const check = (coefs: Coefs, what: string) => {
      for (const part of partsOf(coefs)) {
        expect(part).toBeInstanceOf(array);
        golden.check(part, tolerance, what);
      }
    };
    for (const name of names) {
      for (const [seed, n] of [
        [1, 40],
        [2, 75],
      ] as const) {
        const x = array.from(signal(n, seed));
        for (const method of ["conv", "fft"] as const) {
          for (const data of [x, { re: x, im: x.toReversed() }]) {
            check(cwt(data, [0.7, 3, 8.5], name, { method }).coefs, `${name} ${n} ${method}`);
          }
        }
      }
    }
    const cube = ndarray(array.from(signal(60, 3)), [3, 5, 4]);
    for (const name of ["mexh", "cmor1.5-1.0"]) {
      for (const axis of [0, 1, 2]) {
        const { coefs, freqs } = cwt(cube, [1, 2], name, { samplingPeriod: 0.25, axis, precision: 9 });
        check(coefs, `${name} axis ${axis}`);
        golden.check(freqs, 1e-12, `${name} axis ${axis} freqs`);
      }
    }
    golden.end();
  });
});

describe("forms", () => {
  it("an axis of scales comes first; one scale counts as a list of one", () => {
    const { coefs, freqs } = cwt([1, 2, 3, 4], 2, "mexh");
    expect([coefs.shape, freqs.length]).toEqual([[1, 4], 1]);
    expect(cwt([1, 2, 3, 4], Int8Array.of(2), continuousWavelet("mexh")).coefs.data).toEqual(coefs.data);
    expect(cwt([[1], [2], [3], [4]], [2], "mexh", { axis: 0 }).coefs.shape).toEqual([1, 4, 1]);
  });

  it("changed bounds and precision count", () => {
    const x = signal(40, 1);
    const whole = cwt(x, 3, "mexh").coefs.data;
    const cut = cwt(x, 3, continuousWavelet("mexh", { lowerBound: -1, upperBound: 1 })).coefs.data;
    expect(cut).not.toEqual(whole);
    expect(cwt(x, 3, "mexh", { precision: 5 }).coefs.data).not.toEqual(whole);
    expect(cwt(x, 3, "mexh", { precision: 16 }).coefs.data).toBeAllclose(whole, 0.02);
  });

  it("types follow the data and literal names", () => {
    const x = Float32Array.of(1, 2, 3);
    expectTypeOf(cwt(x, 1, "morl").coefs).toEqualTypeOf<NdArray<Float32Array>>();
    expectTypeOf(cwt([1, 2], 1, "cgau1").coefs).toEqualTypeOf<Complex<NdArray<Float64Array>>>();
    expectTypeOf(cwt({ re: x, im: x }, 1, "morl").coefs).toEqualTypeOf<Complex<NdArray<Float32Array>>>();
    expectTypeOf(cwt(ndarray(x), 1, continuousWavelet("mexh")).coefs).toEqualTypeOf<NdArray<Float32Array>>();
    const any: string = "mexh";
    expectTypeOf(cwt([[1]], 1, any).coefs).toEqualTypeOf<
      NdArray<Float64Array> | Complex<NdArray<Float64Array>>
    >();
  });
});

describe("the Fourier transform", () => {
  it("of any length is the sum it stands for", () => {
    for (const n of [1, 2, 3, 4, 5, 8, 12, 16, 31, 32, 64, 100]) {
      const [re, im] = [signal(n, 1), signal(n, 2)];
      const [a, b] = [new Float64Array(n), new Float64Array(n)];
      for (let k = 0; k < n; k++) {
        for (let t = 0; t < n; t++) {
          const angle = (-2 * Math.PI * ((k * t) % n)) / n;
          a[k]! += re[t]! * Math.cos(angle) - im[t]! * Math.sin(angle);
          b[k]! += re[t]! * Math.sin(angle) + im[t]! * Math.cos(angle);
        }
      }
      const [foundA, foundB] = dft(re, im);
      expect([...foundA, ...foundB], `${n}`).toBeAllclose([...a, ...b], 1e-13);
    }
  });

  it("is undone by its inverse", () => {
    for (const n of [1, 2, 4, 128, 512]) {
      const [re, im] = [signal(n, 1), signal(n, 2)];
      const fft = new PowerOfTwoFft(n);
      fft.forward(re, im);
      fft.inverse(re, im);
      expect(re).toBeAllclose(signal(n, 1), 1e-14);
      expect(im).toBeAllclose(signal(n, 2), 1e-14);
    }
  });
});

describe("errors say what is allowed", () => {
  const bad = <T>(value: unknown) => value as T;
  const x = [1, 2, 3, 4];
  const cases: [string, WaveletErrorReason, () => unknown, RegExp][] = [
    [
      "discrete name",
      "wavelet",
      () => cwt(x, 1, "db2"),
      /"db2" is of a discrete family; .*: gaus1–gaus8, .*cmorB-C/,
    ],
    [
      "discrete wavelet",
      "wavelet",
      () => cwt(x, 1, bad<"morl">(wavelet("db2"))),
      /continuous wavelet \(gaus1–gaus8, mexh, .*cmorB-C\) by name or from continuousWavelet, got an object/,
    ],
    ["unknown name", "wavelet", () => cwt(x, 1, "gaus0"), /no continuous wavelet named "gaus0"/],
    ["zero", "scale", () => cwt(x, [1, 0], "morl"), /every scale must be a positive number, got 0/],
    ["negative", "scale", () => cwt(x, -1, "morl"), /every scale must be a positive number, got -1/],
    ["NaN", "scale", () => cwt(x, Number.NaN, "morl"), /every scale must be a positive number, got NaN/],
    ["too small", "scale", () => cwt(x, [1, 0.01], "morl"), /the scale 0.01 is too small for this wavelet/],
    [
      "matrix of scales",
      "scale",
      () => cwt(x, bad<number[]>([[1], [2]]), "morl"),
      /scales must be one .* list/,
    ],
    ["no scales", "data", () => cwt(x, [], "morl"), /scales is empty/],
    ["text", "data", () => cwt(x, bad<number>("1"), "morl"), /scales must be .* got "1"/],
    [
      "period",
      "scale",
      () => cwt(x, 1, "morl", { samplingPeriod: 0 }),
      /samplingPeriod must be a positive number/,
    ],
    [
      "method",
      "mode",
      () => cwt(x, 1, "morl", { method: bad<"fft">("auto") }),
      /no method "auto"; the methods are conv, fft/,
    ],
    ["axis", "axis", () => cwt(x, 1, "morl", { axis: 1 }), /has the axes -1 to 0, got 1/],
    [
      "precision",
      "length",
      () => cwt(x, 1, "morl", { precision: 0 }),
      /precision must be an integer from 1 to 30/,
    ],
    ["empty data", "data", () => cwt([], 1, "morl"), /data is empty/],
    ["text as data", "data", () => cwt(bad<number[]>("1234"), 1, "morl"), /data must be a typed array/],
  ];
  it.each(cases)("%s", (_, reason, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ reason }));
  });
});
