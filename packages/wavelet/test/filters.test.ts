import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import { dwt, idwt } from "../src/dwt";
import { WaveletError } from "../src/errors";
import { orthogonalFilterBank, qmf } from "../src/filters";
import { wavelet } from "../src/wavelet";
import { float64s, signal } from "./golden";

const taps = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("properties", () => {
  it("qmf twice is the filter, with the other sign if its length is even, and orthogonal to it then", () => {
    fc.assert(
      fc.property(taps, (filter) => {
        const sign = filter.length % 2 === 0 ? -1 : 1;
        expect(qmf(qmf(filter))).toBeAllclose(
          filter.map((tap) => sign * tap),
          0,
        );
        if (sign === -1) {
          const mirror = qmf(filter);
          const terms = filter.map((tap, k) => tap * mirror[k]!);
          const product = terms.reduce((sum, term) => sum + term, 0);
          expect(Math.abs(product)).toBeLessThanOrEqual(1e-12 * Math.max(1, ...terms.map(Math.abs)));
        }
      }),
    );
  });

  it.each(["haar", "db7", "sym5", "coif3"])(
    "the bank of %s's scaling filter, of any scale, is %s",
    (name) => {
      const known = wavelet(name);
      const bank = orthogonalFilterBank(known.recLo.map((tap) => -3 * tap));
      for (const key of ["decLo", "decHi", "recLo", "recHi"] as const) {
        expect(bank[key]).toBeAllclose(known[key], 1e-10);
      }
    },
  );

  it("is a wavelet that reconstructs", () => {
    const bank = orthogonalFilterBank([
      1 + Math.sqrt(3),
      3 + Math.sqrt(3),
      3 - Math.sqrt(3),
      1 - Math.sqrt(3),
    ]);
    expectTypeOf(bank.decLo).toEqualTypeOf<Float64Array>();
    const x = signal(30, 1);
    const { cA, cD } = dwt(x, bank);
    expect(cA).toBeAllclose(dwt(x, "db2").cA, 1e-12);
    expect(idwt(cA, cD, bank)).toBeAllclose(x, 1e-12);
  });
});

it("PyWavelets' numbers", () => {
  const found: number[] = [];
  for (const n of [1, 2, 5, 8]) found.push(...qmf(signal(n, n)));
  for (const n of [2, 6, 20]) {
    const { decLo, decHi, recLo, recHi } = orthogonalFilterBank(signal(n, n).map((tap) => tap + 2));
    found.push(...decLo, ...decHi, ...recLo, ...recHi);
  }
  expect(found).toBeAllclose(float64s("filters.f64"), 1e-14);
});

it("forms: float32, pairs and ndarrays stay, the filter is left alone", () => {
  const filter = Float32Array.of(1, 2, 3);
  expect(qmf(filter)).toEqual(Float32Array.of(3, -2, 1));
  expect(filter).toEqual(Float32Array.of(1, 2, 3));
  expect(qmf({ re: [1, 2], im: [3, 4] })).toEqual({ re: Float64Array.of(2, -1), im: Float64Array.of(4, -3) });
  const strided = ndarray(Float64Array.of(1, 0, 2, 0), [2], [2]);
  expect(qmf(strided).data).toEqual(Float64Array.of(2, -1));
  expect(orthogonalFilterBank(filter.subarray(0, 2)).recLo).toBeInstanceOf(Float64Array);
});

it("errors", () => {
  expect(() => qmf([])).toThrow(WaveletError);
  expect(() =>
    qmf([
      [1, 2],
      [3, 4],
    ]),
  ).toThrow("filter must be a vector, got shape [2, 2]");
  expect(() => orthogonalFilterBank([1, 2, 3])).toThrow("an even number of real taps; got 3");
  expect(() => orthogonalFilterBank({ re: [1, 1], im: [0, 1] })).toThrow("complex");
  // @ts-expect-error a name is no filter
  expect(() => qmf("db2")).toThrow(WaveletError);
});
