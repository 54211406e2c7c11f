import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Mode, modes } from "../src/core/modes";
import type { WaveletErrorReason } from "../src/errors";
import { imra, imra2, imran, mra, mra2, mran } from "../src/mra";
import { swt } from "../src/swt";
import { wavelist } from "../src/wavelist";
import { arraysIn, sizeOf } from "./arrays";
import { facts, records, signal } from "./golden";
import { expectError } from "./throws";

const names = wavelist({ kind: "discrete" }).filter((name) => name !== "dmey"); // dmey reconstructs to about 1e-7 only
const anyWavelet = fc.constantFrom(...names);
const anyMode = fc.constantFrom(...modes);
const few = ["haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"];

function quietly(): { mock: { calls: unknown[][] } } {
  return vi.spyOn(console, "warn").mockImplementation(() => undefined);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the components add up to the data, and have its shape", () => {
  it("of vectors, with any wavelet, mode and length", () => {
    quietly();
    fc.assert(
      fc.property(anyWavelet, anyMode, fc.integer({ min: 3, max: 60 }), fc.nat(99), (name, mode, n, seed) => {
        const odd = signal(n, seed);
        const decimated = mra(odd, name, { level: 2, transform: "dwt", mode });
        expect(decimated.map(({ length }) => length)).toEqual([n, n, n]);
        expect(imra(decimated)).toBeAllclose(odd, 1e-8);
        const x = signal(4 * n, seed);
        expect(imra(mra(x, name, { level: 2 }))).toBeAllclose(x, 1e-8);
      }),
      { numRuns: 120 },
    );
  });

  it("of arrays over any axes, with a wavelet and mode for each", () => {
    quietly();
    const setting = fc.record({
      shape: fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 2, max: 7 }))),
      axes: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
      wavelets: fc.tuple(anyWavelet, anyWavelet, anyWavelet),
      each: fc.tuple(anyMode, anyMode, anyMode),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(setting, ({ shape, axes, wavelets, each, seed }) => {
        const x = ndarray(signal(sizeOf(shape), seed), shape);
        const some = <T>(values: readonly T[]) => values.slice(0, axes.length);
        const coeffs = mran(x, some(wavelets), { level: 1, transform: "dwtn", mode: some(each), axes });
        expect(Object.keys(coeffs[1] ?? {})).toHaveLength(2 ** axes.length - 1);
        const back = imran(coeffs);
        expect(back.shape).toEqual(shape);
        expect(back.data).toBeAllclose(x.data, 1e-8);
        const even = shape.map((length) => 2 * length);
        const y = ndarray(signal(sizeOf(even), seed), even);
        expect(imran(mran(y, some(wavelets), { level: 1, axes })).data).toBeAllclose(y.data, 1e-8);
      }),
      { numRuns: 60 },
    );
  });
});

it("a component lies where its part of the data does", () => {
  const step = Float64Array.from({ length: 64 }, (_, n) => (n < 32 ? 0 : 1));
  const [smooth, ...details] = mra(step, "haar", { level: 2, transform: "dwt" });
  // The step is on the grid of level 2, so nothing is left for the details.
  expect(smooth).toBeAllclose(step, 1e-12);
  for (const detail of details) expect(Math.max(...detail.map(Math.abs))).toBeLessThan(1e-12);
  const finest = mra(step, "haar", { level: 1 })[1]!;
  expect([...finest.keys()].filter((n) => Math.abs(finest[n]!) > 1e-12)).toEqual([0, 31, 32, 63]);
});

