import { describe, expect, it } from "vitest";
import { dwt, idwt, type Mode, wavelet, wavelist } from "../src/index";
import { readNpz } from "./matlab/npz";
import { randn } from "./matlab/random-state";
import { rms } from "./matlab/rms";

describe("dwt and idwt of MATLAB R2012a", () => {
  const matlab = readNpz("dwt_matlabR2012a_result.npz");
  const modes = {
    zero: "zpd",
    constant: "sp0",
    symmetric: "sym",
    reflect: "symw",
    periodic: "ppd",
    smooth: "sp1",
    periodization: "per",
    antisymmetric: "asym",
    antireflect: "asymw",
  } satisfies Record<Mode, string>;
  const names = ["db", "sym", "coif", "bior", "rbio"].flatMap((family) => wavelist(family));
  const next = randn(1234);
  const signals = names.flatMap((name) =>
    [0, 1].map((more) => ({ name, x: next(wavelet(name).length + more) })),
  );

  // The tolerances of PyWavelets' tests of MATLAB and of reconstruction.
  it.each([
    { filters: "MATLAB's", suffix: "", tolerance: { bands: 5e-5, back: 5e-5 } },
    { filters: "PyWavelets'", suffix: "_pywtCoeffs", tolerance: { bands: 1e-10, back: 5e-11 } },
  ])("every wavelet and mode, with $filters filters", ({ suffix, tolerance }) => {
    const wrong: string[] = [];
    let records = 0;
    for (const { name, x } of signals) {
      for (const [mode, short] of Object.entries(modes) as [Mode, string][]) {
        const record = (band: string) => {
          records++;
          return matlab.get(`${short}_${name}_${x.length}_${band}${suffix}`)!;
        };
        const [a, d] = [record("ma"), record("md")];
        const { cA, cD } = dwt(x, name, { mode });
        if (!(rms({ re: cA }, a) < tolerance.bands && rms({ re: cD }, d) < tolerance.bands))
          wrong.push(`dwt ${name} ${mode}`);
        const back = idwt(a.re, d.re, name, { mode }).subarray(0, x.length);
        if (!(rms({ re: back }, { re: x }) < tolerance.back)) wrong.push(`idwt ${name} ${mode}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(records).toBe(matlab.size / 2);
  });
});
