import { extend, type FloatArray } from "./extension";
import type { AnalysisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { coefficientLength } from "./lengths";
import type { Mode } from "./modes";

/**
 * One level of analysis along one axis: cA[k] = Σ_j decLo[j] · x̃[2k + reach − j] (and cD with decHi), where x̃ is
 * the extended signal and reach = 1, or F/2 with periodization.
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

/** The sample that tap 0 meets for the first coefficient. */
function firstReach(length: number, mode: Mode): number {
  return mode === "periodization" ? length / 2 : 1;
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
  const count = coefficientLength(n, length, mode);
  const left = length - 1 - firstReach(length, mode);
  // Only coefficients outside [from, to) see the extension.
  const from = Math.min(count, Math.ceil(left / 2));
  const to = Math.max(from, Math.min(count, Math.floor((n - length + left) / 2) + 1));
  const edge = new Float64Array(2 * Math.max(from, count - to) + length);
  for (let line = 0; line < outer; line++) {
    const base = line * n;
    const at = line * count;
    if (from > 0) {
      extend(x, base, n, 1, mode, -left, 2 * (from - 1) + length, edge);
      convolveEdge(edge, filters, mode, length - 1 - left - n, cA, cD, at, from);
    }
    convolve(x, base + 2 * from - left + length - 1, filters, cA, cD, at + from, to - from);
    if (to < count) {
      extend(x, base, n, 1, mode, 2 * to - left, 2 * (count - 1 - to) + length, edge);
      convolveEdge(edge, filters, mode, 2 * to + length - 1 - left - n, cA, cD, at + to, count - to);
    }
  }
}

/**
 * The order in which PyWavelets sums the taps of a coefficient: those past the end come first, outward, unless the
 * signal ends in a constant or a line. Where a band is rounding noise only, this makes it the same noise.
 *
 * @param past how far past the last sample tap 0 is; 0 is one past, negative is inside
 */
function orderTaps(mode: Mode, past: number, order: Int32Array): void {
  const outward = mode !== "constant" && mode !== "smooth";
  const turned = outward ? Math.max(0, Math.min(past + 1, order.length)) : 0;
  for (let q = 0; q < order.length; q++) order[q] = q < turned ? turned - 1 - q : q;
}

/** `count` coefficients over extended samples; `past` of the first, as for `orderTaps`. */
function convolveEdge(
  edge: FloatArray,
  { length, lo, hi }: AnalysisFilters,
  mode: Mode,
  past: number,
  cA: FloatArray,
  cD: FloatArray,
  at: number,
  count: number,
): void {
  const order = new Int32Array(length);
  for (let k = 0; k < count; k++) {
    const newest = length - 1 + 2 * k;
    orderTaps(mode, past + 2 * k, order);
    let a = 0;
    let d = 0;
    for (const j of order) {
      a += lo[j]! * edge[newest - j]!;
      d += hi[j]! * edge[newest - j]!;
    }
    cA[at + k] = a;
    cD[at + k] = d;
  }
}

/**
 * `count` coefficients; tap 0 meets x[start] for the first and every second sample after it. Two at a time: four
 * independent sums keep the processor busy.
 */
function convolve(
  x: FloatArray,
  start: number,
  { length, lo, hi }: AnalysisFilters,
  cA: FloatArray,
  cD: FloatArray,
  at: number,
  count: number,
): void {
  const paired = count - (count % 2);
  for (let k = 0; k < paired; k += 2) {
    const newest = start + 2 * k;
    let a0 = 0;
    let d0 = 0;
    let a1 = 0;
    let d1 = 0;
    for (let j = 0; j < length; j++) {
      const low = lo[j]!;
      const high = hi[j]!;
      const sample0 = x[newest - j]!;
      const sample1 = x[newest + 2 - j]!;
      a0 += low * sample0;
      d0 += high * sample0;
      a1 += low * sample1;
      d1 += high * sample1;
    }
    cA[at + k] = a0;
    cD[at + k] = d0;
    cA[at + k + 1] = a1;
    cD[at + k + 1] = d1;
  }
  if (paired === count) return;
  const newest = start + 2 * paired;
  let a = 0;
  let d = 0;
  for (let j = 0; j < length; j++) {
    a += lo[j]! * x[newest - j]!;
    d += hi[j]! * x[newest - j]!;
  }
  cA[at + paired] = a;
  cD[at + paired] = d;
}

/** Along any axis but the last: whole rows are combined, so that memory is walked in order. */
function analyseRows(
  x: FloatArray,
  { outer, length: n, inner }: Layout,
  filters: AnalysisFilters,
  mode: Mode,
  cA: FloatArray,
  cD: FloatArray,
): void {
  const { length } = filters;
  const count = coefficientLength(n, length, mode);
  const reach = firstReach(length, mode);
  const left = length - 1 - reach;
  const right = 2 * (count - 1) + reach + 1 - n;
  const beyond = new Float64Array((left + right) * inner);
  const order = new Int32Array(length);
  for (let block = 0; block < outer; block++) {
    const base = block * n * inner;
    extend(x, base, n, inner, mode, -left, left, beyond);
    extend(x, base, n, inner, mode, n, right, beyond, left * inner);
    const inside = (row: number) => row >= 0 && row < n;
    const offset = (row: number) =>
      inside(row) ? base + row * inner : (row < 0 ? row + left : row - n + left) * inner;
    for (let k = 0; k < count; k++) {
      const newest = 2 * k + reach;
      const out = (block * count + k) * inner;
      orderTaps(mode, newest - n, order);
      for (let q = 0; q < length; q += 2) {
        const j0 = order[q]!;
        const j1 = order[q + 1]!;
        const row0 = newest - j0;
        const row1 = newest - j1;
        const x0 = inside(row0) ? x : beyond;
        const x1 = inside(row1) ? x : beyond;
        addTwoRows(x0, offset(row0), x1, offset(row1), filters, j0, j1, cA, cD, out, inner);
      }
    }
  }
}

/** cA += lo[j0] · x0 + lo[j1] · x1, and cD with hi, over rows of `width` samples. */
function addTwoRows(
  x0: FloatArray,
  at0: number,
  x1: FloatArray,
  at1: number,
  { lo, hi }: AnalysisFilters,
  j0: number,
  j1: number,
  cA: FloatArray,
  cD: FloatArray,
  at: number,
  width: number,
): void {
  const lo0 = lo[j0]!;
  const lo1 = lo[j1]!;
  const hi0 = hi[j0]!;
  const hi1 = hi[j1]!;
  for (let c = 0; c < width; c++) {
    const sample0 = x0[at0 + c]!;
    const sample1 = x1[at1 + c]!;
    cA[at + c] = cA[at + c]! + lo0 * sample0 + lo1 * sample1;
    cD[at + c] = cD[at + c]! + hi0 * sample0 + hi1 * sample1;
  }
}