describe.each([
  { name: "float64", of: (x: Float64Array): Float64Array | Float32Array => x, tolerance: 1e-12 },
  {
    name: "float32",
    of: (x: Float64Array): Float64Array | Float32Array => Float32Array.from(x),
    tolerance: 1e-5,
  },
])("PyWavelets' numbers in $name", ({ name: dtype, of, tolerance }) => {
  it("of both transforms, in every mode, over several axes", () => {
    quietly();
    const golden = records("mra.f64");
    const check = (name: string, bands: readonly unknown[]) => {
      for (const data of arraysIn(bands)) {
        expect(data).toBeInstanceOf(dtype === "float32" ? Float32Array : Float64Array);
        golden.check(data, tolerance, name);
      }
    };
    const array = (shape: number[], seed: number) => ndarray(of(signal(sizeOf(shape), seed)), shape);
    for (const name of few) {
      check(`${name}`, mra(of(signal(24, 1)), name));
      check(`${name} rows`, mra(array([3, 16], 2), name, { level: 2 }));
      check(`${name} columns`, mra(array([16, 3], 2), name, { level: 2, axis: 0 }));
      for (const mode of facts.modes as Mode[]) {
        check(`${name} ${mode}`, mra(of(signal(31, 3)), name, { level: 2, transform: "dwt", mode }));
      }
      check(`${name} mra2`, mra2(array([8, 12], 4), name));
      check(
        `${name} mra2 by dwt2`,
        mra2(array([5, 6, 7], 5), name, {
          level: 2,
          axes: [2, 0],
          transform: "dwt2",
          mode: ["reflect", "periodization"],
        }),
      );
      check(`${name} mran`, mran(array([4, 3, 8], 6), [name, "db3"], { level: 1, axes: [-1, 0] }));
      check(
        `${name} mran by dwtn`,
        mran(array([5, 3, 6], 7), name, { transform: "dwtn", mode: "symmetric" }),
      );
    }
    golden.end();
  });
});

describe("levels", () => {
  const image = ndarray(signal(96, 8), [12, 8]);

  it("are by default all that the lengths allow", () => {
    expect(mra(signal(24, 1), "haar")).toHaveLength(4);
    expect(mra(image, "haar", { axis: 1 })).toHaveLength(4);
    expect(mra2(image, "haar")).toHaveLength(3);
    expect(mran(image, "haar", { axes: 1 })).toHaveLength(3);
    expect(mra(signal(24, 1), "db2", { transform: "dwt" })).toHaveLength(4);
  });

  it("where there are none, the data alone are left, with a warning", () => {
    const warnings = quietly();
    const odd = ndarray(signal(15, 8), [3, 5]);
    for (const coeffs of [mra2(odd, "haar"), mran(odd, "haar")]) {
      expect(coeffs).toHaveLength(1);
      expect(coeffs[0].data).toEqual(odd.data);
      expect(coeffs[0].data).not.toBe(odd.data);
    }
    expect(warnings.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringContaining("[3, 5], allow no stationary level together"),
      expect.stringContaining("[3, 5], allow no stationary level together"),
    ]);
    const [same] = mra(odd.data, "haar", { level: 0, transform: "dwt" });
    expect(same).toEqual(odd.data);
    expect(same).not.toBe(odd.data);
  });

  it("deeper than useful ones are made, with a warning; so are components of a biorthogonal wavelet", () => {
    const warnings = quietly();
    mra(signal(8, 1), "db4", { level: 2, transform: "dwt" });
    mra(signal(8, 1), "bior2.2");
    expect(warnings.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringContaining("level 2 is deeper than 0"),
      expect.stringContaining("not orthogonal"),
    ]);
  });
});

describe("forms", () => {
  const x = Float32Array.from(signal(16, 6));

  it("complex data are analysed part by part", () => {
    const im = Float32Array.from(signal(16, 7));
    for (const transform of ["swt", "dwt"] as const) {
      const pair = mra({ re: x, im }, "db2", { level: 2, transform });
      expect(pair.map((component) => component.im)).toEqual(mra(im, "db2", { level: 2, transform }));
      expect(imra(pair).re).toBeAllclose(x, 1e-5);
    }
  });

  it("strides do not matter, and the data are left alone", () => {
    const before = x.slice();
    const turned = ndarray(x, [2, 8]).transpose(1, 0);
    const [A, D] = mra(turned, "db2", { level: 1, axis: 0 });
    const [a, d] = mra(ndarray(x, [2, 8]), "db2", { level: 1 });
    for (let n = 0; n < 8; n++) {
      expect(A.get(n, 1)).toBe(a.get(1, n));
      expect(D!.get(n, 1)).toBe(d!.get(1, n));
    }
    expect(x).toEqual(before);
  });

  it("sums leave out what is missing, and the components alone", () => {
    const coeffs = mra(x, "db2", { level: 2 });
    const [A, D2, D1] = coeffs as [Float32Array, Float32Array, Float32Array];
    const copies = coeffs.map((component) => component.slice());
    expect(imra([A, null, D1])).toEqual(A.map((value, n) => value + D1[n]!));
    expect(imra([undefined, D2])).toEqual(D2);
    expect(imra([undefined, D2])).not.toBe(D2);
    expect(imra<Float32Array | Float64Array>([A, Float64Array.from(D2)])).toBeInstanceOf(Float64Array);
    expect(coeffs).toEqual(copies);
    const image = ndarray(x, [4, 4]);
    const [cA, details] = mra2(image, "db2", { level: 1 });
    const { cV } = details!;
    const sum = cA.data.map((value, n) => value + cV.data[n]!);
    expect(imra2([cA, { cH: null, cV }]).data).toEqual(sum);
    expect(imran([cA, { ad: cV, dd: undefined }]).data).toEqual(sum);
  });

  it("types follow the data", () => {
    const image = ndarray(x, [4, 4]);
    expectTypeOf(mra(x, "haar")).toEqualTypeOf<[cA: Float32Array, ...details: Float32Array[]]>();
    expectTypeOf(imra(mra(x, "haar"))).toEqualTypeOf<Float32Array>();
    expectTypeOf(imra2(mra2(image, "haar"))).toEqualTypeOf<NdArray<Float32Array>>();
    expectTypeOf(imran(mran(image, "haar"))).toEqualTypeOf<NdArray<Float32Array>>();
  });

  it("NaN stays in the components that see it", () => {
    const y = new Float64Array(32);
    y[9] = Number.NaN;
    const [, , finest] = mra(y, "haar", { level: 2 });
    expect([...finest!.keys()].filter((n) => Number.isNaN(finest![n]))).toEqual([8, 9, 10]);
    expect(swt(y, "haar", { level: 1 })[0]!.cA.filter(Number.isNaN)).toHaveLength(2);
  });
});

