import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  type ContinuousFunctions,
  continuousWavelet,
  discreteContinuousWavelet,
} from "../src/continuous-wavelet";
import type { Complex } from "../src/core/signal";
import { WaveletError } from "../src/errors";
import { centralFrequency, frequency2scale, integrateWavelet, scale2frequency } from "../src/frequency";
import { wavelet } from "../src/wavelet";
import { families, type WaveletKind, wavelist } from "../src/wavelist";
import { records } from "./golden";

const facts = JSON.parse(readFileSync(new URL("./golden/continuous.json", import.meta.url), "utf8")) as {
  wavelist: Record<WaveletKind, string[]>;
  families: [string[], string[]];
  fields: Record<string, unknown[]>;
  centralFrequency: Record<string, [number, number]>;
};
const names = Object.keys(facts.fields);

const bad = <T = string>(value: unknown) => value as T;

/** The real part, and the imaginary one if there is one. */
function partsOf(psi: Float64Array | Complex<Float64Array>): Float64Array[] {
  return "re" in psi ? [psi.re, psi.im] : [psi];
}

function energy({ psi, x }: ContinuousFunctions): number {
  const squares = partsOf(psi).flatMap((part) => Array.from(part, (value) => value * value));
  return (x[1]! - x[0]!) * squares.reduce((sum, square) => sum + square, 0);
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the formulas", () => {
  it("gaus, cgau, mexh, shan and fbsp1 have unit energy", () => {
    const wide = { lowerBound: -12, upperBound: 12 };
    for (const name of [...wavelist("gaus"), ...wavelist("cgau"), "mexh"]) {
      expect(energy(continuousWavelet(name, wide).wavefun({ level: 12 })), name).toBeCloseTo(1, 10);
    }
    // The tails of sinc fall as 1 / x².
    const far = { lowerBound: -4000, upperBound: 4000 };
    expect(energy(continuousWavelet("shan1.5-1", far).wavefun({ level: 17 }))).toBeCloseTo(1, 3);
    expect(energy(continuousWavelet("fbsp1-1.5-1", far).wavefun({ level: 17 }))).toBeCloseTo(1, 3);
  });

  it("gausN is, up to sign and scale, the derivative of gaus(N−1)", () => {
    for (let order = 2; order <= 8; order++) {
      const [lower, upper] = [`gaus${order - 1}`, `gaus${order}`].map((name) =>
        continuousWavelet(name).wavefun({ level: 12 }),
      );
      const { x } = lower!;
      const [low, high] = [partsOf(lower!.psi)[0]!, partsOf(upper!.psi)[0]!];
      const slope = high.map((_, i) =>
        i === 0 || i === x.length - 1 ? 0 : (low[i + 1]! - low[i - 1]!) / (x[i + 1]! - x[i - 1]!),
      );
      const top = (values: Float64Array) =>
        values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));
      const at = high.indexOf(top(high));
      const ratio = slope[at]! / high[at]!;
      expect(ratio ** 2).toBeCloseTo(2 * order - 1, 2);
      expect(slope).toBeAllclose(
        high.map((value) => value * ratio),
        1e-4,
      );
    }
  });

  it("have a real part that is symmetric as they say, even where ψ is not", () => {
    for (const name of names) {
      const wavelet = continuousWavelet(name);
      const [re] = partsOf(wavelet.wavefun({ length: 101 }).psi);
      const sign = wavelet.symmetry === "anti-symmetric" ? -1 : 1;
      expect(re!.toReversed(), name).toBeAllclose(
        re!.map((value) => sign * value),
        1e-12,
      );
    }
  });

  it("of a parameter: C turns the phase, B widens the envelope, M sharpens it", () => {
    const at = (name: string, x: number) => {
      const wavelet = continuousWavelet(name, { lowerBound: x, upperBound: x + 1 });
      const [re, im] = partsOf(wavelet.wavefun({ length: 2 }).psi);
      return [re![0]!, im![0]!];
    };
    // e^(−x²/B) / √(πB) · e^(2πi·C·x) at x = 1/4, C = 1: a quarter turn
    expect(at("cmor2-1", 0.25)[0]).toBeCloseTo(0, 14);
    expect(at("cmor2-1", 0.25)[1]).toBeCloseTo(Math.exp(-1 / 32) / Math.sqrt(2 * Math.PI), 14);
    expect(at("shan2-1", 0.25)[1]).toBeCloseTo(Math.SQRT2 / (Math.PI / 2), 14);
    expect(at("fbsp3-2-1", 0.25)[1]).toBeCloseTo(Math.SQRT2 * (0.5 / (Math.PI / 6)) ** 3, 14);
    expect(at("fbsp3-2-1", 0)).toEqual([Math.SQRT2, 0]);
  });
});

