import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { dwt } from "../src/dwt";
import { integrateWavelet } from "../src/frequency";
import type { BiorthogonalFunctions, DiscreteFunctions, OrthogonalFunctions } from "../src/wavefun";
import { wavelet } from "../src/wavelet";
import { wavelist } from "../src/wavelist";
import { records } from "./golden";

const names = wavelist({ kind: "discrete" });
const facts = JSON.parse(readFileSync(new URL("./golden/continuous.json", import.meta.url), "utf8")) as {
  filterBank: number[][];
  inverseFilterBank: number[][];
};
const own = [
  [1, 2, -3],
  [4, -5, 6],
  [0.5, 0, 2],
  [1, 1, 3],
] as const;

const bad = <T>(value: unknown) => value as T;

/** The arrays in PyWavelets' order. */
function arrays(functions: DiscreteFunctions<boolean>): Float64Array[] {
  return "phi" in functions
    ? [functions.phi, functions.psi, functions.x]
    : [functions.phiD, functions.psiD, functions.phiR, functions.psiR, functions.x];
}

describe("φ and ψ", () => {
  it("have integrals 1 and 0, the step being 2^−level", () => {
    for (const name of names) {
      const functions = arrays(wavelet(name).wavefun({ level: 5 }));
      const x = functions.pop()!;
      expect(x[1]).toBe(1 / 32);
      for (const [i, values] of functions.entries()) {
        expect(values.length).toBe(x.length);
        const integral = values.reduce((sum, value) => sum + value, 0) / 32;
        expect(integral, `${name} ${i}`).toBeCloseTo(1 - (i % 2), name === "dmey" ? 2 : 5);
      }
    }
  });

  it("of Haar are the box and the step", () => {
    const { phi, psi, x } = wavelet("haar").wavefun({ level: 2 });
    expect([...x]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    expect(phi).toBeAllclose([0, 1, 1, 1, 1, 0], 1e-15);
    expect(psi).toBeAllclose([0, 1, 1, -1, -1, 0], 1e-15);
  });

  it("refine: φ(x) = √2 Σ recLo[k]·φ(2x − k), level by level", () => {
    const { recLo, ...db3 } = wavelet("db3");
    const coarse = wavelet("db3").wavefun({ level: 6 }).phi;
    const fine = wavelet("db3").wavefun({ level: 7 }).phi;
    expect(db3.length).toBe(6);
    // φ of level n + 1 at i/2^(n+1) is the sum of φ of level n, whose points count as 2x.
    const sum = fine.map((_, i) =>
      recLo.reduce((total, tap, k) => total + Math.SQRT2 * tap * (coarse[i - 64 * k] ?? 0), 0),
    );
    expect(sum).toBeAllclose(fine, 1e-12);
  });

  it("are PyWavelets' for every discrete wavelet and for filters of one's own", () => {
    const golden = records("wavefun.f64");
    for (const name of names) {
      for (const values of arrays(wavelet(name).wavefun({ level: 2 }))) golden.check(values, 1e-12, name);
      const integrated = integrateWavelet(name, { precision: 1 });
      const both = "intPsiD" in integrated ? [integrated.intPsiD, integrated.intPsiR] : [integrated.intPsi];
      for (const values of [...both, integrated.x]) golden.check(values as Float64Array, 1e-12, `∫ ${name}`);
    }
    for (const flags of [{ orthogonal: true }, {}, { biorthogonal: true }]) {
      for (const values of arrays(wavelet("Mine", own, flags).wavefun({ level: 3 }))) {
        golden.check(values, 1e-12, JSON.stringify(flags));
      }
    }
    golden.end();
  });

  it("level is from 1 to 30", () => {
    for (const level of [0, -1, 1.5, 31, bad<number>("2")]) {
      expect(() => wavelet("db2").wavefun({ level })).toThrow(/level must be an integer from 1 to 30/);
    }
  });

  it("types follow literal names and options", () => {
    expectTypeOf(wavelet("sym4").wavefun()).toEqualTypeOf<OrthogonalFunctions>();
    expectTypeOf(wavelet("bior2.2").wavefun()).toEqualTypeOf<BiorthogonalFunctions>();
    const name: string = "db2";
    expectTypeOf(wavelet(name).wavefun()).toEqualTypeOf<OrthogonalFunctions | BiorthogonalFunctions>();
    expectTypeOf(wavelet("m", own, { orthogonal: true }).wavefun()).toEqualTypeOf<OrthogonalFunctions>();
    expectTypeOf(wavelet("m", own).wavefun()).toEqualTypeOf<BiorthogonalFunctions>();
  });
});

describe("filters of one's own", () => {
  it("have PyWavelets' properties, and a zero after an odd number of taps", () => {
    const mine = wavelet("Mine", own);
    expect(mine).toMatchObject({
      name: "Mine",
      length: 4,
      familyName: "",
      shortFamilyName: "",
      symmetry: "unknown",
      orthogonal: false,
      biorthogonal: false,
      vanishingMoments: { psi: 0, phi: 0 },
    });
    expect(mine.filterBank.map((taps) => Array.from(taps))).toEqual(facts.filterBank);
    expect(mine.inverseFilterBank.map((taps) => Array.from(taps))).toEqual(facts.inverseFilterBank);
    expect(wavelet("Mine", own, { orthogonal: true, biorthogonal: true })).toMatchObject({
      orthogonal: true,
      biorthogonal: true,
    });
  });

  it("come as a list, an object or a wavelet, and are copied", () => {
    const db4 = wavelet("db4");
    const { decLo, decHi, recLo, recHi } = db4;
    const list = wavelet("x", [[...decLo], decHi, Float32Array.from(recLo), recHi]);
    expect(list.decLo).toEqual(decLo);
    expect(list.recLo).toBeAllclose(recLo, 1e-7);
    const object = wavelet("x", { decLo, decHi, recLo, recHi });
    expect(wavelet("x", db4)).toEqual(object);
    expect(wavelet("x", { filterBank: [decLo, decHi, recLo, recHi] })).toEqual(object);
    expect(dwt([1, 2, 3, 5, 8], object)).toEqual(dwt([1, 2, 3, 5, 8], "db4"));
    object.decLo.fill(0);
    expect(decLo[0]).not.toBe(0);
  });

  it("the inverse of the inverse is the filter bank", () => {
    for (const name of ["db2", "bior3.5", "rbio2.4"]) {
      const w = wavelet(name);
      expect(wavelet("back", wavelet("there", w.inverseFilterBank).inverseFilterBank).filterBank).toEqual(
        w.filterBank,
      );
    }
  });

  it("wrong ones are told apart", () => {
    const [a, b, c, d] = own;
    const cases: [unknown, string, RegExp][] = [
      [[a, b, c], "wavelet", /a list of, decLo, decHi, recLo and recHi; got a list of 3/],
      [{ filterBank: [a] }, "wavelet", /got a list of 1/],
      [null, "wavelet", /got null/],
      [{}, "wavelet", /got an object/],
      [[a, b, c, [1, 2]], "wavelet", /one length; got decLo 3, decHi 3, recLo 3, recHi 2/],
      [[a, b, [c], d], "wavelet", /recLo must be one row of real numbers/],
      [[a, b, c, { re: d, im: d }], "wavelet", /recHi must be one row of real numbers/],
      [[a, b, c, ["1", 2, 3]], "data", /recHi must hold numbers; entry \[0\] is "1"/],
      [[a, b, c, []], "data", /recHi is empty/],
      [{ decLo: a, decHi: b, recLo: c }, "data", /recHi must be a typed array.*undefined/],
    ];
    for (const [bank, reason, message] of cases) {
      const call = () => wavelet("x", bad<typeof own>(bank));
      expect(call).toThrow(message);
      expect(call).toThrow(expect.objectContaining({ reason }));
    }
  });

  it("a wavelet survives a structured clone and a spread as four filters", () => {
    const db2 = wavelet("db2");
    expect(dwt([1, 2, 3, 4], structuredClone({ ...db2 }))).toEqual(dwt([1, 2, 3, 4], db2));
  });
});