describe("errors say what is allowed", () => {
  const bad = <T = number[]>(value: unknown) => value as T;
  const eight = [1, 2, 3, 4, 5, 6, 7, 8];
  const image = ndarray(new Float64Array(24), [4, 6]);
  const cases: [string, WaveletErrorReason, () => unknown, string | RegExp][] = [
    [
      "transform",
      "mode",
      () => mra(eight, "haar", { transform: bad("dwt2") }),
      'transform must be "swt" or "dwt", got "dwt2"',
    ],
    [
      "transform in 2-D",
      "mode",
      () => mra2(image, "haar", { transform: bad("dwt") }),
      '"swt2" or "dwt2", got "dwt"',
    ],
    ["transform in n-D", "mode", () => mran(image, "haar", { transform: bad(3) }), '"swtn" or "dwtn", got 3'],
    [
      "mode of a stationary transform",
      "mode",
      () => mra(eight, "haar", { mode: "symmetric" }),
      /by mode "periodization" only; for \["symmetric"\] take transform "dwt"/,
    ],
    [
      "mode of one axis",
      "mode",
      () => mra2(image, "haar", { mode: ["periodization", "zero"] }),
      /take transform "dwt2"/,
    ],
    ["mode", "mode", () => mra(eight, "haar", { transform: "dwt", mode: bad("sym") }), 'no mode "sym"'],
    [
      "level 0",
      "length",
      () => mra(eight, "haar", { level: 0 }),
      "level must be an integer from 1 on, got 0",
    ],
    ["negative level", "length", () => mra2(image, "haar", { level: -1, transform: "dwt2" }), "got -1"],
    ["too deep", "length", () => mran(image, "haar", { level: 2 }), /at most 1 along axis 1/],
    ["odd", "length", () => mra([1, 2, 3], "haar"), /even length along axis 0/],
    ["axis", "axis", () => mra(eight, "haar", { axis: -2 }), "the axes -1 to 0, got -2"],
    ["axis twice", "axis", () => mra2(image, "haar", { axes: [1, -1] }), /axes must be different/],
    ["vector in 2-D", "axis", () => mra2(eight, "haar"), /2 dimensions or more/],
    ["wavelet", "wavelet", () => mra(eight, "db"), 'no wavelet named "db"'],
    ["data", "data", () => mra(bad(null), "haar"), "got null"],
    ["no components", "data", () => imra([]), /coeffs must be a list .* an empty one/],
    ["all missing", "data", () => imra([null]), /give at least one/],
    ["shapes", "shape", () => imra([[1, 2], [1]]), "the approximation has [2] and d of level 1 [1]"],
    ["component that is none", "data", () => imra2([image, bad([1])]), /coeffs\[1\] must be an object/],
    [
      "another component",
      "data",
      () => imra2([image, bad({ H: image })]),
      /"H", not the keys cA, cH, cV, cD/,
    ],
  ];

  it.each(cases)("%s", (_, reason, run, message) => expectError(reason, run, message));
});
