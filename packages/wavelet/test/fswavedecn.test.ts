import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Mode, modes } from "../src/core/modes";
import { FswavedecnResult } from "../src/core/separable-result";
import type { WaveletErrorReason } from "../src/errors";
import { fswavedecn, fswaverecn } from "../src/fswavedecn";
import { wavedec } from "../src/wavedec";
import { wavelet } from "../src/wavelet";
import { array, cut, largest } from "./arrays";
import { facts, records, signal } from "./golden";
import { expectError } from "./throws";

let warned: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warned = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => warned.mockRestore());

function made(shape: readonly number[], seed: number): NdArray<Float64Array> {
  return array(
    shape,
    signal(
      shape.reduce((size, length) => size * length, 1),
      seed,
    ),
  );
}

describe("a fully separable transform", () => {
  it("comes back, over any axes, with a wavelet, a mode and levels for each", () => {
    const three = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one);
    fc.assert(
      fc.property(
        three(fc.integer({ min: 4, max: 9 })),
        fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
        three(fc.constantFrom("haar", "db4", "sym7", "coif2", "bior3.5", "rbio2.8")),
        three(fc.constantFrom(...modes)),
        three(fc.integer({ min: 0, max: 2 })),
        (shape, axes, names, kinds, depths) => {
          const x = made(shape, 1);
          const result = fswavedecn(x, names.slice(0, axes.length), {
            axes: axes.map((axis, i) => (i === 0 ? axis - 3 : axis)),
            mode: kinds.slice(0, axes.length),
            levels: depths.slice(0, axes.length),
          });
          const scale = largest(result.coeffs.data);
          const back = cut(fswaverecn(result), shape);
          expect(largest(back.map((value, i) => value - x.data[i]!))).toBeLessThan(1e-9 * scale);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is wavedec along one axis, then along the next", () => {
    const x = made([12, 17], 2);
    const options = { mode: "smooth", level: 2 } as const;
    const result = fswavedecn(x, ["db2", "bior2.2"], { mode: "smooth", levels: [2, 1] });
    for (const [i, rows] of wavedec(x, "db2", { ...options, axis: 0 }).entries()) {
      for (const [j, band] of wavedec(rows, "bior2.2", { ...options, level: 1, axis: 1 }).entries()) {
        expect(result.get([i, j])).toEqual(band);
      }
    }
    expect(result.approx).toEqual(result.get([0, 0]));
  });

  it("of vectors gives and takes vectors, complex ones too", () => {
    const x = Float32Array.from(signal(20, 3));
    const result = fswavedecn(x, "db2");
    expectTypeOf(result.coeffs).toEqualTypeOf<Float32Array>();
    const [cA, d2, d1] = wavedec(x, "db2");
    expect(result.coeffs).toEqual(Float32Array.of(...cA, ...d2!, ...d1!));
    expect(result.get([1])).toEqual(d2);
    const back = fswaverecn(result);
    expectTypeOf(back).toEqualTypeOf<Float32Array>();
    expect(back).toBeAllclose(x, 1e-6);
    const pair = fswavedecn({ re: x, im: x.map((value) => -value) }, "db2");
    expect(pair.get([2]).im).toEqual(d1!.map((value) => -value));
    expect(fswaverecn(pair).im).toBeAllclose(
      x.map((value) => -value),
      1e-6,
    );
  });

  it("of 0 levels is a copy, both ways", () => {
    const x = made([2, 3], 4);
    const result = fswavedecn(x, "haar", { levels: 0 });
    expect(result.coeffs).toEqual(x);
    expect(result.detailKeys()).toEqual([]);
    expect(result.coeffs.data.buffer).not.toBe(x.data.buffer);
    expect(fswaverecn(result)).toEqual(x);
    expect(fswaverecn(result).data.buffer).not.toBe(result.coeffs.data.buffer);
  });

  it("has for each axis the deepest useful level, and warns beyond", () => {
    expect(fswavedecn(made([16, 40], 5), "db2").levels).toEqual([2, 3]);
    expect(fswavedecn(made([16, 40], 5), "db2", { levels: [1, null] }).levels).toEqual([1, 3]);
    expect(warned).not.toHaveBeenCalled();
    expect(fswavedecn(made([16, 40], 5), "db2", { levels: 3 }).levels).toEqual([3, 3]);
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/level 3 is deeper than 2/)]]);
  });
});

