import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Mode, modes } from "../src/core/modes";
import type { Coeffs1 } from "../src/core/multilevel";
import type { Coeffs2 } from "../src/core/wavedec2";
import type { CoeffsN } from "../src/core/wavedecn";
import { dwt } from "../src/dwt";
import { dwtn, idwtn } from "../src/dwtn";
import type { WaveletErrorReason } from "../src/errors";
import { dwtMaxLevel, dwtnMaxLevel } from "../src/lengths";
import { downcoef, upcoef } from "../src/partial";
import { wavedec, waverec } from "../src/wavedec";
import { wavedec2, waverec2 } from "../src/wavedec2";
import { wavedecn, waverecn } from "../src/wavedecn";
import { array, cut, largest } from "./arrays";
import { facts, records, signal } from "./golden";
import { expectError } from "./throws";

const anyWavelet = fc.constantFrom(...facts.wavelist.filter((name) => name !== "dmey"));
/** For data of three axes, which long filters make large. */
const shortWavelet = fc.constantFrom("haar", "db4", "sym7", "coif2", "bior3.5", "rbio2.8");
const anyMode = fc.constantFrom(...modes);
const fewLevels = fc.integer({ min: 0, max: 3 });
const samples = (n: number) =>
  fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n });

/** Taps are given to about 1e-12, and extrapolation makes coefficients much larger than the data. */
const reconstructed = 1e-9;

let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => warned.mockRestore());

/** Whether no level meets a single sample that it would have to reflect. */
function extensible(lengths: readonly number[], kinds: readonly Mode[], level: number): boolean {
  return !kinds.some((mode) => mode.endsWith("reflect")) || Math.min(...lengths) >= 2 ** Math.max(1, level);
}

