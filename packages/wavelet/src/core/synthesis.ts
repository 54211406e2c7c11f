import { type SynthesisKernels, synthesisKernels } from "../kernels/synthesis";
import type { FloatArray, Rows } from "./extension";
import type { SynthesisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { signalLength } from "./lengths";
import type { Mode } from "./modes";
import { arrange, lineOf, linesTogether, loadWrapped, longest, narrow, roomFrom, store } from "./transfer";

/**
 * One level of synthesis along one axis: y[m] = Σ_k recLo[m + F − 2 − 2k] · cA[k] + recHi[…] · cD[k], where every
 * sample asked for lies inside; with periodization indices wrap around and y is shifted by F/2 − 1. Samples come in
 * pairs, from F/2 coefficients of each band, piece by piece through the kernels' memory.
 *
 * @param layout of the coefficients
 * @param y of the layout with its length replaced by the signal's
 */
export function synthesise(
  cA: FloatArray,
  cD: FloatArray,
  layout: Layout,
  filters: SynthesisFilters,
  mode: Mode,
  y: FloatArray,
): void {
  const kernels = synthesisKernels(y);
  const { size, memory } = kernels;
  const [taps, free] = arrange(kernels, [2 * filters.length]) as [number, number];
  memory.set(size === 4 ? filters.singleTaps : filters.taps, taps / size);
  const job = { cA, cD, layout, plan: planFor(layout.length, filters, mode), kernels, taps, free, y };
  if (layout.inner < narrow) synthesiseLines(job);
  else synthesiseRows(job);
}

interface Plan {
  readonly half: number;
  readonly pairs: number;
  readonly samples: number;
  /** The first coefficient of the first pair; negative ones wrap around. */
  readonly start: number;
  /** Samples of the first pair that are not wanted: those before the signal, which come again at its end. */
  readonly skip: 0 | 1;
}

interface Job {
  readonly cA: FloatArray;
  readonly cD: FloatArray;
  readonly layout: Layout;
  readonly plan: Plan;
  readonly kernels: SynthesisKernels;
  readonly taps: number;
  /** Where the free memory begins. */
  readonly free: number;
  readonly y: FloatArray;
}

function planFor(coefficients: number, { length }: SynthesisFilters, mode: Mode): Plan {
  const half = length / 2;
  const samples = signalLength(coefficients, length, mode);
  if (mode !== "periodization") return { half, pairs: samples / 2, samples, start: 0, skip: 0 };
  const skip = half % 2 === 0 ? 1 : 0;
  return { half, pairs: coefficients + skip, samples, start: -Math.floor(half / 2), skip };
}

/** Along the last axis: several lines at once, or a long one in pieces. */
function synthesiseLines({ cA, cD, layout, plan, kernels, taps, free, y }: Job): void {
  const { half, pairs } = plan;
  const { size, memory } = kernels;
  const lines = layout.outer * layout.inner;
  const signal = { ...layout, length: plan.samples };
  const piece = Math.min(pairs, longest);
  const needed = piece + half - 1;
  const group = Math.min(lines, linesTogether(kernels, free, pairs, 0, 2 * needed + 2 * piece));
  const span = group * needed;
  const [a, d, out] = arrange(kernels, [span, span], free) as [number, number, number];
  for (let line = 0; line < lines; line += group) {
    const together = Math.min(group, lines - line);
    for (let i = 0; i < pairs; i += piece) {
      const now = Math.min(piece, pairs - i);
      const wanted = now + half - 1;
      for (let one = 0; one < together; one++) {
        const rows = lineOf(layout, line + one);
        loadWrapped(cA, rows, plan.start + i, wanted, memory, a / size + one * wanted);
        loadWrapped(cD, rows, plan.start + i, wanted, memory, d / size + one * wanted);
      }
      kernels.synthesiseLines(a, d, together, half, taps, out, now);
      for (let one = 0; one < together; one++) {
        storePairs(memory, out / size + 2 * one * now, y, lineOf(signal, line + one), plan, i, now);
      }
    }
  }
}

/** Along any other axis: rows are combined whole, a window of them at a time and, where they are long, a part. */
function synthesiseRows({ cA, cD, layout, plan, kernels, taps, free, y }: Job): void {
  const { half, pairs, samples } = plan;
  const { outer, length: n, inner } = layout;
  const { size, memory } = kernels;
  const room = roomFrom(kernels, free);
  const width = Math.min(inner, Math.floor(room / (2 * half + 2)));
  const window = Math.min(pairs, Math.floor((room / width - (2 * half - 2)) / 4));
  const span = (window + half - 1) * width;
  const [a, d, out] = arrange(kernels, [span, span], free) as [number, number, number];
  for (let block = 0; block < outer; block++) {
    for (let column = 0; column < inner; column += width) {
      const columns = Math.min(width, inner - column);
      const row = columns * size;
      const from = { base: block * n * inner + column, n, stride: inner, width: columns };
      const to = { base: block * samples * inner + column, n: samples, stride: inner, width: columns };
      for (let i = 0; i < pairs; i += window) {
        const now = Math.min(window, pairs - i);
        loadWrapped(cA, from, plan.start + i, now + half - 1, memory, a / size);
        loadWrapped(cD, from, plan.start + i, now + half - 1, memory, d / size);
        for (let p = 0; p < now; p++) {
          const even = out + 2 * p * row;
          kernels.weave(a + p * row, d + p * row, row, half, taps, even, even + row, columns);
        }
        storePairs(memory, out / size, y, to, plan, i, now);
      }
    }
  }
}

/** Pairs i … i + count from memory to their places in y, without what lies outside. */
function storePairs(
  memory: FloatArray,
  at: number,
  y: FloatArray,
  rows: Rows,
  { skip }: Plan,
  i: number,
  count: number,
): void {
  const first = Math.max(0, 2 * i - skip);
  const end = Math.min(rows.n, 2 * (i + count) - skip);
  store(memory, at + (first - 2 * i + skip) * rows.width, y, rows, first, end - first);
}
