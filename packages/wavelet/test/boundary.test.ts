import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  boundaryDwt,
  boundaryIdwt,
  boundaryWavedec,
  boundaryWavedec2,
  boundaryWaverec,
  boundaryWaverec2,
} from "../src/boundary";
import { boundaryFilters } from "../src/core/boundary/filters";
import { dwt, type FilterBank, WaveletError, type WaveletErrorReason, wavelet, wavelist } from "../src/index";
import { records, signal } from "./golden";

const exact = wavelist({ kind: "discrete" }).filter((name) => name !== "dmey");
const orthogonal = exact.filter((name) => wavelet(name).orthogonal);
const biorthogonal = exact.filter((name) => !wavelet(name).orthogonal);

/** How far the taps of a wavelet are from duality: sym20's the most, of the orthogonal ones. */
const byTaps = 2e-11;

/** The columns of the transform along with those of its inverse, cA before cD. */
function matrices(name: string, n: number): { analysis: Float64Array[]; inverse: Float64Array[] } {
  const units = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => +(i === j)));
  return {
    analysis: units.map((unit) => {
      const { cA, cD } = boundaryDwt(unit, name);
      return Float64Array.of(...cA, ...cD);
    }),
    inverse: units.map((unit) => boundaryIdwt(unit.slice(0, n / 2), unit.slice(n / 2), name)),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const energy = (...parts: Float64Array[]) => parts.reduce((sum, part) => sum + dot(part, part), 0);

function transposed(columns: readonly Float64Array[]): Float64Array[] {
  return columns.map((_, i) => Float64Array.from(columns, (column) => column[i]!));
}

const difference = (a: Float64Array, b: Float64Array) => largest(a.map((value, i) => value - b[i]!));

/** The largest entry of the products of all with all, less the identity. */
function offIdentity(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return largest(a.map((one, i) => largest(b.map((other, j) => dot(one, other) - +(i === j)))));
}

function largest(values: ArrayLike<number>): number {
  let found = 0;
  for (let i = 0; i < values.length; i++) found = Math.max(found, Math.abs(values[i]!));
  return found;
}

describe("the matrix of one level", () => {
  // The filter just fits; the two ends share samples; they do not.
  const lengths = (taps: number) => [taps, taps + 6, 2 * taps + 2];

  it.each(orthogonal)("is orthogonal, and its inverse the transpose: %s", (name) => {
    for (const n of lengths(wavelet(name).length)) {
      const { analysis, inverse } = matrices(name, n);
      expect(offIdentity(analysis, analysis)).toBeLessThan(name.startsWith("sym") ? byTaps : 2e-14);
      const rows = transposed(analysis);
      expect(largest(rows.map((row, i) => difference(row, inverse[i]!)))).toBeLessThan(1e-15);
    }
  });

  it.each(biorthogonal)("has an exact inverse, and neither has large entries: %s", (name) => {
    const tolerance = /^(bior|rbio)[123]/.test(name) ? 2e-14 : byTaps;
    for (const n of lengths(wavelet(name).length)) {
      const { analysis, inverse } = matrices(name, n);
      expect(offIdentity(transposed(analysis), inverse)).toBeLessThan(tolerance);
      expect(largest([...analysis, ...inverse].map(largest))).toBeLessThan(2);
    }
  });

  it.each(exact)("has dwt's coefficients inside: %s", (name) => {
    const half = wavelet(name).length / 2;
    const x = signal(4 * half + 22, 5);
    const plain = dwt(x, name, { mode: "zero" });
    const bounded = boundaryDwt(x, name);
    const { left } = boundaryFilters(wavelet(name));
    for (const [band, whole, { count }] of [
      [bounded.cA, plain.cA, left.lo],
      [bounded.cD, plain.cD, left.hi],
    ] as const) {
      expect(band).toHaveLength(x.length / 2);
      const inside = x.length / 2 - (half - 1);
      expect(band.subarray(count, count + inside)).toEqual(whole.subarray(half - 1, half - 1 + inside));
    }
  });

  it("is haar's dwt, which needs no boundary filters", () => {
    const x = signal(30, 1);
    expect(boundaryDwt(x, "haar")).toEqual(dwt(x, "haar"));
  });

  it("of db2 has the cut off high-pass filter, normalised, at the left and the low-pass one at the right", () => {
    const { decLo, decHi } = wavelet("db2");
    const { cA, cD } = boundaryDwt([1, 2, 3, 5], "db2");
    expect(cD[0]).toBeCloseTo((decHi[1]! + 2 * decHi[0]!) / Math.hypot(decHi[0]!, decHi[1]!), 14);
    expect(cA[1]).toBeCloseTo((3 * decLo[3]! + 5 * decLo[2]!) / Math.hypot(decLo[2]!, decLo[3]!), 14);
  });

  it("of dmey is as good as its taps", () => {
    const x = signal(200, 3);
    const { cA, cD } = boundaryDwt(x, "dmey");
    expect(boundaryIdwt(cA, cD, "dmey")).toBeAllclose(x, 2e-2);
  });
});

it("has the numbers of dense matrices made by LAPACK", () => {
  const golden = records("boundary.f64");
  for (const name of ["haar", "db2", "db3", "db7", "db20", "sym5", "sym8", "coif2", "coif5"]) {
    for (const n of [40, 64]) {
      const { cA, cD } = boundaryDwt(signal(n, n), name);
      for (const band of [cA, cD]) golden.check(band, name.startsWith("sym") ? 1e-11 : 1e-12, `${name} ${n}`);
    }
  }
  for (const [name, n] of [
    ["db2", 64],
    ["sym4", 80],
    ["coif1", 61],
  ] as const) {
    for (const band of boundaryWavedec(signal(n, n), name, { level: 3 })) golden.check(band, 1e-11, name);
  }
  golden.end();
});

describe("several levels", () => {
  const anyWavelet = fc.constantFrom(...exact);
  const samples = (n: number) =>
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n });

  it("reconstruct vectors of any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }).chain(samples), anyWavelet, (x, name) => {
        const coeffs = boundaryWavedec(x, name);
        expect(boundaryWaverec(coeffs, name, { length: x.length })).toBeAllclose(x, 1e-9);
        const padded = coeffs.length > 1 ? x.length + (x.length % 2) : x.length;
        expect(boundaryWaverec(coeffs, name)).toHaveLength(padded);
      }),
      { numRuns: 200 },
    );
  });

  it("keep the energy of even lengths with orthogonal wavelets", () => {
    fc.assert(
      fc.property(fc.constantFrom(...orthogonal), fc.integer({ min: 1, max: 3 }), (name, level) => {
        const x = signal(2 ** level * wavelet(name).length, level);
        const coeffs = boundaryWavedec(x, name, { level });
        expect(coeffs).toHaveLength(level + 1);
        expect(coeffs.reduce((sum, band) => sum + band.length, 0)).toBe(x.length);
        expect(energy(...coeffs) / energy(x)).toBeCloseTo(1, 9);
      }),
      { numRuns: 60 },
    );
  });

  it("have the inverse as adjoint: ⟨Ax, c⟩ = ⟨x, A⁻¹c⟩", () => {
    const x = signal(160, 1);
    for (const name of ["db4", "sym6", "coif2"]) {
      const bands = boundaryWavedec(x, name, { level: 3 });
      const others = bands.map((band, i) => signal(band.length, i + 2));
      const left = bands.reduce((sum, band, i) => sum + dot(band, others[i]!), 0);
      expect(left).toBeCloseTo(dot(x, boundaryWaverec(others, name)), 9);
    }
  });

  it("go as deep as the filter fits, by default", () => {
    const lengths = (n: number, name: string) =>
      boundaryWavedec(signal(n, 1), name).map((band) => band.length);
    expect(lengths(64, "haar")).toEqual([1, 1, 2, 4, 8, 16, 32]);
    expect(lengths(64, "db2")).toEqual([2, 2, 4, 8, 16, 32]);
    expect(lengths(29, "db2")).toEqual([2, 2, 4, 8, 15]);
    expect(lengths(7, "db4")).toEqual([7]);
  });

  it("are one level after the other", () => {
    const x = signal(90, 2);
    const first = boundaryDwt(x, "sym4");
    const second = boundaryDwt(first.cA, "sym4");
    expect(boundaryWavedec(x, "sym4", { level: 2 })).toEqual([second.cA, second.cD, first.cD]);
  });

  it("repeat the last sample of an odd length", () => {
    const x = signal(31, 4);
    expect(boundaryDwt(x, "db3")).toEqual(boundaryDwt([...x, x[30]!], "db3"));
  });

  it("of 0 levels copy the data", () => {
    const x = signal(9, 1);
    const [copy] = boundaryWavedec(x, "db4", { level: 0 });
    expect(copy).toEqual(x);
    expect(copy!.buffer).not.toBe(x.buffer);
    const back = boundaryWaverec([x], "db4", { length: 9 });
    expect(back).toEqual(x);
    expect(back.buffer).not.toBe(x.buffer);
  });

  it("take missing bands for zeros", () => {
    const coeffs = boundaryWavedec(signal(64, 6), "bior4.4", { level: 2 });
    const zeros = coeffs.map((band) => new Float64Array(band.length));
    const [cA, cD2, cD1] = coeffs;
    expect(boundaryWaverec([cA, null, undefined], "bior4.4")).toEqual(
      boundaryWaverec([cA!, zeros[1]!, zeros[2]!], "bior4.4"),
    );
    expect(boundaryWaverec([null, cD2, cD1], "bior4.4")).toEqual(
      boundaryWaverec([zeros[0]!, cD2!, cD1!], "bior4.4"),
    );
    expect(boundaryIdwt(null, cD1, "bior4.4")).toEqual(boundaryIdwt(zeros[2], cD1, "bior4.4"));
  });
});

