import type { FloatArray } from "./extension";
import type { SynthesisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { signalLength } from "./lengths";
import type { Mode } from "./modes";

/**
 * One level of synthesis along one axis: y[m] = Σ_k recLo[m + F − 2 − 2k] · cA[k] + recHi[…] · cD[k], where every
 * sample asked for lies inside; with periodization indices wrap around and y is shifted by F/2 − 1.
 *
 * @param layout of the coefficients
 * @param y zeros, of the layout with its length replaced by the signal's
 */
export function synthesise(
  cA: FloatArray,
  cD: FloatArray,
  layout: Layout,
  filters: SynthesisFilters,
  mode: Mode,
  y: FloatArray,
): void {
  if (layout.inner > 1) synthesiseRows(cA, cD, layout, filters, mode, y);
  else if (mode === "periodization") synthesisePeriods(cA, cD, layout, filters, y);
  else {
    const { outer, length } = layout;
    const samples = signalLength(length, filters.length, mode);
    for (let line = 0; line < outer; line++) {
      interpolate(cA, cD, line * length, filters, y, line * samples, samples / 2);
    }
  }
}

/** `pairs` of samples y[at], y[at + 1], …, the first from the F/2 coefficients at `from` and after. */
function interpolate(
  cA: FloatArray,
  cD: FloatArray,
  from: number,
  { length, loEven, loOdd, hiEven, hiOdd }: SynthesisFilters,
  y: FloatArray,
  at: number,
  pairs: number,
): void {
  const half = length / 2;
  for (let i = 0; i < pairs; i++) {
    const newest = from + i + half - 1;
    let evenA = 0;
    let oddA = 0;
    let evenD = 0;
    let oddD = 0;
    for (let j = 0; j < half; j++) {
      const a = cA[newest - j]!;
      const d = cD[newest - j]!;
      evenA += loEven[j]! * a;
      oddA += loOdd[j]! * a;
      evenD += hiEven[j]! * d;
      oddD += hiOdd[j]! * d;
    }
    y[at + 2 * i] = evenA + evenD;
    y[at + 2 * i + 1] = oddA + oddD;
  }
}

/** Where the first pair of samples of a period begins: at coefficient `start`, and one sample early if `early`. */
function periodStart(filterLength: number): { start: number; early: 0 | 1 } {
  const shift = filterLength / 2 - 1;
  return { start: -Math.ceil(shift / 2), early: shift % 2 === 0 ? 0 : 1 };
}

function synthesisePeriods(
  cA: FloatArray,
  cD: FloatArray,
  { outer, length }: Layout,
  filters: SynthesisFilters,
  y: FloatArray,
): void {
  const { start, early } = periodStart(filters.length);
  const reach = length + filters.length / 2 - 1;
  const a = new Float64Array(reach);
  const d = new Float64Array(reach);
  const pair = new Float64Array(2);
  for (let line = 0; line < outer; line++) {
    const base = line * length;
    const out = 2 * base;
    for (let i = 0; i < reach; i++) {
      const k = base + wrapped(start + i, length);
      a[i] = cA[k]!;
      d[i] = cD[k]!;
    }
    interpolate(a, d, early, filters, y, out + early, length - early);
    if (early === 1) {
      interpolate(a, d, 0, filters, pair, 0, 1);
      y[out + 2 * length - 1] = pair[0]!;
      y[out] = pair[1]!;
    }
  }
}

function wrapped(index: number, length: number): number {
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}

function synthesiseRows(
  cA: FloatArray,
  cD: FloatArray,
  { outer, length, inner }: Layout,
  filters: SynthesisFilters,
  mode: Mode,
  y: FloatArray,
): void {
  const { loEven, loOdd, hiEven, hiOdd } = filters;
  const samples = signalLength(length, filters.length, mode);
  const half = filters.length / 2;
  const { start, early } = mode === "periodization" ? periodStart(filters.length) : { start: 0, early: 0 };
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < samples / 2; i++) {
      const even = (block * samples + wrapped(2 * i - early, samples)) * inner;
      const odd = (block * samples + 2 * i + 1 - early) * inner;
      for (let j = 0; j < half; j++) {
        const from = (block * length + wrapped(start + i + half - 1 - j, length)) * inner;
        const [le, lo, he, ho] = [loEven[j]!, loOdd[j]!, hiEven[j]!, hiOdd[j]!];
        for (let c = 0; c < inner; c++) {
          const a = cA[from + c]!;
          const d = cD[from + c]!;
          y[even + c] = y[even + c]! + le * a + he * d;
          y[odd + c] = y[odd + c]! + lo * a + ho * d;
        }
      }
    }
  }
}
