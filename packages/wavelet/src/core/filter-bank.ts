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
  /** How a tap becomes float32. @default Math.fround */
  readonly toSingle?: ((tap: number) => number) | undefined;
}

const names = ["decLo", "decHi", "recLo", "recHi"] as const;

/** Taps of the longest filter: the kernels' memory must hold all, and more. */
const most = 8192;

/** The common length of the four filters. */
export function filterLength(bank: FilterBank): number {
  const { decLo, decHi, recLo, recHi } = bank ?? {};
  const length = decLo?.length;
  const fits = decHi?.length === length && recLo?.length === length && recHi?.length === length;
  if (!fits || length === undefined || length === 0 || length % 2 !== 0 || length > most) throw unfit(bank);
  return length;
}

function unfit(bank: FilterBank): WaveletError {
  if (typeof bank !== "object" || bank === null || names.some((name) => bank[name]?.length === undefined)) {
    return new WaveletError(
      `a wavelet is a name or an object with decLo, decHi, recLo and recHi; got ${shown(bank)}`,
      "wavelet",
    );
  }
  const lengths = names.map((name) => `${name} ${bank[name].length}`);
  return new WaveletError(
    `the four filters must have one even length, ${most} at most; got ${lengths.join(", ")}`,
    "wavelet",
  );
}

/** The decomposition filters as the analysis kernels read them. */
export interface AnalysisFilters {
  readonly length: number;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** lo, then hi, for float64 and for float32. */
  readonly taps: Float64Array;
  readonly singleTaps: Float32Array;
}

export function analysisFilters(bank: FilterBank): AnalysisFilters {
  const length = filterLength(bank);
  const known = analyses.get(bank);
  if (known?.length === length && same(known.lo, bank.decLo) && same(known.hi, bank.decHi)) return known;
  const taps = new Float64Array(2 * length);
  const lo = fillTaps(taps.subarray(0, length), bank.decLo, 0, 1, "decLo");
  const hi = fillTaps(taps.subarray(length), bank.decHi, 0, 1, "decHi");
  const filters = { length, lo, hi, taps, singleTaps: singles(taps, bank) };
  analyses.set(bank, filters);
  return filters;
}

/** The reconstruction filters by the parity of the samples they make. */
export interface SynthesisFilters {
  readonly length: number;
  readonly loEven: Float64Array;
  readonly loOdd: Float64Array;
  readonly hiEven: Float64Array;
  readonly hiOdd: Float64Array;
  /** The four one after the other, as the synthesis kernels read them, for float64 and for float32. */
  readonly taps: Float64Array;
  readonly singleTaps: Float32Array;
}

export function synthesisFilters(bank: FilterBank): SynthesisFilters {
  const length = filterLength(bank);
  const known = syntheses.get(bank);
  if (known?.length === length && woven(known, bank)) return known;
  const half = length / 2;
  const taps = new Float64Array(2 * length);
  const part = (i: number) => taps.subarray(i * half, (i + 1) * half);
  const [loEven, loOdd] = [
    fillTaps(part(0), bank.recLo, 0, 2, "recLo"),
    fillTaps(part(1), bank.recLo, 1, 2, "recLo"),
  ];
  const [hiEven, hiOdd] = [
    fillTaps(part(2), bank.recHi, 0, 2, "recHi"),
    fillTaps(part(3), bank.recHi, 1, 2, "recHi"),
  ];
  const filters = { length, loEven, loOdd, hiEven, hiOdd, taps, singleTaps: singles(taps, bank) };
  syntheses.set(bank, filters);
  return filters;
}

// Prepared once per bank and compared at every use, since the arrays of a caller may change.
const analyses = new WeakMap<FilterBank, AnalysisFilters>();
const syntheses = new WeakMap<FilterBank, SynthesisFilters>();

function same(known: Float64Array, taps: ArrayLike<number>): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== taps[i]) return false;
  return true;
}

function woven({ loEven, loOdd, hiEven, hiOdd }: SynthesisFilters, { recLo, recHi }: FilterBank): boolean {
  for (let i = 0; i < loEven.length; i++) {
    if (loEven[i] !== recLo[2 * i] || loOdd[i] !== recLo[2 * i + 1]) return false;
    if (hiEven[i] !== recHi[2 * i] || hiOdd[i] !== recHi[2 * i + 1]) return false;
  }
  return true;
}

function singles(taps: Float64Array, { toSingle = Math.fround }: FilterBank): Float32Array {
  return Float32Array.from(taps, (tap) => toSingle(tap));
}

/** Every `step`-th tap from `first` on. */
function fillTaps(
  target: Float64Array,
  taps: ArrayLike<number>,
  first: number,
  step: number,
  name: string,
): Float64Array {
  for (let i = 0; i < target.length; i++) {
    const tap: unknown = taps[first + i * step];
    if (typeof tap !== "number") {
      throw new WaveletError(
        `the taps of ${name} must be numbers; tap ${first + i * step} is ${shown(tap)}`,
        "wavelet",
      );
    }
    target[i] = tap;
  }
  return target;
}

/** One filter bank for every axis or one for each. */
export type FilterBanks = FilterBank | readonly FilterBank[];
