import { shown, WaveletError } from "../errors";

/**
 * Two-channel filter bank: anything with these four filters is a wavelet. All have one even length;
 * order and signs are PyWavelets' (`dec_lo`, `dec_hi`, `rec_lo`, `rec_hi`).
 */
export interface FilterBank {
  readonly decLo: ArrayLike<number>;
  readonly decHi: ArrayLike<number>;
  readonly recLo: ArrayLike<number>;
  readonly recHi: ArrayLike<number>;
}

const names = ["decLo", "decHi", "recLo", "recHi"] as const;

/** The common length of the four filters. */
export function filterLength(bank: FilterBank): number {
  if (typeof bank !== "object" || bank === null || names.some((name) => bank[name]?.length === undefined)) {
    throw new WaveletError(
      `a wavelet is a name or an object with decLo, decHi, recLo and recHi; got ${shown(bank)}`,
      "wavelet",
    );
  }
  const lengths = names.map((name) => bank[name].length);
  const length = lengths[0]!;
  if (length === 0 || length % 2 !== 0 || lengths.some((other) => other !== length)) {
    throw new WaveletError(
      `the four filters must have one even length; got ${names.map((name, i) => `${name} ${lengths[i]}`).join(", ")}`,
      "wavelet",
    );
  }
  return length;
}

/** The decomposition filters as the analysis kernels read them. */
export interface AnalysisFilters {
  readonly length: number;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

export function analysisFilters(bank: FilterBank): AnalysisFilters {
  return {
    length: filterLength(bank),
    lo: checkedTaps(bank.decLo, "decLo"),
    hi: checkedTaps(bank.decHi, "decHi"),
  };
}

/** The reconstruction filters by the parity of the samples they make. */
export interface SynthesisFilters {
  readonly length: number;
  readonly loEven: Float64Array;
  readonly loOdd: Float64Array;
  readonly hiEven: Float64Array;
  readonly hiOdd: Float64Array;
}

export function synthesisFilters(bank: FilterBank): SynthesisFilters {
  const length = filterLength(bank);
  const lo = checkedTaps(bank.recLo, "recLo");
  const hi = checkedTaps(bank.recHi, "recHi");
  const half = (taps: Float64Array, parity: 0 | 1) => taps.filter((_, i) => i % 2 === parity);
  return { length, loEven: half(lo, 0), loOdd: half(lo, 1), hiEven: half(hi, 0), hiOdd: half(hi, 1) };
}

function checkedTaps(taps: ArrayLike<number>, name: string): Float64Array {
  for (let i = 0; i < taps.length; i++) {
    if (typeof taps[i] !== "number") {
      throw new WaveletError(`the taps of ${name} must be numbers; tap ${i} is ${shown(taps[i])}`, "wavelet");
    }
  }
  return Float64Array.from(taps);
}

/** One filter bank for every axis or one for each. */
export type FilterBanks = FilterBank | readonly FilterBank[];
