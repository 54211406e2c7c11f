import { readFileSync } from "node:fs";
import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Mode, modes } from "../src/core/modes";
import type { Complex } from "../src/core/signal";
import type { Slice } from "../src/core/slices";
import type { Coeffs2 } from "../src/core/wavedec2";
import { WaveletError, type WaveletErrorReason } from "../src/errors";
import { arrayToCoeffs } from "../src/packing/array-to-coeffs";
import type { Block } from "../src/packing/block";
import { coeffsToArray } from "../src/packing/coeffs-to-array";
import { mapBands, type PerBand } from "../src/packing/per-band";
import { ravelCoeffs } from "../src/packing/ravel-coeffs";
import { unravelCoeffs } from "../src/packing/unravel-coeffs";
import { wavedecnShapes, wavedecnSize } from "../src/packing/wavedecn-shapes";
import { swt } from "../src/swt";
import { wavedec, waverec } from "../src/wavedec";
import { wavedec2, waverec2 } from "../src/wavedec2";
import { wavedecn, waverecn } from "../src/wavedecn";
import { float64s, signal } from "./golden";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const anyWavelet = fc.constantFrom("haar", "db2", "db5", "sym4", "bior2.2", "rbio3.1");
/** The reflecting modes refuse one sample, to which deep levels come. */
const anyMode = fc.constantFrom(...modes.filter((mode) => !mode.endsWith("reflect")));
const level = fc.integer({ min: 0, max: 3 });
const block = (shape: readonly number[], seed = 1) =>
  ndarray(signal(wavedecnSize([shape]), seed), [...shape]);

describe("there and back", () => {
  it("wavedec of a vector: typed arrays, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), anyWavelet, anyMode, level, (n, name, mode, depth) => {
        const coeffs = wavedec(signal(n, 1), name, { mode, level: depth });
        const { coeffArr, coeffSlices } = coeffsToArray(coeffs, { padding: null });
        expectTypeOf(coeffArr).toEqualTypeOf<Float64Array>();
        expect([...coeffArr]).toEqual(coeffs.flatMap((band) => [...band]));
        expect(arrayToCoeffs(coeffArr, coeffSlices, { outputFormat: "wavedec" })).toEqual(coeffs);
        const { coeffArr: row, coeffSlices: parts, coeffShapes } = ravelCoeffs(coeffs);
        expect(row).toEqual(coeffArr);
        const back = unravelCoeffs(row, parts, coeffShapes, { outputFormat: "wavedec" });
        expect(back).toEqual(coeffs);
        expect(waverec(back, name, { mode }).subarray(0, n)).toBeAllclose(signal(n, 1), 1e-9);
      }),
    );
  });

  it("wavedecn over any axes of a block, in any order, complex parts too", () => {
    const axes = fc.shuffledSubarray([0, 1, 2], { minLength: 1 });
    const shape = fc.tuple(...[2, 3, 4].map((least) => fc.integer({ min: least, max: 9 })));
    fc.assert(
      fc.property(shape, axes, anyWavelet, anyMode, level, (sizes, over, name, mode, depth) => {
        const data = { re: block(sizes, 1), im: block(sizes, 2) };
        const coeffs = wavedecn(data, name, { mode, level: depth, axes: over });
        const counted = over.map((axis) => axis - 3);
        const { coeffArr, coeffSlices } = coeffsToArray(coeffs, { axes: counted, padding: 5 });
        expect(plain(arrayToCoeffs(coeffArr, coeffSlices))).toEqual(plain(coeffs));
        const { coeffArr: row, coeffSlices: parts, coeffShapes } = ravelCoeffs(coeffs, { axes: over });
        expect(plain(unravelCoeffs(row, parts, coeffShapes))).toEqual(plain(coeffs));
        expect(coeffShapes).toEqual(wavedecnShapes(sizes, name, { mode, level: depth, axes: over }));
        expect(row.re.length).toBe(wavedecnSize(coeffs));
        expect(row.im.length).toBe(wavedecnSize(coeffShapes));
      }),
    );
  });

  it("wavedec2, batches included, through all three functions to the data again", () => {
    const x = ndarray(Float32Array.from(signal(2 * 13 * 10, 3)), [2, 13, 10]);
    const coeffs = wavedec2(x, "db2", { level: 2 });
    const { coeffArr, coeffSlices } = coeffsToArray(coeffs, { axes: [-2, -1] });
    expectTypeOf(coeffArr).toEqualTypeOf<NdArray<Float32Array>>();
    const back = arrayToCoeffs(coeffArr, coeffSlices, { outputFormat: "wavedec2" });
    expectTypeOf(back).toEqualTypeOf<Coeffs2<NdArray<Float32Array>>>();
    expect(back).toEqual(coeffs);
    expect(waverec2(back, "db2").hi(2, 13, 10).get(1, 12, 9)).toBeCloseTo(x.get(1, 12, 9), 5);
    const { coeffArr: row, coeffSlices: parts, coeffShapes } = ravelCoeffs(coeffs, { axes: [1, 2] });
    expectTypeOf(row).toEqualTypeOf<Float32Array>();
    const unraveled = unravelCoeffs(row, parts, coeffShapes, { outputFormat: "wavedec2" });
    expectTypeOf(unraveled).toEqualTypeOf<Coeffs2<NdArray<Float32Array>>>();
    expect(unraveled).toEqual(coeffs);
  });

  it("wavedecn of a vector gives vectors, of a pair pairs", () => {
    const coeffs = wavedecn(signal(12, 1), "haar", { level: 2 });
    const { coeffArr, coeffSlices, coeffShapes } = ravelCoeffs(coeffs);
    const back = unravelCoeffs(coeffArr, coeffSlices, coeffShapes);
    expect(back).toEqual(coeffs);
    expect(waverecn(back, "haar")).toBeAllclose(signal(12, 1), 1e-12);
    const pair = ravelCoeffs(wavedec({ re: [1, 2, 3], im: [4, 5, 6] }, "haar"));
    expectTypeOf(pair.coeffArr).toEqualTypeOf<Complex<Float64Array>>();
    expect(pair.coeffArr.re.length).toBe(4);
  });

  it("the trimmed stationary transform ravels", () => {
    const coeffs = swt(signal(16, 2), "db2", { level: 2, trimApprox: true });
    const { coeffArr, coeffSlices, coeffShapes } = ravelCoeffs(coeffs);
    expect(coeffArr.length).toBe(48);
    expect(unravelCoeffs(coeffArr, coeffSlices, coeffShapes, { outputFormat: "swt" })).toEqual(coeffs);
  });
});

