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

/** The decomposition filters reversed, so that analysis is a correlation. */
export interface AnalysisFilters {
  readonly length: number;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

export function analysisFilters(bank: FilterBank): AnalysisFilters {
  const length = filterLength(bank);
  return {
    length,
    lo: checkedTaps(bank.decLo, "decLo").reverse(),
    hi: checkedTaps(bank.decHi, "decHi").reverse(),
  };
}

/**
 * The reconstruction filters by the parity of the sample they make, reversed:
 * y[2i] = Σ_v loEven[v] · cA[i + v] + hiEven[v] · cD[i + v], and y[2i + 1] with the odd ones.
 */
export interface SynthesisFilters {
  readonly length: number;
  readonly loEven: Float64Array;
  readonly loOdd: Float64Array;
  readonly hiEven: Float64Array;
  readonly hiOdd: Float64Array;
}

export function synthesisFilters(bank: FilterBank): SynthesisFilters {
  const length = filterLength(bank);
  const lo = checkedTaps(bank.recLo, "recLo").reverse();
  const hi = checkedTaps(bank.recHi, "recHi").reverse();
  const parity = (taps: Float64Array, first: 0 | 1) => taps.filter((_, i) => i % 2 === first);
  return { length, loEven: parity(lo, 1), loOdd: parity(lo, 0), hiEven: parity(hi, 1), hiOdd: parity(hi, 0) };
}

function checkedTaps(taps: ArrayLike<number>, name: string): Float64Array {
  for (let i = 0; i < taps.length; i++) {
    if (typeof taps[i] !== "number") {
      throw new WaveletError(`the taps of ${name} must be numbers; tap ${i} is ${shown(taps[i])}`, "wavelet");
    }
  }
  return Float64Array.from(taps);
}
