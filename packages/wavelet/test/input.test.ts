import ndarray, { type NdArray } from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  dwt,
  dwt2,
  dwtCoeffLen,
  dwtMaxLevel,
  dwtn,
  idwt,
  idwt2,
  type Mode,
  swt,
  WaveletError,
  type WaveletErrorReason,
  wavedec,
  wavedec2,
  wavedecn,
  wavelet,
  wavelist,
} from "../src/index";
import { expectError } from "./throws";

describe("forms of data", () => {
  it("float32 stays, all else becomes float64", () => {
    const single = dwt(Float32Array.of(1, 2, 3), "haar");
    expectTypeOf(single.cA).toEqualTypeOf<Float32Array>();
    expect(single.cA).toBeInstanceOf(Float32Array);
    for (const data of [
      [1, 2, 3],
      Int32Array.of(1, 2, 3),
      Uint8Array.of(1, 2, 3),
      Float64Array.of(1, 2, 3),
    ]) {
      const { cA } = dwt(data, "haar");
      expectTypeOf(cA).toEqualTypeOf<Float64Array>();
      expect(cA).toBeInstanceOf(Float64Array);
      expect(cA).toBeAllclose([3 * Math.SQRT1_2, 6 * Math.SQRT1_2], 1e-15);
    }
  });

  it("an ndarray gives an ndarray, whatever its strides and type", () => {
    const x = ndarray(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [4, 6],
    );
    const { cA } = dwt(x, "haar");
    expectTypeOf(cA).toEqualTypeOf<NdArray<Float32Array>>();
    expect([cA.shape, cA.dtype]).toEqual([[4, 3], "float32"]);
    const part = dwt(x.lo(1, 1).hi(2, 4).step(1, 2), "haar").cA;
    expect(part.shape).toEqual([2, 1]);
    expect(part.data).toBeAllclose([(7 + 9) * Math.SQRT1_2, (13 + 15) * Math.SQRT1_2], 1e-6);
    expect(dwt(ndarray(Int16Array.of(1, 2, 3, 4), [2, 2]), "haar").cA.dtype).toBe("float64");
    expect(dwt(ndarray([1, 2, 3, 4], [2, 2]), "haar").cA.data).toBeAllclose(
      [3 * Math.SQRT1_2, 7 * Math.SQRT1_2],
      1e-15,
    );
    const generic = { get: (i: number) => i * i, set: () => 0, length: 4 };
    expect(dwt(ndarray(generic, [2, 2]), "haar").cA.data).toBeAllclose(
      [Math.SQRT1_2, 13 * Math.SQRT1_2],
      1e-15,
    );
    const offset = ndarray(Float64Array.of(9, 9, 1, 3), [2], [1], 2);
    expect(dwt(offset, "haar").cA.data).toBeAllclose([4 * Math.SQRT1_2], 1e-15);
  });

  it("nested arrays give an ndarray of float64", () => {
    const { cA } = dwt(
      [
        [1, 2],
        [3, 4],
      ],
      "haar",
      { axis: 0 },
    );
    expectTypeOf(cA).toEqualTypeOf<NdArray<Float64Array>>();
    expect([...cA.data].map((value) => value * Math.SQRT2)).toEqual([
      expect.closeTo(4, 12),
      expect.closeTo(6, 12),
    ]);
  });

  it("leaves the data alone", () => {
    const x = Float64Array.of(5, 1, 4, 2);
    const { cA, cD } = dwt(x, "db2");
    const bands = [cA.slice(), cD.slice()];
    idwt(cA, cD, "db2");
    expect([...x]).toEqual([5, 1, 4, 2]);
    expect([cA, cD]).toEqual(bands);
  });

  it("a band that is missing stands for zeros; one double makes all double", () => {
    const zero = new Float32Array(3);
    const one = Float32Array.of(1, 2, 3);
    expect(idwt(one, null, "db2")).toEqual(idwt(one, zero, "db2"));
    expect(idwt(undefined, one, "db2")).toEqual(idwt(zero, one, "db2"));
    const wide: Float32Array | Float64Array = idwt<Float32Array | Float64Array>(
      one,
      Float64Array.of(0, 0, 0),
      "db2",
    );
    expect(wide).toBeInstanceOf(Float64Array);
    const band = ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]);
    const none = ndarray(new Float64Array(4), [2, 2]);
    expect(idwt2({ cH: band }, "haar").data).toEqual(
      idwt2({ cA: none, cH: band, cV: none, cD: none }, "haar").data,
    );
  });

  it("takes any object with four filters, and upper-case names", () => {
    const { decLo, decHi, recLo, recHi } = wavelet("sym4");
    const bank = { decLo: [...decLo], decHi, recLo, recHi };
    expect(dwt([1, 2, 3, 4, 7], bank)).toEqual(dwt([1, 2, 3, 4, 7], "SYM4"));
    expect(wavelet("DB2").name).toBe("db2");
  });

  it("named filters cannot be spoilt by a caller", () => {
    const before = dwt([1, 2, 3], "db2").cA;
    wavelet("db2").decLo.fill(0);
    expect(dwt([1, 2, 3], "db2").cA).toEqual(before);
  });

  it("NaN and infinity reach only the coefficients that see them", () => {
    const x = new Float64Array(16);
    x[0] = Number.NaN;
    x[15] = Number.POSITIVE_INFINITY;
    const { cA } = dwt(x, "db2", { mode: "zero" });
    expect(Number.isNaN(cA[0])).toBe(true);
    expect([...cA.subarray(2, 7)]).toEqual([0, 0, 0, 0, 0]);
    expect(Number.isFinite(cA[8])).toBe(false);
    const { cA: rows } = dwt(ndarray(Float64Array.from([...x, ...x]), [2, 16]).transpose(1, 0), "db2", {
      mode: "zero",
      axis: 0,
    });
    expect(rows.get(4, 1)).toBe(0);
    expect(rows.get(0, 1)).toBeNaN();
  });
});