describe("PyWavelets' numbers", () => {
  it("names and families", () => {
    for (const kind of ["all", "discrete", "continuous"] as const) {
      expect(wavelist(null, { kind })).toEqual(facts.wavelist[kind]);
      expect(wavelist({ kind })).toEqual(facts.wavelist[kind]);
    }
    expect(wavelist()).toHaveLength(127);
    expect(wavelist()).toEqual(facts.wavelist.all);
    expect([families(), families(false)]).toEqual(facts.families);
    for (const family of families()) {
      expect(wavelist(family, { kind: "discrete" })).toEqual(
        facts.wavelist.all.filter((name) => name.startsWith(family)),
      );
    }
  });

  it("fields", () => {
    for (const [name, fields] of Object.entries(facts.fields)) {
      const w = continuousWavelet(name.toUpperCase());
      expect(w.name).toBe(name);
      expect([
        w.familyName,
        w.shortFamilyName,
        w.lowerBound,
        w.upperBound,
        w.centerFrequency ?? null,
        w.bandwidthFrequency ?? null,
        w.fbspOrder ?? null,
        w.complexCwt,
        w.symmetry,
        w.orthogonal,
        w.biorthogonal,
      ]).toEqual(fields);
    }
  });

  it("ψ, its grid, its integral, and ψ between other bounds", () => {
    const golden = records("continuous.f64");
    for (const name of names) {
      const check = (psi: Float64Array | Complex<Float64Array>, what: string) => {
        for (const part of partsOf(psi)) golden.check(part, 1e-12, `${name} ${what}`);
      };
      const own = continuousWavelet(name).wavefun({ level: 6 });
      check(own.psi, "psi");
      check(own.x, "x");
      check(integrateWavelet(continuousWavelet(name), { precision: 5 }).intPsi, "integral");
      const other = continuousWavelet(name, { lowerBound: -3.3, upperBound: 7.1 }).wavefun({ length: 27 });
      check(other.psi, "psi between -3.3 and 7.1");
      check(other.x, "x from -3.3 to 7.1");
    }
    golden.end();
  });

  it("central frequencies of all wavelets", () => {
    for (const [name, expected] of Object.entries(facts.centralFrequency)) {
      expect([centralFrequency(name, { precision: 3 }), centralFrequency(name)], name).toEqual(expected);
    }
  });
});

describe("options", () => {
  it("level and length set the number of points; the ends are the bounds", () => {
    const morl = continuousWavelet("morl");
    expect(morl.wavefun().x).toHaveLength(256);
    expect(morl.wavefun({ level: 0 }).x).toEqual(Float64Array.of(-8));
    const { x } = morl.wavefun({ level: 3, length: 1001 });
    expect([x.length, x[0], x[500], x[1000]]).toEqual([1001, -8, 0, 8]);
  });

  it("replace what the name says, rounded to float32", () => {
    const named = continuousWavelet("fbsp3-1.1-0.9");
    const set = continuousWavelet("fbsp2-1-0.5", {
      fbspOrder: 3,
      bandwidthFrequency: 1.1,
      centerFrequency: 0.9,
    });
    expect(set.wavefun()).toEqual(named.wavefun());
    expect([named.centerFrequency, named.bandwidthFrequency]).toEqual([Math.fround(0.9), Math.fround(1.1)]);
    expect(continuousWavelet("mexh", { upperBound: 0.1 }).upperBound).toBe(Math.fround(0.1));
  });

  it("bare names warn and stand for PyWavelets' defaults", () => {
    for (const [bare, full] of [
      ["shan", "shan0.5-1.0"],
      ["fbsp", "fbsp2-1-0.5"],
      ["cmor", "cmor1.0-0.5"],
    ] as const) {
      vi.mocked(console.warn).mockClear();
      const psi = continuousWavelet(full).wavefun();
      expect(console.warn).not.toHaveBeenCalled();
      expect(continuousWavelet(bare).wavefun()).toEqual(psi);
      expect(console.warn).toHaveBeenCalledOnce();
    }
  });

  it("a wavelet survives a structured clone as data", () => {
    expect(structuredClone(continuousWavelet("cmor1.5-1"))).toMatchObject({
      name: "cmor1.5-1",
      upperBound: 8,
    });
  });
});

