import { analysisKernels } from "../kernels/analysis";
import type { Precision } from "../kernels/kernels";
import { synthesisKernels } from "../kernels/synthesis";
import type { FloatArray, Rows } from "./extension";
import type { AnalysisFilters, SynthesisFilters } from "./filter-bank";
import type { Layout } from "./layout";
import { arrange, loadWrapped, longest, roomFrom, store } from "./transfer";

/**
 * One stationary level along one axis: lo[n] = Σ_t decLo[t] · x[(n + s · (F/2 − t)) mod N], hi with decHi, where s is
 * the distance of the taps. Both have the layout of x.
 */
export function analyseStationary(
  x: FloatArray,
  layout: Layout,
  filters: AnalysisFilters,
  distance: number,
  lo: FloatArray,
  hi: FloatArray,
): void {
  const kernels = analysisKernels(x);
  const { size, memory } = kernels;
  const half = filters.length / 2;
  const [low, free] = arrange(kernels, [2 * filters.length]) as [number, number];
  const high = low + filters.length * size;
  memory.set(size === 4 ? filters.singleTaps : filters.taps, low / size);
  for (const piece of pieces(layout, kernels, filters.length, distance, 1, 2, free)) {
    const { rows, n, count, places, spacing, bytes } = piece;
    const [samples, a, d] = places as [number, number, number];
    loadTaps(x, piece, n - distance * (half - 1), filters.length, distance, memory, samples / size);
    const row = bytes / count;
    for (let i = 0; i < count; ) {
      const turned = turnedTaps(n + i, layout.length, distance, half);
      const now = Math.min(count, turned.until - n) - i;
      const at = i * row;
      const even = samples + at;
      const numbers = (now * row) / size;
      if (turned.taps === 0) {
        kernels.combine(even, even + spacing, 2 * spacing, half, low, high, a + at, d + at, numbers);
      } else {
        const { taps } = turned;
        kernels.combineTurned(
          even,
          even + spacing,
          2 * spacing,
          half,
          taps,
          low,
          high,
          a + at,
          d + at,
          numbers,
        );
      }
      i += now;
    }
    store(memory, a / size, lo, rows, n, count);
    store(memory, d / size, hi, rows, n, count);
  }
}

/** As in `analyse`, the taps past the end are summed first: how many for sample n, and up to which sample. */
function turnedTaps(
  n: number,
  length: number,
  distance: number,
  half: number,
): { taps: number; until: number } {
  const past = Math.floor((n + distance * half - length) / distance) + 1;
  if (past <= 0) return { taps: 0, until: length - distance * half };
  return { taps: Math.min(past, 2 * half), until: n + distance - (n % distance) };
}

/**
 * The inverse: y[n] = ½ Σ_t recLo[t] · a[(n + s · (F/2 − 1 − t)) mod N] + recHi[t] · d[…], the mean of what the even
 * and the odd taps give, which are the two decimated transforms.
 */
export function synthesiseStationary(
  a: FloatArray,
  d: FloatArray,
  layout: Layout,
  filters: SynthesisFilters,
  distance: number,
  y: FloatArray,
): void {
  const kernels = synthesisKernels(y);
  const { size, memory } = kernels;
  const half = filters.length / 2;
  const [taps, free] = arrange(kernels, [2 * filters.length]) as [number, number];
  memory.set(size === 4 ? filters.singleTaps : filters.taps, taps / size);
  for (const piece of pieces(layout, kernels, filters.length, distance, 2, 1, free)) {
    const { rows, n, count, places, spacing, bytes } = piece;
    const [low, high, out] = places as [number, number, number];
    loadTaps(a, piece, n - distance * half, filters.length, distance, memory, low / size);
    loadTaps(d, piece, n - distance * half, filters.length, distance, memory, high / size);
    const [a0, d0] = [low + spacing, high + spacing];
    kernels.blend(a0, d0, -spacing, 2 * spacing, half, taps, out, bytes / size);
    store(memory, out / size, y, rows, n, count);
  }
}

interface Piece {
  readonly rows: Rows;
  /** The rows from n to n + count are made. */
  readonly n: number;
  readonly count: number;
  /** Room for the rows that each input needs, then for the outputs. */
  readonly places: readonly number[];
  /** Bytes between what neighbouring taps meet. */
  readonly spacing: number;
  /** Bytes of an output. */
  readonly bytes: number;
}

/** The pieces in which the work fits into the kernels' memory. */
function* pieces(
  { outer, length: n, inner }: Layout,
  kernels: Precision,
  taps: number,
  distance: number,
  inputs: number,
  outputs: number,
  free: number,
): Generator<Piece> {
  const { size } = kernels;
  const room = roomFrom(kernels, free);
  const most = Math.floor(room / (inputs * taps + outputs));
  const width = Math.min(inner, most);
  const longestPiece = Math.max(1, Math.min(n, Math.floor(Math.min(longest, most) / width)));
  const needed = width * Math.min(longestPiece * taps, longestPiece + distance * (taps - 1));
  const rooms = [...Array(inputs).fill(needed), ...Array(outputs).fill(longestPiece * width)];
  const places = arrange(kernels, rooms, free);
  for (let block = 0; block < outer; block++) {
    for (let column = 0; column < inner; column += width) {
      const columns = Math.min(width, inner - column);
      const rows = { base: block * n * inner + column, n, stride: inner, width: columns };
      for (let at = 0; at < n; at += longestPiece) {
        const count = Math.min(longestPiece, n - at);
        const bytes = count * columns * size;
        const spacing = distance < count ? distance * columns * size : bytes;
        yield { rows, n: at, count, places, spacing, bytes };
      }
    }
  }
}

/** What the taps meet: one window where they overlap, else the rows of each tap. */
function loadTaps(
  x: FloatArray,
  { rows, count, bytes }: Piece,
  from: number,
  taps: number,
  distance: number,
  memory: FloatArray,
  at: number,
): void {
  if (distance < count) loadWrapped(x, rows, from, count + distance * (taps - 1), memory, at);
  else {
    const each = bytes / memory.BYTES_PER_ELEMENT;
    for (let t = 0; t < taps; t++) loadWrapped(x, rows, from + t * distance, count, memory, at + t * each);
  }
}