describe("its result", () => {
  const x = made([2, 8, 9], 6);
  const decomposed = () =>
    fswavedecn(x, ["db2", "haar"], { mode: ["zero", "periodic"], levels: [1, 2], axes: [-2, 2] });

  it("says what was done, as PyWavelets does", () => {
    const result = decomposed();
    expect(result.coeffSlices).toEqual([
      [
        [0, 5],
        [5, 10],
      ],
      [
        [0, 3],
        [3, 6],
        [6, 11],
      ],
    ]);
    expect(result.coeffs.shape).toEqual([2, 10, 11]);
    expect([result.levels, result.axes, result.modes]).toEqual([
      [1, 2],
      [1, 2],
      ["zero", "periodic"],
    ]);
    expect([result.ndim, result.ndimTransform, result.waveletNames]).toEqual([3, 2, ["db2", "haar"]]);
    expect(result.detailKeys()).toEqual([
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(result.get([1, 2]).shape).toEqual([2, 5, 5]);
    const { decLo, decHi, recLo, recHi } = wavelet("db2");
    expect(fswavedecn(x, { decLo, decHi, recLo, recHi }).waveletNames).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("keeps its wavelets to itself", () => {
    const result = decomposed();
    const before = fswaverecn(result);
    (decomposed().wavelets[0]!.recLo as Float64Array).fill(0);
    expect(fswaverecn(result)).toEqual(before);
  });

  it("gives copies of bands and takes new ones", () => {
    const result = decomposed();
    const [before, sum] = [result.coeffs.data.slice(), fswaverecn(result)];
    const band = result.get([1, 1]);
    band.data.fill(7);
    expect(result.coeffs.data).toEqual(before);
    for (const key of result.detailKeys()) {
      const { data, shape } = result.get(key);
      result.set(
        key,
        ndarray(
          data.map((value) => 2 * value),
          shape,
        ),
      );
    }
    const { data, shape } = result.approx;
    result.approx = ndarray(
      data.map((value) => 2 * value),
      shape,
    );
    expect(result.coeffs.data).toEqual(before.map((value) => 2 * value));
    expect(fswaverecn(result).data).toEqual(sum.data.map((value) => 2 * value));
    result.set([0, 2], ndarray(signal(50, 7), [5, 5, 2]).transpose(2, 0, 1));
    expect(result.get([0, 2]).get(1, 2, 3)).toBe(signal(50, 7)[2 * 10 + 3 * 2 + 1]);
    expect(result.get([0, 1]).data).toEqual(
      decomposed()
        .get([0, 1])
        .data.map((value) => 2 * value),
    );
    result.coeffs = ndarray(before, [2, 10, 11]);
    expect(fswaverecn(result)).toEqual(sum);
    expect(warned).not.toHaveBeenCalled();
  });

  it("rounds to float32 with a warning, and takes real values into complex ones", () => {
    const single = fswavedecn(Float32Array.of(1, 2, 3, 4), "haar", { levels: 1 });
    single.set([1], Float64Array.of(0.1, 0.2));
    expect(single.get([1])).toEqual(Float32Array.of(0.1, 0.2));
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/the band \[1\] is float64 and was rounded/)]]);
    const pair = fswavedecn({ re: [1, 2, 3, 4], im: [5, 6, 7, 9] }, "haar", { levels: 1 });
    pair.set([1], [8, 9]);
    expect(pair.get([1])).toEqual({ re: Float64Array.of(8, 9), im: Float64Array.of(0, 0) });
  });

  it("can be made from its parts", () => {
    const { coeffs, coeffSlices, wavelets, modes: kinds, axes } = decomposed();
    const parts = { coeffs, coeffSlices, wavelets, modes: kinds, axes };
    const rebuilt = new FswavedecnResult<typeof x>(parts);
    expect(fswaverecn(rebuilt)).toEqual(fswaverecn(decomposed()));
    expect(rebuilt.get([1, 0])).toEqual(decomposed().get([1, 0]));
  });
});

it.each([
  { name: "float64", single: false, tolerance: 1e-12 },
  { name: "float32", single: true, tolerance: 1e-5 },
])("PyWavelets' numbers in $name", ({ single, tolerance }) => {
  const golden = records("fswavedecn.f64");
  const data = (shape: number[], seed: number): NdArray<Float32Array | Float64Array> => {
    const { data: values } = made(shape, seed);
    return ndarray(single ? Float32Array.from(values) : values, shape);
  };
  for (const name of ["haar", "db2", "rbio3.3"]) {
    for (const mode of facts.modes as Mode[]) {
      const result = fswavedecn(data([9, 14], 17), name, { mode, levels: [1, 3] });
      golden.check(result.coeffs.data, tolerance, `fswavedecn ${name} ${mode}`);
      const band = result.get([1, 2]);
      result.set([1, 2], ndarray(band.data.map((value) => -value) as Float32Array, band.shape));
      golden.check(fswaverecn(result).data, tolerance, `fswaverecn ${name} ${mode}`);
    }
  }
  const result = fswavedecn(data([5, 12, 16], 18), ["db2", "bior2.2"], {
    mode: ["zero", "antisymmetric"],
    axes: [2, 1],
  });
  golden.check(result.coeffs.data, tolerance, "fswavedecn, mixed");
  golden.check(fswaverecn(result).data, tolerance, "fswaverecn, mixed");
  golden.end();
});