interface Packed {
  shape: number[];
  wavelet: string;
  mode: Mode;
  level: number;
  axes: number[];
  packed: number[];
  shapes: PerBand<number[]>;
  size: number;
  slices: PerBand<Block>;
  parts: PerBand<Slice>;
}

it("PyWavelets' layouts, slices, shapes and sizes", () => {
  const cases = JSON.parse(
    readFileSync(new URL("./golden/packing.json", import.meta.url), "utf8"),
  ) as Packed[];
  const found: number[] = [];
  for (const { shape, wavelet, mode, level: depth, axes, packed, shapes, size, slices, parts } of cases) {
    expect(wavedecnShapes(shape, wavelet, { mode, level: depth, axes })).toEqual(shapes);
    expect(wavedecnSize(shapes)).toBe(size);
    let seed = 1;
    const coeffs = mapBands(shapes, (of) => block(of, seed++));
    const { coeffArr, coeffSlices } = coeffsToArray(coeffs, { padding: -2, axes });
    expect(coeffArr.shape).toEqual(packed);
    expect(coeffSlices).toEqual(slices);
    const raveled = ravelCoeffs(coeffs, { axes });
    expect(raveled.coeffSlices).toEqual(parts);
    expect(raveled.coeffShapes).toEqual(shapes);
    found.push(...coeffArr.data, ...raveled.coeffArr);
  }
  expect(found).toBeAllclose(float64s("packing.f64"), 0);
});