describe("axes and forms of data", () => {
  const cube = ndarray(signal(9 * 14 * 11, 3), [9, 14, 11]);
  const flat = (x: NdArray<Float64Array>) => {
    const out: number[] = [];
    for (let i = 0; i < x.shape[0]!; i++) {
      for (let j = 0; j < x.shape[1]!; j++) for (let k = 0; k < x.shape[2]!; k++) out.push(x.get(i, j, k));
    }
    return Float64Array.from(out);
  };

  it.each([0, 1, 2, -1, -2, -3])("treats every line along axis %i alike", (axis) => {
    const { cA, cD } = boundaryDwt(cube, "sym4", { axis });
    const along = (axis + 3) % 3;
    const line = (x: NdArray<Float64Array>, i: number, j: number) =>
      along === 0 ? x.pick(null, i, j) : along === 1 ? x.pick(i, null, j) : x.pick(i, j, null);
    const [rows, columns] = cube.shape.filter((_, k) => k !== along);
    for (let i = 0; i < rows!; i++) {
      for (let j = 0; j < columns!; j++) {
        const one = boundaryDwt(line(cube, i, j), "sym4");
        for (const [band, whole] of [
          [one.cA, cA],
          [one.cD, cD],
        ] as const) {
          const part = line(whole, i, j);
          expect(Float64Array.from({ length: part.shape[0]! }, (_, k) => part.get(k))).toBeAllclose(
            band.data,
            1e-13,
          );
        }
      }
    }
    const back = boundaryIdwt(cA, cD, "sym4", { axis, length: cube.shape[along]! });
    expect(back.shape).toEqual(cube.shape);
    expect(back.data).toBeAllclose(cube.data, 1e-11);
  });

  it("reads strided and transposed arrays", () => {
    const turned = cube.transpose(2, 0, 1).step(-1, 1, 1);
    const copy = ndarray(flat(turned), turned.shape.slice());
    expect(boundaryDwt(turned, "db3").cD.data).toEqual(boundaryDwt(copy, "db3").cD.data);
  });

  it("keeps float32, and its accuracy", () => {
    const x = signal(300, 7);
    const single = Float32Array.from(x);
    const coeffs = boundaryWavedec(single, "coif2");
    expectTypeOf(coeffs[0]).toEqualTypeOf<Float32Array>();
    for (const [i, band] of boundaryWavedec(x, "coif2").entries()) {
      expect(coeffs[i]).toBeInstanceOf(Float32Array);
      expect(coeffs[i]!).toBeAllclose(band, 1e-5);
    }
    expect(boundaryWaverec(coeffs, "coif2")).toBeInstanceOf(Float32Array);
    expect(boundaryWaverec(coeffs, "coif2")).toBeAllclose(x, 1e-5);
    const mixed = boundaryIdwt<Float32Array | Float64Array>(coeffs.at(-1), new Float64Array(150), "coif2");
    expect(mixed).toBeInstanceOf(Float64Array);
  });

  it("transforms the parts of a complex pair", () => {
    const data = { re: signal(77, 1), im: signal(77, 2) };
    const coeffs = boundaryWavedec(data, "db3", { level: 2 });
    expect(coeffs[1]!.re).toEqual(boundaryWavedec(data.re, "db3", { level: 2 })[1]);
    expect(coeffs[1]!.im).toEqual(boundaryWavedec(data.im, "db3", { level: 2 })[1]);
    const back = boundaryWaverec(coeffs, "db3", { length: 77 });
    expect(back.re).toBeAllclose(data.re, 1e-12);
    expect(back.im).toBeAllclose(data.im, 1e-12);
  });

  it("follows a wavelet whose taps change", () => {
    const bank = { ...wavelet("db2") };
    const before = boundaryDwt(signal(20, 1), bank);
    const other = wavelet("bior3.1");
    for (const key of ["decLo", "decHi", "recLo", "recHi"] as const) bank[key].set(other[key]);
    const after = boundaryDwt(signal(20, 1), bank);
    expect(after).toEqual(boundaryDwt(signal(20, 1), "bior3.1"));
    expect(after).not.toEqual(before);
  });

  it("inverts banks whose two filters are shifted against each other", () => {
    const { SQRT1_2: h } = Math;
    const shifted = { decLo: [h, h, 0, 0], decHi: [0, 0, h, -h], recLo: [0, 0, h, h], recHi: [-h, h, 0, 0] };
    const together = { decLo: [0, 0, h, h], decHi: [0, 0, h, -h], recLo: [h, h, 0, 0], recHi: [-h, h, 0, 0] };
    for (const bank of [shifted, together] satisfies FilterBank[]) {
      const x = signal(12, 1);
      const { cA, cD } = boundaryDwt(x, bank);
      expect(boundaryIdwt(cA, cD, bank)).toBeAllclose(x, 1e-14);
      expect(energy(cA, cD)).toBeCloseTo(energy(x), 12);
    }
  });

  it("passes NaN on, near it only", () => {
    const x = signal(60, 1);
    x[30] = Number.NaN;
    const { cA } = boundaryDwt(x, "db2");
    // db2 has no low-pass boundary filter at the left: cA[i] takes samples 2i to 2i + 3.
    expect(cA.findIndex(Number.isNaN)).toBe(14);
    expect(cA.filter(Number.isNaN)).toHaveLength(2);
  });
});

