import { type AnalysisKernels, analysisKernels } from "../kernels/analysis";
import { type ExtendedSample, extension, type FloatArray, fillExtension, type Rows } from "./extension";
import type { AnalysisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { coefficientLength } from "./lengths";
import type { Mode } from "./modes";
import { arrange, lineOf, linesTogether, load, longest, narrow, roomFrom, store } from "./transfer";

/**
 * One level of analysis along one axis: cA[k] = Σ_j decLo[j] · x̃[2k + reach − j] (and cD with decHi), where x̃ is
 * the extended signal and reach = 1, or F/2 with periodization. Piece by piece through the kernels' memory.
 *
 * @param cA of the layout with its length replaced by the coefficients' (cD alike)
 */
export function analyse(
  x: FloatArray,
  layout: Layout,
  filters: AnalysisFilters,
  mode: Mode,
  cA: FloatArray,
  cD: FloatArray,
): void {
  const plan = planFor(layout.length, filters, mode);
  const kernels = analysisKernels(x);
  const { size, memory } = kernels;
  const [lo, free] = arrange(kernels, [2 * filters.length]) as [number, number];
  memory.set(size === 4 ? filters.singleTaps : filters.taps, lo / size);
  const job = { x, layout, plan, kernels, lo, hi: lo + filters.length * size, free, cA, cD };
  if (layout.inner < narrow) analyseLines(job);
  else analyseRows(job);
}

/** What is the same for all lines of an array. */
interface Plan {
  readonly half: number;
  /** Coefficients of a line. */
  readonly count: number;
  /** Samples of extension before the line; those after it are as many as `after` has. */
  readonly left: number;
  readonly before: readonly ExtendedSample[];
  readonly after: readonly ExtendedSample[];
  /** See `turnedTaps`: how far past the last sample tap 0 of coefficient 0 is; −∞ where no taps turn. */
  readonly past: number;
}

interface Job {
  readonly x: FloatArray;
  readonly layout: Layout;
  readonly plan: Plan;
  readonly kernels: AnalysisKernels;
  readonly lo: number;
  readonly hi: number;
  /** Where the free memory begins. */
  readonly free: number;
  readonly cA: FloatArray;
  readonly cD: FloatArray;
}

function planFor(n: number, { length }: AnalysisFilters, mode: Mode): Plan {
  const count = coefficientLength(n, length, mode);
  const reach = mode === "periodization" ? length / 2 : 1;
  const left = length - 1 - reach;
  const straight = mode === "constant" || mode === "smooth";
  return {
    half: length / 2,
    count,
    left,
    before: extension(mode, n, -left, left),
    after: extension(mode, n, n, 2 * count + length - 2 - left - n),
    past: straight ? Number.NEGATIVE_INFINITY : reach - n,
  };
}

/**
 * How many taps of coefficient k are summed downwards before the rest. PyWavelets does so with the taps past the end
 * of the signal, outward, unless the signal ends in a constant or a line; where a band is rounding noise only, this
 * makes it the same noise.
 */
function turnedTaps({ past, half }: Plan, k: number): number {
  return Math.max(0, Math.min(past + 2 * k + 1, 2 * half));
}

/** Along the last axis: several lines at once, or a long one in pieces. */
function analyseLines({ x, layout, plan, kernels, lo, hi, free, cA, cD }: Job): void {
  const { half, count } = plan;
  const { size, memory } = kernels;
  const lines = layout.outer * layout.inner;
  const coefficients = { ...layout, length: count };
  const piece = Math.min(count, longest);
  const span = piece + half - 1;
  const group = Math.min(lines, linesTogether(kernels, free, count, 2 * span, 2 * span + 2 * piece));
  const places = arrange(kernels, [span, span, group * piece, group * piece], free);
  const [even, odd, a, d, samples] = places as [number, number, number, number, number];
  for (let line = 0; line < lines; line += group) {
    const together = Math.min(group, lines - line);
    for (let k = 0; k < count; k += piece) {
      const now = Math.min(piece, count - k);
      const extended = 2 * (now + half - 1);
      for (let i = 0; i < together; i++) {
        const at = samples / size + i * extended;
        loadExtended(x, lineOf(layout, line + i), plan, 2 * k - plan.left, extended, memory, at);
      }
      const plain = Math.max(0, Math.min(now, Math.ceil(-plan.past / 2) - k));
      const turned = plain < now ? turnedTaps(plan, k + plain) : 0;
      kernels.analyseLines(samples, together, half, lo, hi, even, odd, a, d, now, plain, turned);
      if (layout.inner === 1) {
        const rows = lineOf(coefficients, line);
        store(memory, a / size, cA, rows, k, together * now);
        store(memory, d / size, cD, rows, k, together * now);
      } else {
        for (let i = 0; i < together; i++) {
          const rows = lineOf(coefficients, line + i);
          store(memory, a / size + i * now, cA, rows, k, now);
          store(memory, d / size + i * now, cD, rows, k, now);
        }
      }
    }
  }
}

/** Along any other axis: rows are combined whole, a window of them at a time and, where they are long, a part. */
function analyseRows({ x, layout, plan, kernels, lo, hi, free, cA, cD }: Job): void {
  const { half, count } = plan;
  const { outer, length: n, inner } = layout;
  const { size, memory } = kernels;
  const room = roomFrom(kernels, free);
  const width = Math.min(inner, Math.floor(room / (2 * half + 2)));
  const window = Math.min(count, Math.floor((room / width - (2 * half - 2)) / 4));
  const places = arrange(kernels, [window * width, window * width], free);
  const [a, d, samples] = places as [number, number, number];
  for (let block = 0; block < outer; block++) {
    for (let column = 0; column < inner; column += width) {
      const columns = Math.min(width, inner - column);
      const row = columns * size;
      const from = { base: block * n * inner + column, n, stride: inner, width: columns };
      const to = { base: block * count * inner + column, n: count, stride: inner, width: columns };
      for (let k = 0; k < count; k += window) {
        const now = Math.min(window, count - k);
        loadExtended(x, from, plan, 2 * k - plan.left, 2 * (now + half - 1), memory, samples / size);
        for (let i = 0; i < now; i++) {
          const even = samples + 2 * i * row;
          const turned = turnedTaps(plan, k + i);
          const [outLo, outHi] = [a + i * row, d + i * row];
          if (turned === 0) kernels.combine(even, even + row, 2 * row, half, lo, hi, outLo, outHi, columns);
          else kernels.combineTurned(even, even + row, 2 * row, half, turned, lo, hi, outLo, outHi, columns);
        }
        store(memory, a / size, cA, to, k, now);
        store(memory, d / size, cD, to, k, now);
      }
    }
  }
}

/** Samples m … m + count of the extended rows into the kernels' memory. */
function loadExtended(
  x: FloatArray,
  rows: Rows,
  { left, before, after }: Plan,
  m: number,
  count: number,
  memory: FloatArray,
  at: number,
): void {
  const { n, width } = rows;
  const first = Math.min(count, Math.max(0, -m));
  const last = Math.max(first, Math.min(count, n - m));
  if (first > 0) fillExtension(before, x, rows, memory, at, left + m, left + m + first);
  if (last > first) load(x, rows, m + first, last - first, memory, at + first * width);
  if (last < count) fillExtension(after, x, rows, memory, at + last * width, m + last - n, m + count - n);
}