describe("layout", () => {
  const ones = (value: number) => ndarray(Float64Array.of(value), [1, 1]);
  const two: Coeffs2<NdArray<Float64Array>> = [ones(1), { cH: ones(2), cV: ones(3), cD: ones(4) }];

  it("cH is bottom left and cV top right; raveled in the order ad, da, dd", () => {
    expect([...coeffsToArray(two).coeffArr.data]).toEqual([1, 3, 2, 4]);
    expect(coeffsToArray(two).coeffSlices[1]).toEqual({
      ad: [
        [0, 1],
        [1, 2],
      ],
      da: [
        [1, 2],
        [0, 1],
      ],
      dd: [
        [1, 2],
        [1, 2],
      ],
    });
    expect([...ravelCoeffs(two).coeffArr]).toEqual([1, 3, 2, 4]);
    const disordered = [ones(1), { dd: ones(4), da: ones(2), ad: ones(3) }] as const;
    expect([...ravelCoeffs(disordered).coeffArr]).toEqual([1, 3, 2, 4]);
  });

  it("padding fills the gaps, null forbids them", () => {
    const coeffs = wavedec2(block([5, 5]), "db2", { level: 2 });
    const { coeffArr } = coeffsToArray(coeffs, { padding: 9 });
    expect(coeffArr.data.filter((value) => value === 9).length).toBe(coeffArr.size - wavedecnSize(coeffs));
    expect(() => coeffsToArray(coeffs, { padding: null })).toThrow("leave gaps in an array of shape");
    const pair = { re: ones(1), im: ones(2) };
    const sparse = coeffsToArray([pair, { dd: pair }], { padding: 9 }).coeffArr;
    expect([[...sparse.re.data], [...sparse.im.data]]).toEqual([
      [1, 9, 9, 1],
      [2, 0, 0, 2],
    ]);
  });

  it("nothing is shared with what was given", () => {
    const cA = Float64Array.of(1, 2);
    const { coeffArr, coeffSlices } = coeffsToArray([cA]);
    expect(coeffArr).not.toBe(cA);
    const [copy] = arrayToCoeffs(coeffArr, coeffSlices);
    copy[0] = 7;
    expect(coeffArr[0]).toBe(1);
    const raveled = ravelCoeffs([cA]);
    const [second] = unravelCoeffs(raveled.coeffArr, raveled.coeffSlices, raveled.coeffShapes, {
      outputFormat: "wavedec",
    });
    second[0] = 7;
    expect([raveled.coeffArr[0], cA[0]]).toEqual([1, 1]);
  });

  it("strided arrays are read, float32 stays float32", () => {
    const turned = ndarray(Float32Array.of(1, 2, 3, 4), [2, 2], [1, 2]);
    const { coeffSlices } = coeffsToArray(two);
    const [cA, { cH, cV }] = arrayToCoeffs(turned, coeffSlices, { outputFormat: "wavedec2" }) as [
      NdArray<Float32Array>,
      Coeffs2<NdArray<Float32Array>>[1] & object,
    ];
    expect([cA.data[0], cH.data[0], cV.data[0]]).toEqual([1, 2, 3]);
    expect(cA.dtype).toBe("float32");
  });

  it("shapes are those of wavedecn, whatever the wavelets and modes of the axes", () => {
    const options = { mode: ["periodization", "zero"] as Mode[], axes: [2, 0] };
    const coeffs = wavedecn(block([12, 3, 40]), ["db6", "haar"], options);
    const shapes = mapBands(coeffs, ({ shape }) => shape);
    expect(wavedecnShapes([12, 3, 40], ["db6", "haar"], options)).toEqual(shapes);
    expect(coeffs.length).toBe(2);
  });
});

