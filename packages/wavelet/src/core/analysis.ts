import { extendLine, extendRows, type FloatArray } from "./extension";
import type { AnalysisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { coefficientLength } from "./lengths";
import type { Mode } from "./modes";

/**
 * One level of analysis along one axis: cA[k] = Σ_t lo[t] · x̃[2k + t − left] (and cD with hi), where x̃ is the
 * extended signal and left = F − 2, or F/2 − 1 with periodization.
 *
 * @param cA zeros, of the layout with its length replaced by the coefficients' (cD alike)
 */
export function analyse(
  x: FloatArray,
  layout: Layout,
  filters: AnalysisFilters,
  mode: Mode,
  cA: FloatArray,
  cD: FloatArray,
): void {
  if (layout.inner === 1) analyseLines(x, layout, filters, mode, cA, cD);
  else analyseRows(x, layout, filters, mode, cA, cD);
}

function leftReach(length: number, mode: Mode): number {
  return mode === "periodization" ? length / 2 - 1 : length - 2;
}

function analyseLines(
  x: FloatArray,
  { outer, length: n }: Layout,
  filters: AnalysisFilters,
  mode: Mode,
  cA: FloatArray,
  cD: FloatArray,
): void {
  const { length } = filters;
  const left = leftReach(length, mode);
  const count = coefficientLength(n, length, mode);
  // Only coefficients outside [from, to) see the extension.
  const from = Math.min(count, Math.ceil(left / 2));
  const to = Math.max(from, Math.min(count, Math.floor((n - length + left) / 2) + 1));
  for (let line = 0; line < outer; line++) {
    const base = line * n;
    const at = line * count;
    if (from > 0) {
      const edge = extendLine(x, base, n, mode, -left, 2 * (from - 1) + length);
      correlate(edge, 0, filters, cA, cD, at, from);
    }
    correlate(x, base + 2 * from - left, filters, cA, cD, at + from, to - from);
    if (to < count) {
      const edge = extendLine(x, base, n, mode, 2 * to - left, 2 * (count - 1 - to) + length);
      correlate(edge, 0, filters, cA, cD, at + to, count - to);
    }
  }
}

function correlate(
  x: FloatArray,
  start: number,
  { length, lo, hi }: AnalysisFilters,
  cA: FloatArray,
  cD: FloatArray,
  at: number,
  count: number,
): void {
  for (let k = 0; k < count; k++) {
    const first = start + 2 * k;
    let a = 0;
    let d = 0;
    for (let t = 0; t < length; t++) {
      const sample = x[first + t]!;
      a += lo[t]! * sample;
      d += hi[t]! * sample;
    }
    cA[at + k] = a;
    cD[at + k] = d;
  }
}

/** Along any axis but the last: whole rows are combined, so that memory is walked in order. */
function analyseRows(
  x: FloatArray,
  { outer, length: n, inner }: Layout,
  { length, lo, hi }: AnalysisFilters,
  mode: Mode,
  cA: FloatArray,
  cD: FloatArray,
): void {
  const left = leftReach(length, mode);
  const count = coefficientLength(n, length, mode);
  const right = 2 * (count - 1) + length - left - n;
  const beyond = new Float64Array((left + right) * inner);
  for (let block = 0; block < outer; block++) {
    const base = block * n * inner;
    extendRows(x, base, n, inner, mode, -left, left, beyond, 0);
    extendRows(x, base, n, inner, mode, n, right, beyond, left * inner);
    for (let k = 0; k < count; k++) {
      const out = (block * count + k) * inner;
      for (let t = 0; t < length; t++) {
        const row = 2 * k + t - left;
        if (row >= 0 && row < n) combine(x, base + row * inner, lo[t]!, hi[t]!, cA, cD, out, inner);
        else {
          const edge = row < 0 ? row + left : row - n + left;
          combine(beyond, edge * inner, lo[t]!, hi[t]!, cA, cD, out, inner);
        }
      }
    }
  }
}

function combine(
  x: FloatArray,
  from: number,
  lo: number,
  hi: number,
  cA: FloatArray,
  cD: FloatArray,
  at: number,
  width: number,
): void {
  for (let c = 0; c < width; c++) {
    const sample = x[from + c]!;
    cA[at + c] = cA[at + c]! + lo * sample;
    cD[at + c] = cD[at + c]! + hi * sample;
  }
}