describe("perfect reconstruction", () => {
  /** What rounding and the taps' digits allow: relative to the largest coefficient. */
  const expectBack = (back: number[], x: ArrayLike<number>, ...coeffs: ArrayLike<number>[]) => {
    const scale = Math.max(1, ...coeffs.map(largest));
    expect(back.length).toBe(x.length);
    expect(largest(back.map((value, i) => value - x[i]!))).toBeLessThan(reconstructed * scale);
  };

  it("of vectors of any length, mode, wavelet and level", () => {
    const data = fc.integer({ min: 2, max: 90 }).chain(samples);
    fc.assert(
      fc.property(data, anyWavelet, anyMode, fewLevels, (x, name, mode, level) => {
        fc.pre(extensible([x.length], [mode], level));
        const coeffs = wavedec(x, name, { mode, level });
        expect(coeffs.length).toBe(level + 1);
        expectBack([...waverec(coeffs, name, { mode }).subarray(0, x.length)], x, ...coeffs);
      }),
      { numRuns: 300 },
    );
  });

  it("of arrays, over any axes, with a wavelet and a mode for each", () => {
    const cube = fc
      .tuple(...[2, 2, 2].map((min) => fc.integer({ min, max: 9 })))
      .chain((shape) => samples(shape.reduce((a, b) => a * b)).map((data) => array(shape, data)));
    const axes = fc.shuffledSubarray([0, 1, 2], { minLength: 1 }).map((all) => all.map((axis) => axis - 3));
    const three = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one);
    fc.assert(
      fc.property(
        cube,
        axes,
        three(shortWavelet),
        three(anyMode),
        fewLevels,
        (x, some, names, kinds, level) => {
          fc.pre(extensible(x.shape, kinds, level));
          const options = { axes: some, mode: kinds.slice(0, some.length) };
          const wavelets = names.slice(0, some.length);
          const coeffs = wavedecn(x, wavelets, { ...options, level });
          const [cA, ...details] = coeffs;
          const all = [cA.data, ...details.flatMap((bands) => Object.values(bands).map(({ data }) => data))];
          expectBack(cut(waverecn(coeffs, wavelets, options), x.shape), x.data, ...all);
          const bands = dwtn(x, wavelets, options);
          expect(Object.keys(bands).length).toBe(2 ** some.length);
          expectBack(cut(idwtn(bands, wavelets, options), x.shape), x.data, ...all);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("of matrices, complex ones too", () => {
    const shape = fc.tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 20 }));
    fc.assert(
      fc.property(shape, anyWavelet, anyMode, fewLevels, ([rows, columns], name, mode, level) => {
        fc.pre(extensible([rows, columns], [mode], level));
        const x = {
          re: array([rows, columns], signal(rows * columns, 1)),
          im: array([rows, columns], signal(rows * columns, 2)),
        };
        const coeffs = wavedec2(x, name, { mode, level });
        const back = waverec2(coeffs, name, { mode });
        const [cA, ...details] = coeffs;
        const all = [cA, ...details.flatMap(({ cH, cV, cD }) => [cH, cV, cD])];
        for (const part of ["re", "im"] as const) {
          expectBack(cut(back[part], [rows, columns]), x[part].data, ...all.map((band) => band[part].data));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("several levels are one after another", () => {
  it("wavedec is dwt of the approximation, the coarsest first, along any axis", () => {
    const x = array([6, 35], signal(210, 3));
    for (const mode of modes) {
      for (const axis of [0, 1, -1]) {
        const expected: NdArray[] = [];
        let rest: NdArray<Float64Array> = x;
        for (let level = 0; level < 3; level++) {
          const { cA, cD } = dwt(rest, "sym3", { mode, axis });
          rest = cA;
          expected.unshift(cD);
        }
        expect(wavedec(x, "sym3", { mode, axis, level: 3 })).toEqual([rest, ...expected]);
      }
    }
  });

  it("wavedecn is dwtn of the approximation", () => {
    const x = array([6, 5, 7], signal(210, 3));
    const { aaa, ...finest } = dwtn(x, "db2");
    const { aaa: cA, ...coarsest } = dwtn(aaa!, "db2");
    expect(wavedecn(x, "db2", { level: 2 })).toEqual([cA, coarsest, finest]);
  });

  it("wavedec2 and wavedec are wavedecn of two axes and of one", () => {
    const x = array([3, 12, 13], signal(468, 4));
    const [cA, ...details] = wavedecn(x, ["db2", "bior2.2"], { level: 2, axes: [2, 1] });
    expect(wavedec2(x, ["db2", "bior2.2"], { level: 2, axes: [-1, 1] })).toEqual([
      cA,
      ...details.map(({ da: cH, ad: cV, dd: cD }) => ({ cH, cV, cD })),
    ]);
    const [low, ...high] = wavedecn(x, "coif1", { axes: 1, level: 2 });
    expect(wavedec(x, "coif1", { axis: 1, level: 2 })).toEqual([low, ...high.map(({ d }) => d)]);
  });

  it("dwtn's letters are in the order of the axes", () => {
    const x = array([6, 8], signal(48, 5));
    const { ad } = dwtn(x, "db2", { axes: [1, 0] });
    const along = dwt(x, "db2", { axis: 1 });
    expect(ad).toEqual(dwt(along.cA, "db2", { axis: 0 }).cD);
    expect(Object.keys(dwtn(x, "db2", { axes: -1 }))).toEqual(["a", "d"]);
    expect(dwtn(x, "db2", { axes: -1 }).d).toEqual(along.cD);
  });

  it("downcoef is what wavedec begins with", () => {
    for (const mode of modes) {
      for (const level of [1, 2, 3]) {
        const [cA, cD] = wavedec(signal(40, 6), "db3", { mode, level });
        expect(downcoef("a", signal(40, 6), "db3", { mode, level })).toEqual(cA);
        expect(downcoef("d", signal(40, 6), "db3", { mode, level })).toEqual(cD);
      }
    }
  });

  it("upcoef of both bands is the signal and what the borders add", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }).chain(samples), anyWavelet, anyMode, (x, name, mode) => {
        fc.pre(mode !== "periodization" && extensible([x.length], [mode], 1));
        const { cA, cD } = dwt(x, name, { mode });
        const even = x.length + (x.length % 2);
        const [low, high] = [upcoef("a", cA, name, { take: even }), upcoef("d", cD, name, { take: even })];
        const scale = Math.max(1, largest(cA), largest(cD));
        x.forEach((value, i) => {
          expect(Math.abs(low[i]! + high[i]! - value)).toBeLessThan(reconstructed * scale);
        });
      }),
    );
  });

  it("upcoef of d goes on with recLo", () => {
    const first = upcoef("d", signal(5, 7), "sym4");
    expect(first.length).toBe(2 * 5 + 6);
    expect(upcoef("d", signal(5, 7), "sym4", { level: 3 })).toEqual(upcoef("a", first, "sym4", { level: 2 }));
    expect(upcoef("d", signal(5, 7), "sym4", { take: 99 })).toEqual(first);
    expect(upcoef("d", signal(5, 7), "sym4", { take: 5 })).toEqual(first.slice(5, 10));
  });
});

describe("coefficients that are missing stand for zeros", () => {
  const zeros = <T extends { length: number }>(like: T) => new Float64Array(like.length);

  it("of vectors", () => {
    const [cA, d3, d2, d1] = wavedec(signal(64, 8), "db2", { level: 3, mode: "periodization" });
    const options = { mode: "periodization" } as const;
    expect(waverec([cA, null, d2!, undefined], "db2", options)).toEqual(
      waverec([cA, zeros(d3!), d2!, zeros(d1!)], "db2", options),
    );
    expect(waverec([null, null, d2!, d1!], "db2", options)).toEqual(
      waverec([zeros(cA), zeros(d3!), d2!, d1!], "db2", options),
    );
  });

  it("of arrays: null, undefined and missing keys", () => {
    const [cA, coarse, fine] = wavedecn(array([8, 8], signal(64, 9)), "haar", { level: 2 });
    const none = (band: NdArray<Float64Array>) => array(band.shape, zeros(band.data));
    const filled = waverecn(
      [cA, { ...coarse, ad: none(coarse!.ad!) }, { ad: none(fine!.ad!), da: none(fine!.da!), dd: fine!.dd! }],
      "haar",
    );
    expect(
      waverecn(
        [cA, { da: coarse!.da!, dd: coarse!.dd! }, { ad: null, da: undefined, dd: fine!.dd! }],
        "haar",
      ),
    ).toEqual(filled);
    expect(waverec2([cA, { cH: coarse!.da!, cD: coarse!.dd! }, { cV: null, cD: fine!.dd! }], "haar")).toEqual(
      filled,
    );
    expect(waverecn([null, {}, { dd: fine!.dd! }], "haar")).toEqual(
      waverecn([none(cA), {}, { dd: fine!.dd! }], "haar"),
    );
    expect(waverecn([null, { d: fine!.dd! }], "haar")).toEqual(
      idwtn({ a: null, d: fine!.dd! }, "haar", { axes: [0] }),
    );
  });
});

describe("forms of data", () => {
  it("float32 stays, also through several levels", () => {
    const coeffs = wavedec(Float32Array.from(signal(40, 1)), "db2");
    expectTypeOf(coeffs).toEqualTypeOf<Coeffs1<Float32Array>>();
    expect(coeffs.every((band) => band instanceof Float32Array)).toBe(true);
    const back = waverec(coeffs, "db2");
    expectTypeOf(back).toEqualTypeOf<Float32Array>();
    expect(back).toBeInstanceOf(Float32Array);
    const x = ndarray(Float32Array.from(signal(40, 1)), [5, 8]);
    const bands = wavedec2(x, "haar");
    expectTypeOf(bands).toEqualTypeOf<Coeffs2<NdArray<Float32Array>>>();
    expect(waverec2(bands, "haar").dtype).toBe("float32");
    expectTypeOf(wavedecn([[1, 2]], "haar")).toEqualTypeOf<CoeffsN<NdArray<Float64Array>>>();
    expect(downcoef("a", Float32Array.of(1, 2, 3), "db2")).toBeInstanceOf(Float32Array);
    expect(upcoef("d", Float32Array.of(1, 2, 3), "db2", { level: 2 })).toBeInstanceOf(Float32Array);
    const mixed = waverec<Float32Array | Float64Array>([coeffs[0], Float64Array.from(coeffs[1]!)], "db2");
    expect(mixed).toBeInstanceOf(Float64Array);
  });

  it("strides do not matter, and data are left alone", () => {
    const x = array([9, 8], signal(72, 2));
    const before = x.data.slice();
    const turned = x.transpose(1, 0);
    const copied = array([8, 9], cut(turned));
    expect(wavedecn(turned, "db2", { level: 2 })).toEqual(wavedecn(copied, "db2", { level: 2 }));
    const coeffs = wavedec(turned, "db2", { axis: 0, level: 2 });
    expect(coeffs).toEqual(wavedec(copied, "db2", { axis: -2, level: 2 }));
    const kept = structuredClone(coeffs.map(({ data }) => data));
    waverec(coeffs, "db2", { axis: 0 });
    expect(coeffs.map(({ data }) => data)).toEqual(kept);
    expect(x.data).toEqual(before);
  });

  it("a complex signal is two real ones", () => {
    const [re, im] = [signal(30, 3), signal(30, 4)];
    const coeffs = wavedec({ re, im }, "coif1", { level: 2 });
    expect(coeffs.map((band) => band.re)).toEqual(wavedec(re, "coif1", { level: 2 }));
    expect(coeffs.map((band) => band.im)).toEqual(wavedec(im, "coif1", { level: 2 }));
    expect(upcoef("a", { re, im }, "db2", { level: 2, take: 7 }).im).toEqual(
      upcoef("a", im, "db2", { level: 2, take: 7 }),
    );
  });

  it("0 levels give a copy", () => {
    const x = signal(6, 1);
    const [cA, ...none] = wavedec(x, "db2", { level: 0 });
    expect([cA, none]).toEqual([x, []]);
    expect(cA.buffer).not.toBe(x.buffer);
    expect(waverec([x], "db2")).toEqual(x);
    expect(waverec([x], "db2").buffer).not.toBe(x.buffer);
    const m = array([2, 3], x);
    for (const copy of [
      wavedecn(m, "db2", { level: 0 })[0],
      wavedec2(m, "db2", { level: 0 })[0],
      waverecn([m], "db2"),
      waverec2([m], "db2"),
    ]) {
      expect(copy).toEqual(m);
      expect(copy.data.buffer).not.toBe(m.data.buffer);
    }
  });

  it("an approximation may be one sample longer than its details", () => {
    const [cA, d2, d1] = wavedec(signal(9, 1), "haar", { level: 2 });
    expect([cA, d2, d1].map((band) => band!.length)).toEqual([3, 3, 5]);
    expect(waverec([cA, d2!, d1!], "haar").subarray(0, 9)).toBeAllclose(signal(9, 1), 1e-12);
    expect(waverec([Float64Array.of(1, 2, 3, 99), d2!], "haar")).toEqual(
      waverec([Float64Array.of(1, 2, 3), d2!], "haar"),
    );
  });

  it("NaN reaches only what sees it", () => {
    const x = signal(32, 1);
    x[31] = Number.NaN;
    const [cA, , d1] = wavedec(x, "haar", { level: 2 });
    expect(Array.from(cA, Number.isNaN)).toEqual(Array.from({ length: 8 }, (_, i) => i === 7));
    expect(Array.from(d1!, Number.isNaN)).toEqual(Array.from({ length: 16 }, (_, i) => i === 15));
  });
});

describe("levels", () => {
  it("are by default the deepest useful ones", () => {
    expect(wavedec(signal(300, 1), "db4").length - 1).toBe(dwtMaxLevel(300, "db4"));
    const x = array([40, 9], signal(360, 1));
    expect(wavedecn(x, ["db4", "haar"]).length - 1).toBe(2);
    expect(dwtnMaxLevel([40, 9], ["db4", "haar"])).toBe(2);
    expect(dwtnMaxLevel([40, 9], "db2")).toBe(1);
    expect(dwtnMaxLevel([40, 9], "db2", { axes: [0] })).toBe(3);
    expect(dwtnMaxLevel([40, 0, 9], "haar", { axes: [-1, 0] })).toBe(3);
    expect(wavedec2(x, "db2", { level: null }).length - 1).toBe(1);
    expect(wavedec(signal(300, 1), "db4", { level: 5 }).length).toBe(6);
    expect(warned).not.toHaveBeenCalled();
  });

  it("that are too deep are done with a warning", () => {
    expect(wavedec(signal(8, 1), "db2", { level: 4 }).length).toBe(5);
    wavedec2(array([4, 64], signal(256, 1)), "haar", { level: 3 });
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/^wavelet: level 4 is deeper than 1, .* borders reach every coefficient/),
      expect.stringMatching(/^wavelet: level 3 is deeper than 2/),
    ]);
  });
});

const precisions = [
  {
    name: "float64",
    of: (values: Float64Array): Float32Array | Float64Array => values,
    tolerance: 1e-12,
  },
  {
    name: "float32",
    of: (values: Float64Array): Float32Array | Float64Array => Float32Array.from(values),
    tolerance: 1e-5,
  },
];

it.each(precisions)("PyWavelets' numbers in $name", ({ of, tolerance }) => {
  const golden = records("multilevel.f64");
  const check = (bands: readonly (ArrayLike<number> | NdArray)[], name: string) => {
    for (const band of bands)
      golden.check("shape" in band ? (band.data as Float64Array) : band, tolerance, name);
  };
  const data = (shape: number[], seed: number) =>
    ndarray(
      of(
        signal(
          shape.reduce((a, b) => a * b),
          seed,
        ),
      ),
      shape,
    );
  const sorted = (bands: Readonly<Record<string, NdArray>>) =>
    Object.keys(bands)
      .toSorted()
      .map((key) => bands[key]!);
  const names = ["haar", "db3", "sym5", "coif2", "bior2.4", "rbio3.3"];

  for (const name of names) {
    for (const mode of facts.modes as Mode[]) {
      for (const n of [9, 32, 45]) {
        const coeffs = wavedec(of(signal(n, 11)), name, { mode, level: 3 });
        check(coeffs, `wavedec ${name} ${mode} ${n}`);
        check([waverec([...coeffs.slice(0, -1), null], name, { mode })], `waverec ${name} ${mode} ${n}`);
      }
    }
    check(wavedec(of(signal(300, 12)), name), `wavedec ${name}, default level`);
  }

  for (const name of ["haar", "db2", "bior4.4"]) {
    for (const mode of facts.modes as Mode[]) {
      for (const [shape, axes] of [
        [[7, 10], [-2, -1] as const],
        [[6, 2, 9], [2, 0] as const],
      ] as const) {
        const [cA, coarse, fine] = wavedec2(data([...shape], 13), name, { mode, axes, level: 2 });
        const details = [coarse!, fine!].flatMap(({ cH, cV, cD }) => [cH, cV, cD]);
        check([cA, ...details], `wavedec2 ${name} ${mode} ${shape}`);
        const back = waverec2([cA, coarse!, { cH: fine!.cH, cD: fine!.cD }], name, { mode, axes });
        check([back], `waverec2 ${name} ${mode} ${shape}`);
      }
    }
  }

  for (const [wavelets, options] of [
    ["db2", {}],
    [["db3", "bior3.3"], { mode: ["reflect", "periodization"], axes: [2, 0] }],
  ] as const) {
    const cube = data([5, 6, 7], 14);
    const bands = dwtn(cube, wavelets, options);
    check(sorted(bands), `dwtn ${wavelets}`);
    const highest = Object.keys(bands).at(-1)!;
    check([idwtn({ ...bands, [highest]: null }, wavelets, options)], `idwtn ${wavelets}`);
    const [cA, coarse, fine] = wavedecn(cube, wavelets, { ...options, level: 2 });
    check([cA, ...sorted(coarse!), ...sorted(fine!)], `wavedecn ${wavelets}`);
    const { [Object.keys(bands)[1]!]: _, ...rest } = fine!;
    check([waverecn([cA, coarse!, rest], wavelets, options)], `waverecn ${wavelets}`);
  }

  for (const name of names) {
    for (const level of [1, 2, 3]) {
      for (const part of ["a", "d"] as const) {
        const down = downcoef(part, of(signal(45, 15)), name, { mode: "smooth", level });
        check([down], `downcoef ${part} ${name} ${level}`);
        for (const take of [0, 11, 12]) {
          const up = upcoef(part, of(signal(7, 16)), name, { level, take });
          check([up], `upcoef ${part} ${name} ${level} ${take}`);
        }
      }
    }
  }
  golden.end();
});

describe("errors say what is allowed", () => {
  // The value as what its place wants, whatever it is.
  const bad = <T = number[]>(value: unknown) => value as T;
  const square = array([4, 4], signal(16, 1));
  const vector = signal(8, 1);
  const cases: [string, WaveletErrorReason, () => unknown, string | RegExp][] = [
    [
      "a negative level",
      "length",
      () => wavedec(vector, "haar", { level: -1 }),
      "level must be an integer from 0 on, got -1",
    ],
    ["half a level", "length", () => wavedecn(square, "haar", { level: 0.5 }), "from 0 on, got 0.5"],
    ["a level as text", "length", () => wavedec2(square, "haar", { level: bad("1") }), 'from 0 on, got "1"'],
    [
      "an unknown mode",
      "mode",
      () => waverec([vector, vector], "haar", { mode: bad("per") }),
      /no mode "per"; the modes are/,
    ],
    ["an axis", "axis", () => wavedec(vector, "haar", { axis: 1 }), "has the axes -1 to 0, got 1"],
    [
      "one axis twice",
      "axis",
      () => wavedecn(square, "haar", { axes: [1, -1] }),
      "the axes must be different ones, got [1, -1]",
    ],
    [
      "one axis twice in 2-D",
      "axis",
      () => waverec2([square], "haar", { axes: [0, -2] }),
      "must be different ones",
    ],
    ["a vector for wavedec2", "axis", () => wavedec2(vector, "haar"), "2 dimensions or more"],
    [
      "wavelets for other axes",
      "axis",
      () => wavedecn(square, ["haar", "db2", "db3"]),
      /one wavelet for all 2 axes or one for each; got 3/,
    ],
    ["no axes", "axis", () => dwtn(square, "haar", { axes: [] }), "axes must be a list of integers"],
    ["no data", "data", () => wavedec([], "haar"), "data is empty"],
    [
      "one sample reflected at depth",
      "data",
      () => wavedec([1, 2], "haar", { level: 2, mode: "reflect" }),
      /give at least 2 along axis 0/,
    ],
    [
      "no list",
      "data",
      () => waverec(bad(vector), "haar"),
      /coeffs must be a list \[cA, cDn, …, cD1\]; got an object/,
    ],
    ["an empty list", "data", () => waverec([], "haar"), "got an empty one"],
    [
      "an empty list in 2-D",
      "data",
      () => waverec2(bad([]), "haar"),
      "coeffs must be a list [cA, {cH, cV, cD}, …]; got an empty one",
    ],
    [
      "nothing given",
      "data",
      () => waverec([null, undefined], "haar"),
      "give at least one band of coefficients",
    ],
    [
      "nothing given in n-D",
      "data",
      () => waverecn([null, {}, { ad: null }], "haar"),
      "give at least one band",
    ],
    [
      "text as detail",
      "data",
      () => waverec([vector, bad("x")], "haar"),
      'coeffs[1] must be a typed array, an array of numbers or an ndarray; got "x"',
    ],
    [
      "lengths that do not fit",
      "shape",
      () => waverec([signal(5, 1), signal(3, 1)], "haar"),
      "the details of level 1 have shape [3], which the approximation there must have too or exceed by 1 along the axes of the transform; it has [5]",
    ],
    [
      "a detail that is longer",
      "shape",
      () => waverec([signal(3, 1), signal(4, 1)], "haar"),
      /have shape \[4\].* it has \[3\]/,
    ],
    [
      "lengths of another axis",
      "shape",
      () => waverec([array([3, 4], signal(12, 1)), array([2, 4], signal(8, 1))], "haar"),
      /have shape \[2, 4\].* it has \[3, 4\]/,
    ],
    [
      "dimensions",
      "shape",
      () => waverecn([array([2, 2], [1, 2, 3, 4]), { ad: bad(vector) }], "haar"),
      /have shape \[8\].* it has \[2, 2\]/,
    ],
    [
      "details that differ",
      "shape",
      () => waverec2([square, { cH: square, cV: array([4, 3], signal(12, 1)) }], "haar"),
      "the details of level 1 must have one shape; da has [4, 4] and ad [4, 3]",
    ],
    [
      "details as a list",
      "data",
      () => waverec2([square, bad([square, square, square])], "haar"),
      "coeffs[1] must be an object of bands with the keys cH, cV and cD; got [an object",
    ],
    [
      "details of null",
      "data",
      () => waverecn([square, bad(null)], "haar"),
      /coeffs\[1\] must be an object .* got null/,
    ],
    [
      "n-D details for waverec2",
      "data",
      () => waverec2([square, bad({ da: square })], "haar"),
      'coeffs[1] has a key "da", not the keys cH, cV and cD',
    ],
    [
      "2-D details for waverecn",
      "data",
      () => waverecn([square, { cH: square }], "haar"),
      /a key "cH", not keys of 2 letters a or d, one per axis/,
    ],
    [
      "an approximation among details",
      "data",
      () => waverecn([square, { aa: square }], "haar"),
      /a key "aa", not .* but "aa", which comes first in coeffs/,
    ],
    [
      "keys of another length",
      "data",
      () => idwtn({ aa: square, d: square }, "haar"),
      'bands has a key "d", not keys of 2 letters',
    ],
    [
      "keys for other axes",
      "data",
      () => idwtn({ aa: square }, "haar", { axes: [0] }),
      'a key "aa", not keys of 1 letter a or d',
    ],
    ["more letters than axes", "axis", () => idwtn({ aa: vector }, "haar"), "has the axes -1 to 0, got 1"],
    ["no bands", "data", () => idwtn({ aa: null }, "haar"), "give at least one of the bands"],
    ["a vector of bands", "data", () => idwtn(bad(null), "haar"), "bands must be an object of bands"],
    [
      "shapes of bands",
      "shape",
      () => idwtn({ a: vector, d: signal(7, 1) }, "haar"),
      "the bands must have one shape",
    ],
    [
      "a part",
      "data",
      () => downcoef(bad("ad"), vector, "haar"),
      'the part must be "a" (approximation) or "d" (detail), got "ad"',
    ],
    [
      "a matrix for downcoef",
      "shape",
      () => downcoef("a", square, "haar"),
      "data must have one axis; got the shape [4, 4]",
    ],
    ["a matrix for upcoef", "shape", () => upcoef("a", square, "haar"), "coeffs must have one axis"],
    [
      "level 0 of downcoef",
      "length",
      () => downcoef("a", vector, "haar", { level: 0 }),
      "level must be an integer from 1 on, got 0",
    ],
    [
      "level 0 of upcoef",
      "length",
      () => upcoef("a", vector, "haar", { level: 0 }),
      "level must be an integer from 1 on, got 0",
    ],
    [
      "negative take",
      "length",
      () => upcoef("a", vector, "haar", { take: -1 }),
      "take must be an integer from 0 on, got -1",
    ],
    ["a shape", "shape", () => dwtnMaxLevel(bad(8), "haar"), "shape must be a list, got 8"],
    [
      "a length",
      "length",
      () => dwtnMaxLevel([8, -1], "haar"),
      "a length of the shape must be an integer from 0 on",
    ],
    ["an unknown wavelet", "wavelet", () => wavedecn(square, ["haar", "db99"]), /no wavelet named "db99"/],
  ];

  it.each(cases)("%s", (_, reason, run, message) => expectError(reason, run, message));
});
