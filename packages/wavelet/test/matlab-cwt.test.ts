import { describe, expect, it } from "vitest";
import { continuousWavelet } from "../src/continuous-wavelet";
import { cwt } from "../src/cwt";
import { readNpz } from "./matlab/npz";
import { randn } from "./matlab/random-state";
import { rms } from "./matlab/rms";

/** By MATLAB's names, in the order of the records. */
const wavelets = {
  ...numbered("gaus"),
  mexh: "mexh",
  morl: "morl",
  ...numbered("cgau"),
  shan: "shan0.5-1.0",
  fbsp: "fbsp2-1.0-0.5",
  cmor: "cmor1.0-0.5",
};

function numbered(family: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${family}${i + 1}`, `${family}${i + 1}`]));
}

describe("cwt of MATLAB R2015b", () => {
  const matlab = readNpz("cwt_matlabR2015b_result.npz");
  const next = randn(1234);
  const cases = Object.entries(wavelets).map(([key, name]) => ({
    key,
    name,
    signals: [1000, 1001].map((n) => next(n)),
  }));

  it("every record is used below: ψ, two lengths and two sets of scales of each wavelet", () => {
    expect(matlab.size).toBe(cases.length * (1 + 2 * 2));
  });

  it.each(cases)("$name: the wavelet itself", ({ key, name }) => {
    const { psi } = continuousWavelet(name).wavefun({ length: 1024 });
    expect(rms("re" in psi ? psi : { re: psi }, matlab.get(`${key}_psi`)!)).toBeLessThan(1e-15);
  });

  it.each(cases)("$name: coefficients in float64 and float32", ({ key, name, signals }) => {
    for (const x of signals) {
      for (const [i, scales] of [[1], [1, 2]].entries()) {
        const { re, im } = matlab.get(`${i + 1}_${key}_${x.length}_coefs`)!;
        // MATLAB's lack the conjugate of the wavelet.
        const expected = im === undefined ? { re } : { re, im: im.map((value) => -value) };
        for (const [data, tolerance] of [
          [x, 2e-15],
          [Float32Array.from(x), 1e-5],
        ] as const) {
          const { coefs } = cwt(data, scales, name, { precision: 10 });
          const found = "re" in coefs ? { re: coefs.re.data, im: coefs.im.data } : { re: coefs.data };
          expect(rms(found, expected)).toBeLessThan(tolerance);
        }
      }
    }
  });
});
