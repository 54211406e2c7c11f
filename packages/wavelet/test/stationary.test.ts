import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import type { Bands } from "../src/core/dwt";
import type { WaveletErrorReason } from "../src/errors";
import { swtMaxLevel } from "../src/lengths";
import { iswt, swt } from "../src/swt";
import { iswt2, swt2 } from "../src/swt2";
import { iswtn, swtn } from "../src/swtn";
import { wavelet } from "../src/wavelet";
import { wavelist } from "../src/wavelist";
import { arraysIn, sizeOf } from "./arrays";
import { records, signal } from "./golden";
import { expectError } from "./throws";

const names = wavelist({ kind: "discrete" });
const anyWavelet = fc.constantFrom(...names.filter((name) => name !== "dmey")); // dmey reconstructs to about 1e-7
const few = ["haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"];

function quietly(): { mock: { calls: unknown[][] } } {
  return vi.spyOn(console, "warn").mockImplementation(() => undefined);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("perfect reconstruction", () => {
  it("of vectors by any wavelet, from either form, with norm or without", () => {
    quietly();
    const setting = fc.record({
      name: anyWavelet,
      level: fc.integer({ min: 1, max: 4 }),
      times: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(99),
      norm: fc.boolean(),
    });
    fc.assert(
      fc.property(setting, ({ name, level, times, seed, norm }) => {
        const x = signal(2 ** level * times, seed);
        const whole = swt(x, name, { level, norm });
        const trimmed = swt(x, name, { level, norm, trimApprox: true });
        expect(iswt(whole, name, { norm })).toBeAllclose(x, 1e-9);
        expect(iswt(trimmed, name, { norm })).toBeAllclose(x, 1e-9);
        expect(trimmed).toEqual([whole[0]!.cA, ...whole.map(({ cD }) => cD)]);
      }),
      { numRuns: 150 },
    );
  });

  it("of arrays over any axes in any order, with a wavelet for each", () => {
    const setting = fc.record({
      axes: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
      wavelets: fc.tuple(anyWavelet, anyWavelet, anyWavelet),
      trimApprox: fc.boolean(),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(setting, ({ axes, wavelets, trimApprox, seed }) => {
        const shape = [0, 1, 2].map((axis) => (axes.includes(axis) ? 4 : 3));
        const x = ndarray(signal(sizeOf(shape), seed), shape);
        const used = wavelets.slice(0, axes.length);
        const back = trimApprox
          ? iswtn(swtn(x, used, { level: 2, axes, trimApprox }), used, { axes })
          : iswtn(swtn(x, used, { level: 2, axes, trimApprox }), used, { axes });
        expect(back.shape).toEqual(shape);
        expect(back.data).toBeAllclose(x.data, 1e-9);
      }),
      { numRuns: 60 },
    );
  });
});

it("a shifted signal has shifted coefficients", () => {
  fc.assert(
    fc.property(anyWavelet, fc.integer({ min: 1, max: 23 }), (name, shift) => {
      const roll = (x: Float64Array) => x.map((_, i) => x[(i + shift) % x.length]!);
      const x = signal(24, 3);
      const shifted = swt(roll(x), name, { level: 3 });
      for (const [i, { cA, cD }] of swt(x, name, { level: 3 }).entries()) {
        expect(shifted[i]!.cA).toBeAllclose(roll(cA), 1e-12);
        expect(shifted[i]!.cD).toBeAllclose(roll(cD), 1e-11);
      }
    }),
    { numRuns: 60 },
  );
});

it("norm keeps the energy with an orthogonal wavelet, and warns of another", () => {
  const warnings = quietly();
  const x = signal(48, 2);
  for (const name of ["haar", "db4", "sym7", "coif2"]) {
    const coeffs = swt(x, name, { norm: true, trimApprox: true });
    expect(Math.hypot(...coeffs.map((band) => norm(band)))).toBeCloseTo(norm(x), 8);
    const image = swt2(ndarray(x, [6, 8]), name, { level: 1, norm: true, trimApprox: true });
    const [cA, { cH, cV, cD }] = image as [NdArray, Record<"cH" | "cV" | "cD", NdArray>];
    expect(Math.hypot(...[cA, cH, cV, cD].map(({ data }) => norm(data as Float64Array)))).toBeCloseTo(
      norm(x),
      8,
    );
  }
  expect(warnings.mock.calls).toEqual([]);
  swt(x, "bior2.2", { norm: true });
  const { decLo, decHi, recLo, recHi } = wavelet("db2");
  swtn(x, { decLo, decHi, recLo, recHi }, { level: 1, norm: true });
  expect(warnings.mock.calls.map(([message]) => String(message))).toEqual([
    expect.stringContaining("the wavelet is not orthogonal"),
    expect.stringContaining("the wavelet is not orthogonal"),
  ]);
});

it("a line of an array gives what it gives alone, whatever the strides", () => {
  const x = ndarray(signal(3 * 8 * 5, 4), [3, 8, 5]);
  const levels = swt(x, "sym4", { level: 2, axis: 1 });
  const turned = swt(x.transpose(2, 0, 1), "sym4", { level: 2, axis: -1 });
  const line = x.pick(2, null, 3);
  const alone = swt(
    Float64Array.from({ length: 8 }, (_, i) => line.get(i)),
    "sym4",
    { level: 2 },
  );
  for (const [i, { cA, cD }] of levels.entries()) {
    for (let n = 0; n < 8; n++) {
      expect(cA.get(2, n, 3)).toBe(alone[i]!.cA[n]);
      expect(cD.get(2, n, 3)).toBe(alone[i]!.cD[n]);
      expect(turned[i]!.cD.get(3, 2, n)).toBe(alone[i]!.cD[n]);
    }
  }
  expect(levels[0]!.cA.shape).toEqual([3, 8, 5]);
});

it("startLevel goes on from the approximation of that level", () => {
  const x = signal(48, 5);
  const all = swt(x, "db3", { level: 4 });
  expect(swt(all[2]!.cA, "db3", { level: 2, startLevel: 2 })).toEqual(all.slice(0, 2));
  expect(swt(all[2]!.cA, "db3", { startLevel: 2 })).toEqual(all.slice(0, 2));
  expect(swtn(all[2]!.cA, "db3", { level: 2, startLevel: 2 })).toEqual(
    all.slice(0, 2).map(({ cA, cD }) => ({ a: cA, d: cD })),
  );
});

describe.each([
  { name: "float64", of: (x: Float64Array): Float64Array | Float32Array => x, tolerance: 1e-12 },
  {
    name: "float32",
    of: (x: Float64Array): Float64Array | Float32Array => Float32Array.from(x),
    tolerance: 1e-5,
  },
])("PyWavelets' numbers in $name", ({ name: dtype, of, tolerance }) => {
  it("of all wavelets, and over several axes", () => {
    quietly();
    const golden = records("stationary.f64");
    const check = (name: string, bands: readonly unknown[]) => {
      for (const data of arraysIn(bands)) {
        expect(data).toBeInstanceOf(dtype === "float32" ? Float32Array : Float64Array);
        golden.check(data, tolerance, name);
      }
    };
    for (const name of names) {
      const x = of(signal(24, 1));
      check(`${name} level 1`, swt(x, name, { level: 1, startLevel: 0 }));
      check(`${name} levels 2 and 3`, swt(x, name, { level: 2, startLevel: 1 }));
      const given = [2, 3, 4].map((seed) => of(signal(24, seed)));
      const [a, b, c] = given;
      check(`${name} inverse`, [iswt(given, name), iswt(given, name, { norm: true })]);
      const whole: Partial<Bands<Float64Array | Float32Array | undefined>>[] = [
        { cA: a, cD: b },
        { cA: b, cD: c },
      ];
      check(`${name} inverse of whole levels`, [iswt(whole, name)]);
    }
    for (const name of few) {
      check(`${name} deepest`, swt(of(signal(32, 5)), name, { trimApprox: true, norm: true }));
      for (const axis of [0, 1, 2]) {
        const cube = ndarray(of(signal(8 * 4 * 12, 6)), [8, 4, 12]);
        const levels = swt(cube, name, { level: 2, axis });
        check(`${name} axis ${axis}`, [...levels, iswt(levels.toReversed(), name, { axis })]);
      }
      const image = ndarray(of(signal(96, 7)), [8, 12]);
      const whole = swt2(image, name, { level: 2 });
      check(`${name} swt2`, [...whole, iswt2(whole, name)]);
      const trimmed = swt2(image, name, { level: 2, trimApprox: true, norm: true });
      check(`${name} swt2, trimmed`, [...trimmed, iswt2(trimmed, name, { norm: true })]);
      const cube = ndarray(of(signal(192, 8)), [4, 12, 4]);
      const levels = swtn(cube, [name, "db3"], { level: 1, startLevel: 1, axes: [-1, 0] });
      check(`${name} swtn`, [...levels, iswtn(levels, [name, "db3"], { axes: [-1, 0] })]);
    }
    const cube = ndarray(of(signal(128, 9)), [4, 4, 8]);
    const levels = swtn(cube, ["db2", "haar", "bior1.3"], { level: 2, trimApprox: true });
    check("swtn of three axes", [...levels, iswtn(levels, "sym4")]);
    golden.end();
  });
});

it("swtMaxLevel counts the twos in a length, and warns of none", () => {
  const warnings = quietly();
  expect([2, 12, 64, 1000, 2 ** 40].map((n) => swtMaxLevel(n))).toEqual([1, 2, 6, 3, 40]);
  expect(warnings.mock.calls).toEqual([]);
  expect(swtMaxLevel(7)).toBe(0);
  expect(String(warnings.mock.calls[0]?.[0])).toContain("a length of 7 allows no stationary level");
});

describe("forms of coefficients", () => {
  const x = Float32Array.from(signal(16, 6));

  it("what is missing stands for zeros, and finer approximations are not read", () => {
    const zero = new Float32Array(16);
    const [coarse, fine] = swt(x, "db2", { level: 2 }) as [Bands<Float32Array>, Bands<Float32Array>];
    const only = iswt([coarse.cA, zero, fine.cD], "db2");
    expect(only).toBeInstanceOf(Float32Array);
    expect(iswt([coarse.cA, null, fine.cD], "db2")).toEqual(only);
    expect(iswt([{ cA: coarse.cA }, { cA: Float32Array.of(1), cD: fine.cD }], "db2")).toEqual(only);
    expect(iswt([undefined, coarse.cD, null], "db2")).toEqual(iswt([zero, coarse.cD, zero], "db2"));
    const image = ndarray(x, [4, 4]);
    const none = ndarray(zero, [4, 4]);
    expect(iswt2([{ cA: image, cV: image }], "db2").data).toEqual(
      iswt2([{ cA: image, cH: none, cV: image, cD: none }], "db2").data,
    );
    expect(iswt2([null, { cD: image }], "db2").data).toEqual(
      iswt2([none, { cH: none, cV: none, cD: image }], "db2").data,
    );
    expect(iswtn([{ aa: image }, {}], "db2").data).toEqual(
      iswtn([image, { ad: none, da: none, dd: none }, { dd: null }], "db2").data,
    );
  });

  it("one double makes the result double, and no level gives a copy", () => {
    const [cA, cD] = swt(x, "haar", { level: 1, trimApprox: true }) as [Float32Array, Float32Array];
    const mixed: (Float32Array | Float64Array)[] = [cA, Float64Array.from(cD)];
    expect(iswt(mixed, "haar")).toBeInstanceOf(Float64Array);
    const copy = iswt([x], "haar");
    expect(copy).toEqual(x);
    expect(copy.buffer).not.toBe(x.buffer);
    const image = ndarray(x, [4, 4]);
    expect(swt2(image, "haar", { level: 0 })).toEqual([]);
    const [same] = swt2(image, "haar", { level: 0, trimApprox: true });
    expect(same.data).toEqual(x);
    expect(same.data.buffer).not.toBe(x.buffer);
  });

  it("a complex signal is transformed part by part", () => {
    const im = Float32Array.from(signal(16, 7));
    const pair = swt({ re: x, im }, "db3", { level: 2 });
    expect(pair.map(({ cD }) => cD.re)).toEqual(swt(x, "db3", { level: 2 }).map(({ cD }) => cD));
    expect(pair.map(({ cA }) => cA.im)).toEqual(swt(im, "db3", { level: 2 }).map(({ cA }) => cA));
    const back = iswt(pair, "db3");
    expect(back.re).toBeAllclose(x, 1e-5);
    expect(back.im).toBeAllclose(im, 1e-5);
    const images = swt2({ re: ndarray(x, [4, 4]), im: ndarray(im, [4, 4]) }, "db3", {
      level: 1,
      trimApprox: true,
    });
    expect(iswt2(images, "db3").im.data).toBeAllclose(im, 1e-5);
  });

  it("the data and the coefficients are left alone", () => {
    const before = x.slice();
    const coeffs = swt(x, "db2", { level: 2, trimApprox: true });
    const copies = coeffs.map((band) => band.slice());
    iswt(coeffs, "db2");
    expect(x).toEqual(before);
    expect(coeffs).toEqual(copies);
  });

  it("NaN reaches only what sees it", () => {
    const y = new Float64Array(32);
    y[9] = Number.NaN;
    const [{ cD }] = swt(y, "db2", { level: 1 }) as [Bands<Float64Array>];
    expect([...cD.keys()].filter((n) => Number.isNaN(cD[n]))).toEqual([7, 8, 9, 10]);
  });

  it("types follow the data and the options", () => {
    expectTypeOf(swt(x, "haar")).toEqualTypeOf<Bands<Float32Array>[]>();
    expectTypeOf(swt(x, "haar", { trimApprox: true })).toEqualTypeOf<
      [cA: Float32Array, ...details: Float32Array[]]
    >();
    expectTypeOf(iswt(swt(x, "haar"), "haar")).toEqualTypeOf<Float32Array>();
    expectTypeOf(iswt(swt(x, "haar", { trimApprox: true }), "haar")).toEqualTypeOf<Float32Array>();
    const image = ndarray(x, [4, 4]);
    expectTypeOf(iswt2(swt2(image, "haar", { level: 1 }), "haar")).toEqualTypeOf<NdArray<Float32Array>>();
    expectTypeOf(iswt2(swt2(image, "haar", { level: 1, trimApprox: true }), "haar")).toEqualTypeOf<
      NdArray<Float32Array>
    >();
    expectTypeOf(iswtn(swtn(image, "haar", { level: 1 }), "haar")).toEqualTypeOf<NdArray<Float32Array>>();
    expectTypeOf(iswtn(swtn(image, "haar", { level: 1, trimApprox: true }), "haar")).toEqualTypeOf<
      NdArray<Float32Array>
    >();
  });
});

describe("errors say what is allowed", () => {
  const bad = <T = number[]>(value: unknown) => value as T;
  const eight = [1, 2, 3, 4, 5, 6, 7, 8];
  const image = ndarray(new Float64Array(24), [4, 6]);
  const cases: [string, WaveletErrorReason, () => unknown, string | RegExp][] = [
    [
      "odd length",
      "length",
      () => swt([1, 2, 3], "haar"),
      "needs an even length along axis 0, whose length is 3",
    ],
    [
      "level 0",
      "length",
      () => swt(eight, "haar", { level: 0 }),
      "level must be an integer from 1 on, got 0",
    ],
    ["half a level", "length", () => swt(eight, "haar", { level: 1.5 }), "got 1.5"],
    [
      "too deep",
      "length",
      () => swt(eight, "haar", { level: 4 }),
      /level must be at most 3 along axis 0.*got 4/,
    ],
    [
      "too deep from a start",
      "length",
      () => swt(eight, "haar", { level: 3, startLevel: 1 }),
      /at most 2 .*from startLevel 1; got 3/,
    ],
    [
      "start too deep",
      "length",
      () => swt(eight, "haar", { level: 1, startLevel: 3 }),
      /startLevel must be less than 3 .*; got 3/,
    ],
    [
      "negative start",
      "length",
      () => swt(eight, "haar", { startLevel: -1 }),
      "startLevel must be an integer from 0 on, got -1",
    ],
    [
      "one axis too short",
      "length",
      () => swt2(image, "haar", { level: 2 }),
      /at most 1 along axis 1, whose length is 6/,
    ],
    [
      "no level",
      "length",
      () => swt2(image, "haar", bad(undefined)),
      "level must be an integer from 0 on, got undefined",
    ],
    ["axis", "axis", () => swt(eight, "haar", { axis: 1 }), "1-dimensional data has the axes -1 to 0, got 1"],
    ["axis twice", "axis", () => swt2(image, "haar", { level: 1, axes: [0, -2] }), /axes must be different/],
    [
      "axis twice in n-D",
      "axis",
      () => swtn(image, "haar", { level: 1, axes: [1, 1] }),
      /axes must be different/,
    ],
    ["one axis for swt2", "axis", () => swt2(image, "haar", { level: 1, axes: bad([0]) }), /two integers/],
    [
      "wavelets",
      "axis",
      () => swtn(image, ["haar", "db2", "db3"], { level: 1 }),
      /one wavelet for all 2 axes/,
    ],
    ["wavelet", "wavelet", () => swt(eight, "db0"), 'no wavelet named "db0"'],
    [
      "text as taps, under norm",
      "wavelet",
      () => swt(eight, { ...wavelet("haar"), recHi: bad(["a", 1]) }, { norm: true }),
      'tap 0 is "a"',
    ],
    ["empty", "data", () => swt([], "haar"), "data is empty"],
    ["text", "data", () => swt(bad("1 2"), "haar"), 'got "1 2"'],
    ["no coefficients", "data", () => iswt([], "haar"), /coeffs must be a list of levels.*an empty one/],
    [
      "no list",
      "data",
      () => iswt(bad(null), "haar"),
      "coeffs must be a list of levels, coarse first; got null",
    ],
    [
      "no list in n-D",
      "data",
      () => iswtn(bad("ad"), "haar"),
      'coeffs must be a list of levels, coarse first; got "ad"',
    ],
    ["all missing", "data", () => iswt([null, undefined], "haar"), "give at least one of the coefficients"],
    [
      "shapes",
      "shape",
      () => iswt([eight, [1, 2]], "haar"),
      "the approximation has [8] and d of level 1 [2]",
    ],
    [
      "too many levels",
      "shape",
      () =>
        iswt(
          [
            [1, 2],
            [1, 2],
            [1, 2],
          ],
          "haar",
        ),
      /2 levels need .* multiple of 4/,
    ],
    [
      "a level that is none",
      "data",
      () => iswt([{ cA: eight, cD: eight }, bad(eight)], "haar"),
      /coeffs\[1\] must be/,
    ],
    [
      "another band",
      "data",
      () => iswt2([{ cA: image, ...bad<object>({ ch: image }) }], "haar"),
      /"ch", not the keys cA, cH/,
    ],
    [
      "letters",
      "data",
      () => iswtn([{ aa: image, add: image }], "haar"),
      /"add", not keys of 2 letters|"aa", not keys/,
    ],
    [
      "fewer axes than letters",
      "axis",
      () => iswtn([{ aa: image, ad: image }], "haar", { axes: [0] }),
      /2 axes/,
    ],
    ["text as a band", "data", () => iswt([eight, bad("a")], "haar"), "coeffs[1] must be a typed array"],
    ["length 0", "length", () => swtMaxLevel(0), "dataLength must be an integer from 1 on, got 0"],
  ];

  it.each(cases)("%s", (_, reason, run, message) => expectError(reason, run, message));
});

function norm(x: ArrayLike<number>): number {
  return Math.hypot(...Array.from(x));
}