describe("errors say what is allowed", () => {
  // The value as what its place wants, whatever it is.
  const bad = <T = number[]>(value: unknown) => value as T;
  const x = made([4, 6], 1);
  const result = () => fswavedecn(x, "haar", { levels: [1, 2] });
  const remade = (changes: object) => new FswavedecnResult({ ...parts(), ...changes });
  const parts = () => {
    const { coeffs, coeffSlices, wavelets, modes: kinds, axes } = result();
    return { coeffs, coeffSlices, wavelets, modes: kinds, axes };
  };
  const cases: [string, WaveletErrorReason, () => unknown, string | RegExp][] = [
    [
      "one axis twice",
      "axis",
      () => fswavedecn(x, "haar", { axes: [1, -1] }),
      "the axes must be different ones",
    ],
    [
      "levels for other axes",
      "axis",
      () => fswavedecn(x, "haar", { levels: [1, 1, 1] }),
      "give one level for all 2 axes or one for each; got 3",
    ],
    [
      "a negative level",
      "length",
      () => fswavedecn(x, "haar", { levels: [1, -1] }),
      "level must be an integer from 0 on, got -1",
    ],
    ["an unknown wavelet", "wavelet", () => fswavedecn(x, ["haar", "db99"]), 'no wavelet named "db99"'],
    ["no wavelet", "wavelet", () => fswavedecn(x, bad(3)), /a wavelet is a name or an object with decLo/],
    ["a key of one number", "data", () => result().get([1]), "here up to [1, 2]; got [1]"],
    ["a key beyond the levels", "data", () => result().get([2, 0]), "here up to [1, 2]; got [2, 0]"],
    ["a negative key", "data", () => result().set([0, -1], x), "here up to [1, 2]; got [0, -1]"],
    ["half a key", "data", () => result().get([0, 0.5]), "got [0, 0.5]"],
    ["a key that is none", "data", () => result().get(bad("01")), 'got "01"'],
    [
      "a band of another shape",
      "shape",
      () => result().set([0, 0], [[1]]),
      /the shape of these coefficients is \[2, 2\]; got \[1, 1\]/,
    ],
    [
      "an approximation of another shape",
      "shape",
      () => {
        result().approx = [1, 2];
      },
      "is [2, 2]; got [2]",
    ],
    [
      "coefficients of another shape",
      "shape",
      () => {
        result().coeffs = x.transpose(1, 0);
      },
      "is [4, 7]; got [6, 4]",
    ],
    [
      "complex values among real ones",
      "data",
      () =>
        result().set([0, 0], {
          re: [
            [1, 2],
            [3, 4],
          ],
          im: [
            [1, 2],
            [3, 4],
          ],
        }),
      "these coefficients are real; got complex values",
    ],
    [
      "a result that is none",
      "data",
      () => fswaverecn(bad<FswavedecnResult>(x)),
      "fswaverecn takes what fswavedecn returns; got an object",
    ],
    [
      "slices for other axes",
      "shape",
      () => remade({ coeffSlices: [] }),
      "coeffSlices must have a list for each of the 2 transformed axes",
    ],
    [
      "slices with a gap",
      "shape",
      () =>
        remade({
          coeffSlices: [
            [
              [0, 2],
              [3, 4],
            ],
            result().coeffSlices[1],
          ],
        }),
      /coeffSlices\[0\] must divide all 4 samples of axis 0; got \[\[0, 2\], \[3, 4\]\]/,
    ],
    [
      "slices too short",
      "shape",
      () => remade({ coeffSlices: [[[0, 3]], result().coeffSlices[1]] }),
      "must divide all 4 samples of axis 0",
    ],
    [
      "an empty slice",
      "length",
      () =>
        remade({
          coeffSlices: [
            [
              [0, 0],
              [0, 4],
            ],
            result().coeffSlices[1],
          ],
        }),
      "the end of a slice of axis 0 must be an integer from 1 on, got 0",
    ],
    ["a mode", "mode", () => remade({ modes: ["zero", "per"] }), 'no mode "per"'],
  ];

  it.each(cases)("%s", (_, reason, run, message) => expectError(reason, run, message));
});
