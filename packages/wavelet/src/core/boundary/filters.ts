import { WaveletError } from "../../errors";
import { analysisFilters, type FilterBank, filterLength } from "../filter-bank";

/**
 * Boundary filters: a wavelet transform of n samples (n even) into n / 2 + n / 2 coefficients that sees no sample
 * outside the signal and is inverted exactly.
 *
 * On the whole line the shifted filters a (analysis) and s (synthesis) are dual bases: ⟨aᵢ, sⱼ⟩ = δᵢⱼ. Of a
 * half-line, those that fit are kept. The others, cut off at the end, are orthogonal to the kept duals and their sum
 * Σ sᵢ aᵢᵀ is the projection onto what the kept ones leave: as many dimensions D as that projection's trace
 * Σ ⟨aᵢ, sᵢ⟩, which is F − 2 over both ends. D of them, those cut off least, are made dual again by the Gram–Schmidt
 * method on both sides. An orthogonal wavelet has a = s, so that this is plain Gram–Schmidt and the transform is an
 * orthogonal matrix. Both ends have small blocks of their own that do not depend on n ≥ F − 2.
 *
 * How many of the D are low-pass decides how well this is conditioned, as asymmetric filters such as db38 keep
 * few low-pass rows at one end and many at the other: the split with the largest determinant is taken.
 *
 * Gram–Schmidt boundary filters: A. Jensen and A. la Cour-Harbo, "Ripples in Mathematics" (2001). They have no
 * vanishing moments, unlike those of A. Cohen, I. Daubechies and P. Vial, "Wavelets on the interval and fast wavelet
 * transforms", Appl. Comput. Harmon. Anal. 1 (1993).
 */
export interface BoundaryFilters {
  readonly left: End;
  readonly right: End;
}

/** The boundary filters at one end, over its F − 2 samples. */
export interface End {
  readonly lo: EndBand;
  readonly hi: EndBand;
}

/** So many coefficients of one band, from the samples and back. */
export interface EndBand {
  readonly count: number;
  readonly analysis: Matrix;
  readonly synthesis: Matrix;
}

/** Row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly entries: Float64Array;
}

const cache = new WeakMap<FilterBank, { taps: readonly number[]; filters: BoundaryFilters }>();

/** The boundary filters of a bank, kept for as long as its taps stay the same. */
export function boundaryFilters(bank: FilterBank): BoundaryFilters {
  const taps = [bank.decLo, bank.decHi, bank.recLo, bank.recHi].flatMap((filter) => Array.from(filter));
  const known = cache.get(bank);
  if (known?.taps.every((tap, i) => tap === taps[i])) return known.filters;
  const filters = construct(bank);
  cache.set(bank, { taps, filters });
  return filters;
}

/** A row of the analysis and the column of its inverse that belongs to it. */
interface Pair {
  readonly analysis: Float64Array;
  readonly synthesis: Float64Array;
}

interface Channels {
  readonly lo: Pair;
  readonly hi: Pair;
}

/** The pairs of one end, the least cut off first. */
interface Pairs {
  readonly lo: readonly Pair[];
  readonly hi: readonly Pair[];
}

function construct(bank: FilterBank): BoundaryFilters {
  const cut = filterLength(bank) / 2 - 1;
  const channels = wholeLine(bank);
  const left = truncated(channels, cut, (k) => -2 - 2 * k);
  const right = truncated(channels, cut, (k) => 2 * k);
  const rank = Math.round([...left.lo, ...left.hi].reduce((trace, pair) => trace + product(pair, pair), 0));
  let best: BoundaryFilters | undefined;
  let largest = Number.NEGATIVE_INFINITY;
  for (let low = Math.max(0, rank - cut); low <= Math.min(rank, cut); low++) {
    const atLeft = copyPairs(left, low, rank - low);
    const atRight = copyPairs(right, cut - low, cut - rank + low);
    const size = makeDual(atLeft) + makeDual(atRight);
    // Of two splits that differ by rounding only, as symmetric wavelets have them, the first.
    if (size <= largest + 1e-6) continue;
    largest = size;
    const outermostFirst = { lo: atLeft.lo.toReversed(), hi: atLeft.hi.toReversed() };
    best = { left: asMatrices(outermostFirst, 2 * cut), right: asMatrices(atRight, 2 * cut) };
  }
  if (best === undefined) throw notDual("leave no boundary filters that could be inverted");
  return best;
}