describe("errors say what is allowed", () => {
  // The value as what its place wants, whatever it is.
  const bad = <T = number[]>(value: unknown) => value as T;
  const filters = wavelet("db2");
  const cases: [string, WaveletErrorReason, () => unknown, string | RegExp][] = [
    [
      "wavelet",
      "wavelet",
      () => wavelet("db99"),
      'wavelet: no wavelet named "db99"; daubechies has db1–db38',
    ],
    ["biorthogonal wavelet", "wavelet", () => dwt([1, 2], "bior2.9"), /biorthogonal has bior1.1 bior1.3/],
    [
      "no family's wavelet",
      "wavelet",
      () => dwt([1, 2], "morse"),
      /"morse"; there are haar, db1–db38, sym2–sym20/,
    ],
    ["object key", "wavelet", () => wavelet("constructor"), /no wavelet named/],
    ["no wavelet", "wavelet", () => dwt([1, 2], bad(undefined)), /a name or an object with decLo/],
    ["wavelet of a number", "wavelet", () => wavelet(bad(3)), /no wavelet named 3; there are/],
    [
      "odd filters",
      "wavelet",
      () => dwt([1, 2], { ...filters, decLo: [1, 2, 3] }),
      /one even length, 8192 at most; got decLo 3/,
    ],
    [
      "text as taps",
      "wavelet",
      () => dwt([1, 2], { ...filters, decLo: bad(["a", 0, 0, 0]) }),
      /tap 0 is "a"/,
    ],
    ["family", "wavelet", () => wavelist("daub"), /no family "daub"; the families are haar, db/],
    [
      "mode",
      "mode",
      () => dwt([1, 2], "haar", { mode: bad("sym") }),
      /no mode "sym"; the modes are zero, constant/,
    ],
    ["empty vector", "data", () => dwt([], "haar"), "wavelet: data is empty (shape [0])"],
    [
      "empty matrix",
      "data",
      () => dwt(ndarray(new Float64Array(0), [0, 3]), "haar"),
      /data is empty \(shape \[0, 3\]\)/,
    ],
    [
      "text",
      "data",
      () => dwt(bad<number[]>("1 2 3"), "haar"),
      /must be a typed array, an array of numbers or an ndarray; got "1 2 3"/,
    ],
    ["nothing", "data", () => dwt(bad<number[]>(null), "haar"), /got null/],
    [
      "text inside",
      "data",
      () => dwt(bad<number[]>([1, "2"]), "haar"),
      'data must hold numbers; entry [1] is "2"',
    ],
    ["holes", "data", () => dwt(bad<number[]>(new Array(3)), "haar"), "entry [0] is undefined"],
    ["bigints", "data", () => dwt(bad<number[]>(BigInt64Array.of(1n, 2n)), "haar"), /must be a typed array/],
    [
      "text in an ndarray",
      "data",
      () => dwt(bad<number[]>(ndarray(bad<number[]>([1, "2"]), [2])), "haar"),
      'entry [1] is "2"',
    ],
    [
      "text in a transposed ndarray",
      "data",
      () => dwt(ndarray(bad<number[]>([1, 2, 3, "4", 5, 6]), [3, 2]).transpose(1, 0), "haar"),
      'entry [1, 1] is "4"',
    ],
    [
      "buffer too short",
      "data",
      () => dwt(ndarray(new Float64Array(3), [2, 2]), "haar"),
      "entry [1, 1] is undefined",
    ],
    ["ragged rows", "data", () => dwt2([[1, 2], [3]], "haar"), "shape [2, 2]; [1] has 1 entries"],
    [
      "one sample reflected",
      "data",
      () => dwt([1], "db2", { mode: "reflect" }),
      /give at least 2 along axis 0/,
    ],
    [
      "axis",
      "axis",
      () => dwt([1, 2], "haar", { axis: 1 }),
      "1-dimensional data has the axes -1 to 0, got 1",
    ],
    ["half an axis", "axis", () => dwt([1, 2], "haar", { axis: 0.5 }), /got 0.5/],
    ["vector for dwt2", "axis", () => dwt2([1, 2], "haar"), /2 dimensions or more/],
    [
      "one axis for dwt2",
      "axis",
      () => dwt2([[1]], "haar", { axes: bad([0]) }),
      /two integers such as \[-2, -1\], got \[0\]/,
    ],
    ["no coefficients", "data", () => idwt(null, null, "haar"), "give at least one of cA and cD"],
    [
      "shapes",
      "shape",
      () => idwt([1, 2], [1], "haar"),
      "cA and cD must have one shape; cA has [2] and cD [1]",
    ],
    [
      "too few",
      "shape",
      () => idwt([1], [1], "db4"),
      /1 coefficients along axis 0 are too few for a filter of 8 taps; give at least 4/,
    ],
    [
      "shapes for idwt2",
      "shape",
      () => idwt2({ cA: [[1]], cD: [[1, 2]] }, "haar"),
      /cA has \[1, 1\] and cD \[1, 2\]/,
    ],
    ["no bands", "data", () => idwt2(bad(null), "haar"), /object \{ cA, cH, cV, cD \}; got null/],
    ["length", "length", () => dwtCoeffLen(0, 4, "zero"), "dataLength must be an integer from 1 on, got 0"],
    [
      "filter length",
      "length",
      () => dwtMaxLevel(10, 1),
      "the filter's length must be an integer from 2 on, got 1",
    ],
  ];

  it.each(cases)("%s", (_, reason, run, message) => expectError(reason, run, message));

  it("options by position, as in Python, are refused", () => {
    const positional = "periodization" as unknown as object;
    const data = [1, 2, 3, 4];
    for (const transform of [dwt, wavedec, swt]) {
      expect(() => transform(data, "haar", positional)).toThrow(
        /options go into an object.*got "periodization"/,
      );
    }
    for (const transform of [dwt2, wavedec2, dwtn, wavedecn]) {
      expect(() => transform([data, data], "haar", positional)).toThrow(/options go into an object/);
    }
  });

  it("other errors are none of ours", () => {
    expect(WaveletError.isInstance(new Error("wavelet: x"))).toBe(false);
  });

  it("a mode is a mode", () => {
    expectTypeOf<Mode>().toExtend<string>();
  });
});