describe("errors", () => {
  const cA = Float64Array.of(1, 2);
  const square = block([2, 2]);
  const { coeffArr, coeffSlices } = coeffsToArray([cA, cA]);
  const raveled = ravelCoeffs([cA, cA]);
  const table: [string, () => unknown, string, WaveletErrorReason][] = [
    ["no list", () => coeffsToArray(cA as never), "coeffs must be a list", "data"],
    ["an empty list", () => ravelCoeffs([] as never), "got an empty one", "data"],
    ["no approximation", () => coeffsToArray([null, cA] as never), "coeffs[0] must be", "data"],
    ["a missing detail", () => coeffsToArray([cA, null] as never), "coeffs[1].d must be", "data"],
    [
      "a missing band",
      () => ravelCoeffs([square, { cH: square, cV: square }] as never),
      "coeffs[1].dd must be",
      "data",
    ],
    ["an empty level", () => ravelCoeffs([square, { dd: square }, {}]), "give at least one", "data"],
    [
      "keys of two lengths",
      () => ravelCoeffs([cA, { d: cA }, { dd: cA }]),
      'coeffs[2] has a key "dd"',
      "data",
    ],
    ["the lowest key", () => ravelCoeffs([square, { aa: square }]), 'a key "aa"', "data"],
    ["other keys", () => ravelCoeffs([cA, { x: cA }]), "coeffs[1].d must be", "data"],
    [
      "two shapes in a level",
      () => ravelCoeffs([square, { ad: square, dd: block([2, 3]) }]),
      "one shape",
      "shape",
    ],
    ["another rank", () => ravelCoeffs([square, { dd: cA }]), "as many axes as coeffs[0]", "shape"],
    ["wavedec of a matrix", () => ravelCoeffs([square, square]), "give these in axes", "axis"],
    ["too many axes", () => coeffsToArray([cA, cA], { axes: [0, 0] }), "different ones", "axis"],
    [
      "axes of other number",
      () => coeffsToArray([square, { d: square }], { axes: [0, 1] }),
      "for each of 1 axes",
      "axis",
    ],
    [
      "a wrong axis",
      () => coeffsToArray([square, { d: square }], { axes: [2] }),
      "has the axes -2 to 1",
      "axis",
    ],
    ["longer details", () => coeffsToArray([cA, Float64Array.of(1, 2, 3)]), "does not fit beside", "shape"],
    [
      "another length of a batch",
      () => coeffsToArray([square, { d: block([2, 3]) }], { axes: [0] }),
      "does not fit beside",
      "shape",
    ],
    ["complex details", () => coeffsToArray([cA, { re: cA, im: cA }]), "coeffs[1] is complex", "data"],
    [
      "a padding",
      () => coeffsToArray([cA], { padding: "0" as never }),
      "padding must be a number or null",
      "data",
    ],
    [
      "a format",
      () => arrayToCoeffs(coeffArr, coeffSlices, { outputFormat: "swt" as never }),
      "formats are wavedec, wavedec2, wavedecn",
      "data",
    ],
    [
      "keys of another format",
      () => arrayToCoeffs(coeffArr, coeffSlices, { outputFormat: "wavedec2" }),
      "needs the keys ad, da and dd",
      "data",
    ],
    ["no slices", () => arrayToCoeffs(coeffArr, [] as never), "coeffSlices must be a list", "data"],
    ["a slice too long", () => arrayToCoeffs(cA, coeffSlices), "0 ≤ start < stop ≤ 2; got [2, 4]", "shape"],
    [
      "slices of another rank",
      () => arrayToCoeffs(square, coeffSlices),
      "a slice for each of the 2 axes",
      "shape",
    ],
    [
      "a matrix to unravel",
      () => unravelCoeffs(square, raveled.coeffSlices, raveled.coeffShapes),
      "arr must be a vector",
      "shape",
    ],
    [
      "fewer shapes",
      () => unravelCoeffs(coeffArr, raveled.coeffSlices, [[2]]),
      "must have one length, got 2 and 1",
      "shape",
    ],
    [
      "another shape",
      () => unravelCoeffs(coeffArr, raveled.coeffSlices, [[2], { d: [3] }]),
      "do not fill the shape [3]",
      "shape",
    ],
    [
      "no shape",
      () => unravelCoeffs(coeffArr, raveled.coeffSlices, [[2], {}]),
      "coeffShapes[1].d must be a list of lengths",
      "shape",
    ],
    [
      "vectors asked of matrices",
      () => unravelCoeffs(coeffArr, raveled.coeffSlices, [[2], { d: [2, 1] }], { outputFormat: "swt" }),
      'outputFormat "swt" is for vectors',
      "shape",
    ],
    ["an empty shape", () => wavedecnShapes([], "haar"), "shape must be a list of lengths", "shape"],
    [
      "a length of 0",
      () => wavedecnShapes([4, 0], "haar"),
      "shape[1] must be an integer from 1 on",
      "length",
    ],
    ["an axis twice", () => wavedecnShapes([4, 4], "haar", { axes: [0, -2] }), "different ones", "axis"],
    [
      "a level below 0",
      () => wavedecnShapes([4], "haar", { level: -1 }),
      "level must be an integer from 0 on",
      "length",
    ],
    ["a size of nothing", () => wavedecnSize([[4], { d: null }] as never), "shapes[1].d must be", "data"],
  ];

  it.each(table)("%s", (_, call, message, reason) => {
    expect(call).toThrow(message);
    expect(call).toThrow(WaveletError);
    try {
      call();
    } catch (error) {
      expect((error as WaveletError).reason).toBe(reason);
    }
  });

  it("too deep a level is said", () => {
    expect(wavedecnShapes([4], "db4", { level: 1 })).toEqual([[5], { d: [5] }]);
    expect(console.warn).toHaveBeenCalledOnce();
  });
});

/** Coefficients as plain values, of any form. */
function plain(coeffs: unknown): unknown {
  return JSON.parse(
    JSON.stringify(coeffs, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as never) : value,
    ),
  );
}