function asMatrices({ lo, hi }: Pairs, width: number): End {
  const band = (pairs: readonly Pair[]): EndBand => {
    const count = pairs.length;
    const analysis = Float64Array.from({ length: count * width }, (_, i) => {
      return pairs[Math.floor(i / width)]!.analysis[i % width]!;
    });
    const synthesis = Float64Array.from({ length: width * count }, (_, i) => {
      return pairs[i % count]!.synthesis[Math.floor(i / count)]!;
    });
    return {
      count,
      analysis: { rows: count, columns: width, entries: analysis },
      synthesis: { rows: width, columns: count, entries: synthesis },
    };
  };
  return { lo: band(lo), hi: band(hi) };
}

/** The two filters as they lie along the signal, with their duals. */
function wholeLine(bank: FilterBank): Channels {
  const { lo, hi } = analysisFilters(bank);
  const channels = {
    lo: { analysis: lo.toReversed(), synthesis: Float64Array.from(bank.recLo) },
    hi: { analysis: hi.toReversed(), synthesis: Float64Array.from(bank.recHi) },
  };
  checkDual([channels.lo, channels.hi]);
  return channels;
}

/** Far more than rounding, and more than the 2e-3 by which dmey is not orthogonal. */
const tolerance = 1e-2;

function checkDual(channels: readonly Pair[]): void {
  for (const one of channels) {
    for (const other of channels) {
      const length = one.analysis.length;
      for (let shift = 2 - length; shift < length; shift += 2) {
        const shifted = { ...other, synthesis: window(other.synthesis, shift, length) };
        const expected = shift === 0 && one === other ? 1 : 0;
        if (Math.abs(product(one, shifted) - expected) <= tolerance) continue;
        throw notDual("do not reconstruct a signal");
      }
    }
  }
}

function notDual(what: string): WaveletError {
  return new WaveletError(
    `boundary filters need a wavelet that reconstructs perfectly; these four filters ${what}`,
    "wavelet",
  );
}

/** What is cut off at one end, the least truncated first; `start` tells where the k-th begins. */
function truncated(channels: Channels, cut: number, start: (k: number) => number): Pairs {
  const rows = ({ analysis, synthesis }: Pair) =>
    Array.from({ length: cut }, (_, k) => ({
      analysis: window(analysis, start(k), 2 * cut),
      synthesis: window(synthesis, start(k), 2 * cut),
    }));
  return { lo: rows(channels.lo), hi: rows(channels.hi) };
}

/** The part of a filter that begins at sample `start` which lies within [0, width). */
function window(taps: Float64Array, start: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => taps[i - start] ?? 0);
}

function copyPairs(pairs: Pairs, low: number, high: number): Pairs {
  const copy = ({ analysis, synthesis }: Pair) => ({
    analysis: analysis.slice(),
    synthesis: synthesis.slice(),
  });
  return { lo: pairs.lo.slice(0, low).map(copy), hi: pairs.hi.slice(0, high).map(copy) };
}

/**
 * Two-sided Gram–Schmidt in place, with the largest pivot first: ⟨analysisᵢ, synthesisⱼ⟩ = δᵢⱼ afterwards.
 *
 * @returns the logarithm of the determinant that those products had, without its sign; −∞ if there are no duals
 */
function makeDual({ lo, hi }: Pairs): number {
  const rest = [...lo, ...hi];
  let size = 0;
  while (rest.length > 0) {
    const sizes = rest.map((pair) => Math.abs(product(pair, pair)));
    const [next] = rest.splice(sizes.indexOf(Math.max(...sizes)), 1);
    const pivot = product(next!, next!);
    if (!(Math.abs(pivot) > 1e-6)) return Number.NEGATIVE_INFINITY;
    size += Math.log(Math.abs(pivot));
    const scale = Math.sqrt(Math.abs(pivot));
    divide(next!.analysis, scale);
    divide(next!.synthesis, Math.sign(pivot) * scale);
    for (const pair of rest) {
      const { analysis, synthesis } = pair;
      const along = product(pair, next!);
      subtract(synthesis, next!.synthesis, product(next!, pair));
      subtract(analysis, next!.analysis, along);
    }
  }
  return size;
}

/** ⟨analysis of one, synthesis of the other⟩ */
function product(one: Pair, other: Pair): number {
  let sum = 0;
  for (let i = 0; i < one.analysis.length; i++) sum += one.analysis[i]! * other.synthesis[i]!;
  return sum;
}

function divide(target: Float64Array, divisor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! / divisor;
}

function subtract(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! - factor * source[i]!;
}