describe("wavelets of either kind", () => {
  it("discreteContinuousWavelet gives what the name is of", () => {
    expect(discreteContinuousWavelet("DB4")).toEqual(wavelet("db4"));
    expect(discreteContinuousWavelet("gaus2")).toMatchObject({ name: "gaus2", complexCwt: false });
    expect(discreteContinuousWavelet("CMOR1.5-1").name).toBe("cmor1.5-1");
    const bank = wavelet("bior2.2").filterBank;
    expect(discreteContinuousWavelet("mine", bank)).toEqual(wavelet("mine", bank));
  });

  it("integrateWavelet takes names, objects, filters and what wavefun gives", () => {
    const orthogonal = integrateWavelet("db2", { precision: 5 });
    expect(integrateWavelet(wavelet("db2"), { precision: 5 })).toEqual(orthogonal);
    expect(integrateWavelet(wavelet("db2").wavefun({ level: 5 }))).toEqual(orthogonal);
    const { intPsiD, intPsiR, x } = integrateWavelet("bior1.3");
    expect([intPsiD.length, intPsiR.length]).toEqual([x.length, x.length]);
    expect(integrateWavelet(wavelet("bior1.3"))).toEqual({ intPsiD, intPsiR, x });
    const { decLo, decHi, recLo, recHi } = wavelet("db2");
    expect(integrateWavelet({ decLo, decHi, recLo, recHi }, { precision: 5 })).toMatchObject({
      intPsiR: orthogonal.intPsi.subarray(0, -1),
    });
    const { psi, x: grid } = continuousWavelet("cmor1.5-1").wavefun();
    expect(integrateWavelet({ psi, x: grid })).toEqual(integrateWavelet("cmor1.5-1"));
    // ∫ψ of a wavelet returns to zero.
    for (const name of ["db5", "mexh", "gaus3"] as const) {
      expect(integrateWavelet(name, { precision: 10 }).intPsi.at(-1)).toBeCloseTo(0, 5);
    }
  });

  it("scales and frequencies are each other's inverses", () => {
    expect(centralFrequency("cmor1.5-1.0")).toBe(1);
    for (const like of ["morl", "db3", wavelet("bior2.2"), continuousWavelet("cgau2")]) {
      const frequency = scale2frequency(like, 3.5, { precision: 9 });
      expect(frequency).toBe(centralFrequency(like, { precision: 9 }) / 3.5);
      expect(frequency2scale(like, frequency, { precision: 9 })).toBeCloseTo(3.5, 12);
    }
    expect(scale2frequency("morl", [1, 2])).toEqual(Float64Array.of(0.8125, 0.40625));
    expect(frequency2scale("morl", Float32Array.of(0.5))).toEqual(Float64Array.of(1.625));
    expect(scale2frequency("morl", 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("types follow literal names", () => {
    expectTypeOf(continuousWavelet("gaus3").wavefun().psi).toEqualTypeOf<Float64Array>();
    expectTypeOf(continuousWavelet("cmor1.5-1").wavefun().psi).toEqualTypeOf<Complex<Float64Array>>();
    const any: string = "mexh";
    expectTypeOf(continuousWavelet(any).wavefun().psi).toEqualTypeOf<Float64Array | Complex<Float64Array>>();
    expectTypeOf(discreteContinuousWavelet("db2").wavefun().phi).toEqualTypeOf<Float64Array>();
    expectTypeOf(integrateWavelet("shan1-2").intPsi).toEqualTypeOf<Complex<Float64Array>>();
    expectTypeOf(integrateWavelet("rbio1.3").intPsiD).toEqualTypeOf<Float64Array>();
    expectTypeOf(scale2frequency("morl", 2)).toEqualTypeOf<number>();
  });
});

describe("errors say what is allowed", () => {
  const cases: [string, () => unknown, string | RegExp][] = [
    [
      "number",
      () => continuousWavelet("gaus9"),
      /no continuous wavelet named "gaus9"; there are gaus1–gaus8/,
    ],
    ["single", () => continuousWavelet("morl2"), /named "morl2"; there is morl/],
    [
      "discrete",
      () => continuousWavelet("db2"),
      /"db2" is of a discrete family; .*gaus1–gaus8, mexh, morl, .*fbspM-B-C, cmorB-C/,
    ],
    ["nothing like it", () => continuousWavelet("foo"), /named "foo"; there are gaus1–gaus8/],
    ["no name", () => continuousWavelet(bad(3)), /named 3; there are/],
    ["one parameter", () => continuousWavelet("cmor1.5"), /must have the form cmorB-C .* cmor1-0.5/],
    ["three parameters", () => continuousWavelet("shan1-2-3"), /must have the form shanB-C/],
    ["text", () => continuousWavelet("cmor1-x"), /must have the form cmorB-C/],
    ["a fraction without its zero", () => continuousWavelet("cmor.5-1"), /must have the form cmorB-C/],
    ["minus", () => continuousWavelet("fbsp2--1-1"), /must have the form fbspM-B-C/],
    ["zero", () => continuousWavelet("cmor0-1"), /bandwidthFrequency must be a positive number, got 0/],
    ["order", () => continuousWavelet("fbsp1.5-1-1"), /fbspOrder must be a positive integer, got 1.5/],
    [
      "negative",
      () => continuousWavelet("cmor1-1", { centerFrequency: -1 }),
      /centerFrequency must be a positive/,
    ],
    ["not its", () => continuousWavelet("gaus1", { centerFrequency: 1 }), /gaus1 has no centerFrequency/],
    [
      "bounds",
      () => continuousWavelet("gaus1", { lowerBound: 5 }),
      /lowerBound must be a number below upperBound/,
    ],
    [
      "no bound",
      () => continuousWavelet("gaus1", { upperBound: bad<number>("9") }),
      /upperBound, got -5 and "9"/,
    ],
    [
      "either",
      () => discreteContinuousWavelet("foo"),
      /"foo"; there are haar, .*, dmey, gaus1–gaus8, .*cmorB-C/,
    ],
    ["either, discrete", () => discreteContinuousWavelet("db99"), /daubechies has db1–db38/],
    ["either, continuous", () => discreteContinuousWavelet("cgau9"), /there are cgau1–cgau8/],
    [
      "continuous as discrete",
      () => wavelet("cmor1.5-1.0"),
      /of the continuous family cmor; .* discrete wavelet/,
    ],
    ["bare", () => wavelet("gaus3"), /"gaus3" is of the continuous family gaus/],
    ["kind", () => wavelist(null, { kind: bad("both") }), /no kind "both" .* all, discrete, continuous/],
    ["family", () => wavelist("mor"), /no family "mor"; the families are haar, .*, cmor/],
    ["list to integrate", () => integrateWavelet(bad<"db2">([1, 2])), /a filter bank is an object with/],
    ["nothing to integrate", () => integrateWavelet(bad<"db2">(null)), /a filter bank is an object with/],
  ];

  it.each(cases)("%s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ reason: "wavelet" }));
  });

  it("of other arguments", () => {
    const morl = continuousWavelet("morl");
    const wrong: [() => unknown, RegExp][] = [
      [() => morl.wavefun({ level: -1 }), /level must be an integer from 0 to 30, got -1/],
      [() => morl.wavefun({ length: 0 }), /length must be an integer from 1 on, got 0/],
      [() => integrateWavelet("morl", { precision: 0 }), /precision must be an integer from 1 to 30, got 0/],
      [() => centralFrequency("morl", { precision: bad<number>("8") }), /precision .* got "8"/],
      [() => integrateWavelet(morl.wavefun({ level: 0 })), /at 2 points at least, got 1/],
      [
        () => scale2frequency("morl", bad<number>("2")),
        /scale must be a number or a list of numbers, got "2"/,
      ],
      [() => frequency2scale("morl", bad<number[]>([null])), /frequency must be a number .* got \[null\]/],
    ];
    for (const [call, message] of wrong) {
      expect(call).toThrow(message);
      expect(call).toThrow(WaveletError);
    }
  });
});
