import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import {
  dwt,
  dwt2,
  dwtCoeffLen,
  dwtMaxLevel,
  families,
  idwt,
  idwt2,
  type Mode,
  modes,
  wavelet,
  wavelist,
} from "../src/index";
import { facts, float64s, lengths, records, signal } from "./golden";

const precisions = [
  { name: "float64", of: (values: Float64Array): Float32Array | Float64Array => values, tolerance: 1e-12 },
  {
    name: "float32",
    of: (values: Float64Array): Float32Array | Float64Array => Float32Array.from(values),
    tolerance: 1e-5,
  },
];

describe.each(precisions)("PyWavelets' numbers in $name", ({ name: dtype, of, tolerance }) => {
  const array = dtype === "float32" ? Float32Array : Float64Array;

  it("dwt: every wavelet, every mode; shorter than the filter, odd, even", () => {
    const golden = records("dwt.f64");
    for (const name of facts.wavelist) {
      for (const mode of facts.modes as Mode[]) {
        for (const n of lengths(wavelet(name).length)) {
          const { cA, cD } = dwt(of(signal(n, 1)), name, { mode });
          expect(cA).toBeInstanceOf(array);
          golden.check(cA, tolerance, `${name} ${mode} ${n} cA`);
          golden.check(cD, tolerance, `${name} ${mode} ${n} cD`);
        }
      }
    }
    golden.end();
  });

  it("idwt: every wavelet, with both bands and with one", () => {
    const golden = records("idwt.f64");
    for (const name of facts.wavelist) {
      const taps = wavelet(name).length;
      for (const mode of ["symmetric", "periodization"] as const) {
        for (const n of [taps / 2, taps + 3, taps + 8]) {
          const a = of(signal(n, 2));
          const d = of(signal(n, 3));
          golden.check(idwt(a, d, name, { mode }), tolerance, `${name} ${mode} ${n}`);
          golden.check(idwt(null, d, name, { mode }), tolerance, `${name} ${mode} ${n}, cD only`);
        }
      }
    }
    golden.end();
  });

  it("dwt2, idwt2, and dwt along each axis", () => {
    const golden = records("dwt2.f64");
    for (const name of ["haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"]) {
      for (const mode of facts.modes as Mode[]) {
        for (const shape of [
          [7, 10],
          [3, 5],
          [16, 2],
          [2, 6, 5],
        ]) {
          const size = shape.reduce((product, length) => product * length, 1);
          const { cA, cH, cV, cD } = dwt2(ndarray(of(signal(size, 4)), shape), name, { mode });
          for (const band of [cA, cH, cV, cD]) golden.check(band.data, tolerance, `${name} ${mode} ${shape}`);
          const swapped = idwt2({ cA: cD, cH: cV, cV: cH, cD: cA }, name, { mode });
          golden.check(swapped.data, tolerance, `idwt2 ${name} ${mode} ${shape}`);
        }
      }
      const cube = ndarray(of(signal(210, 5)), [5, 6, 7]);
      const negative = ndarray(of(signal(210, 5).map((value) => -value)), [5, 6, 7]);
      for (const axis of [0, 1, 2]) {
        const { cA, cD } = dwt(cube, name, { mode: "smooth", axis });
        golden.check(cA.data, tolerance, `${name} axis ${axis} cA`);
        golden.check(cD.data, tolerance, `${name} axis ${axis} cD`);
        const back = idwt(cube, negative, name, { mode: "periodization", axis });
        golden.check(back.data, tolerance, `idwt ${name} axis ${axis}`);
      }
    }
    const bands = dwt2(ndarray(of(signal(210, 5)), [5, 6, 7]), ["db3", "bior3.3"], {
      mode: ["reflect", "periodization"],
      axes: [2, 0],
    });
    for (const key of ["cA", "cH", "cV", "cD"] as const)
      golden.check(bands[key].data, tolerance, `mixed ${key}`);
    golden.end();
  });
});

it("dwt and dwt2 in float64 round as PyWavelets does, to the last bit", () => {
  const found: number[] = [];
  for (const name of ["db2", "db5", "sym5", "coif1", "bior2.6", "rbio3.3"]) {
    for (const mode of facts.modes as Mode[]) {
      for (const n of [2, 3]) {
        const { cA, cD } = dwt(signal(n, 6), name, { mode });
        found.push(...cA, ...cD);
      }
      const { cA, cH, cV, cD } = dwt2(ndarray(signal(6, 6), [2, 3]), name, { mode });
      found.push(...cA.data, ...cH.data, ...cV.data, ...cD.data);
    }
  }
  expect(found).toBeAllclose(float64s("bits.f64"), 0);
});

describe("PyWavelets' conventions", () => {
  it("order and sign of bands and filters", () => {
    const { cA, cD } = dwt([1, 2, 3, 4, 5], "db2");
    expect(cA).toBeAllclose(facts.example.dwt[0], 1e-12);
    expect(cD).toBeAllclose(facts.example.dwt[1], 1e-12);
    const bands = dwt2(
      [0, 1, 2].map((r) => [0, 1, 2, 3].map((c) => (4 * r + c) ** 2)),
      "db2",
    );
    for (const key of ["cA", "cH", "cV", "cD"] as const) {
      expect(bands[key].data).toBeAllclose(facts.example.dwt2[key].flat(), 1e-12);
    }
    for (const [name, filters] of Object.entries(facts.example.filters)) {
      const { decLo, decHi, recLo, recHi } = wavelet(name);
      expect([decLo, decHi, recLo, recHi].map((taps) => Array.from(taps, (tap) => tap + 0))).toEqual(
        filters.map((taps) => taps.map((tap) => tap + 0)),
      );
    }
  });

  it("names, families and their properties", () => {
    expect(wavelist({ kind: "discrete" })).toEqual(facts.wavelist);
    expect(families().slice(0, 7)).toEqual(facts.families[0]);
    expect(families(false).slice(0, 7)).toEqual(facts.families[1]);
    expect([...modes].toSorted()).toEqual(facts.modes.toSorted());
    for (const [name, expected] of Object.entries(facts.properties)) {
      const w = wavelet(name);
      expect([
        w.length,
        w.familyName,
        w.shortFamilyName,
        w.orthogonal,
        w.biorthogonal,
        w.symmetry,
        w.vanishingMoments?.psi ?? null,
        w.vanishingMoments?.phi ?? null,
      ]).toEqual(expected);
    }
  });

  it("lengths and levels", () => {
    for (const [n, taps, level] of facts.dwtMaxLevel) expect(dwtMaxLevel(n, taps)).toBe(level);
    for (const [n, taps, mode, length] of facts.dwtCoeffLen) {
      expect(dwtCoeffLen(n, taps, mode as Mode)).toBe(length);
    }
    expect(dwtMaxLevel(1024, "db4")).toBe(7);
    expect(dwtCoeffLen(7, wavelet("db4"), "zero")).toBe(7);
  });
});