describe("two axes", () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
  const short = fc.constantFrom("haar", "db2", "db4", "sym5", "coif1", "bior2.2", "bior3.3", "rbio4.4");

  it("reconstruct matrices of any shape, with a wavelet for each", () => {
    fc.assert(
      fc.property(
        shape,
        short,
        short,
        fc.integer({ min: 0, max: 99 }),
        ([rows, columns], down, along, seed) => {
          const x = ndarray(signal(rows * columns, seed), [rows, columns]);
          const coeffs = boundaryWavedec2(x, [down, along]);
          const back = boundaryWaverec2(coeffs, [down, along], { lengths: [rows, columns] });
          expect(back.shape).toEqual([rows, columns]);
          expect(back.data).toBeAllclose(x.data, 1e-10);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("are the two one-dimensional transforms, batched over the others", () => {
    const x = ndarray(signal(12 * 3 * 14, 8), [12, 3, 14]);
    const [cA, details] = boundaryWavedec2(x, ["db2", "sym4"], { level: 1, axes: [0, -1] });
    const { cH, cV, cD } = details!;
    const down = boundaryDwt(x, "db2", { axis: 0 });
    const low = boundaryDwt(down.cA, "sym4");
    const high = boundaryDwt(down.cD, "sym4");
    expect([cA.shape, cH.shape]).toEqual([
      [6, 3, 7],
      [6, 3, 7],
    ]);
    expect([cA.data, cV.data, cH.data, cD.data]).toEqual([
      low.cA.data,
      low.cD.data,
      high.cA.data,
      high.cD.data,
    ]);
  });

  it("keep the energy, and take missing bands for zeros", () => {
    const x = ndarray(signal(32 * 48, 2), [32, 48]);
    const [cA, ...details] = boundaryWavedec2(x, "db3", { level: 2 });
    const bands = [cA, ...details.flatMap(({ cH, cV, cD }) => [cH, cV, cD])];
    expect(energy(...bands.map(({ data }) => data)) / energy(x.data)).toBeCloseTo(1, 12);
    const zero = ndarray(new Float64Array(16 * 24), [16, 24]);
    expect(boundaryWaverec2([cA, details[0]!, {}], "db3").data).toEqual(
      boundaryWaverec2([cA, details[0]!, { cH: zero, cV: null, cD: zero }], "db3").data,
    );
  });
});

describe("errors", () => {
  const x = signal(32, 1);
  const [cA, cD] = boundaryWavedec(x, "db4", { level: 1 }) as [Float64Array, Float64Array];
  const matrix = ndarray(x, [4, 8]);
  // What the types do not allow.
  const wrong = <T>(value: unknown) => value as T;

  it.each<[string, () => unknown, WaveletErrorReason, RegExp]>([
    [
      "too short",
      () => boundaryDwt(x.subarray(0, 7), "db4"),
      "length",
      /8 taps need at least 8 samples along axis 0, got 7/,
    ],
    [
      "too few coefficients",
      () => boundaryIdwt(cA.subarray(0, 3), null, "db4"),
      "length",
      /at least 4 coefficients along axis 0, got 3/,
    ],
    [
      "too deep",
      () => boundaryWavedec(x, "db4", { level: 4 }),
      "length",
      /level 4 is too deep: .* give at most 3/,
    ],
    [
      "too deep along one axis",
      () => boundaryWavedec2(matrix, "db2", { level: 2 }),
      "length",
      /give at most 1/,
    ],
    [
      "negative level",
      () => boundaryWavedec(x, "db4", { level: -1 }),
      "length",
      /level must be an integer from 0/,
    ],
    [
      "fractional level",
      () => boundaryWavedec(x, "db4", { level: 1.5 }),
      "length",
      /level must be an integer from 0/,
    ],
    [
      "wrong length",
      () => boundaryWaverec([cA, cD], "db4", { length: 30 }),
      "length",
      /31 or 32 samples along axis 0; got the length 30/,
    ],
    [
      "odd length of 0 levels",
      () => boundaryWaverec([x], "db4", { length: 31 }),
      "length",
      /come from 32 samples/,
    ],
    [
      "wrong lengths",
      () => boundaryWaverec2([matrix], "haar", { lengths: wrong([4]) }),
      "length",
      /lengths must be two integers/,
    ],
    ["wrong axis", () => boundaryDwt(x, "db4", { axis: 1 }), "axis", /has the axes -1 to 0, got 1/],
    [
      "one axis twice",
      () => boundaryWavedec2(matrix, "haar", { axes: [0, -2] }),
      "axis",
      /must be different ones/,
    ],
    ["a vector in 2-D", () => boundaryWavedec2(x, "haar"), "axis", /2 dimensions or more/],
    ["unknown wavelet", () => boundaryDwt(x, "db99"), "wavelet", /no wavelet named "db99"/],
    ["empty", () => boundaryDwt([], "haar"), "data", /is empty/],
    ["not numbers", () => boundaryDwt(wrong<number[]>(["a", "b"]), "haar"), "data", /must hold numbers/],
    ["different shapes", () => boundaryIdwt(cA, cD.subarray(1), "db4"), "shape", /must have one shape/],
    [
      "details of another length",
      () => boundaryWaverec([cA, x, x], "db4"),
      "shape",
      /details of level 2 have shape \[32\]/,
    ],
    ["bands missing", () => boundaryWaverec([null, null], "db4"), "data", /all are missing/],
    ["no list", () => boundaryWaverec(wrong("x"), "db4"), "data", /must be a list \[cA/],
    [
      "unknown band",
      () => boundaryWaverec2([matrix, wrong({ cX: matrix })], "haar"),
      "data",
      /cH, cV and cD/,
    ],
    [
      "filters that do not reconstruct",
      () => boundaryDwt(x, { ...wavelet("db4"), recLo: wavelet("sym4").recLo }),
      "wavelet",
      /four filters do not reconstruct/,
    ],
    [
      "a tap that is not a number",
      () => boundaryDwt(x, { ...wavelet("db2"), recHi: [0, Number.NaN, 0, 0] }),
      "wavelet",
      /do not reconstruct/,
    ],
  ])("%s", (_, call, reason, message) => {
    expect(call).toThrow(WaveletError);
    expect(call).toThrow(expect.objectContaining({ reason, message: expect.stringMatching(message) }));
  });
});
