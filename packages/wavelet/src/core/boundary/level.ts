import { WaveletError } from "../../errors";
import { type FilterBank, filterLength } from "../filter-bank";
import { layoutAlong } from "../layout";
import { join, split } from "../level";
import { type Dense, unify, zerosLike } from "../signal";
import { concatAlong, sliceAlong } from "../slices";
import { boundaryFilters, type EndBand, type Matrix } from "./filters";

/** One array into its low and high band along one axis; an odd length repeats its last sample. */
export function splitBoundary(x: Dense, bank: FilterBank, axis: number): readonly [lo: Dense, hi: Dense] {
  const taps = filterLength(bank);
  const length = x.shape[axis]!;
  if (length < taps) {
    throw new WaveletError(
      `boundary filters of ${taps} taps need at least ${taps} samples along axis ${axis}, got ${length}`,
      "length",
    );
  }
  const even = length % 2 === 0 ? x : concatAlong([x, sliceAlong(x, axis, length - 1, length)], axis);
  const n = even.shape[axis]!;
  const width = taps - 2;
  const { left, right } = boundaryFilters(bank);
  const first = sliceAlong(even, axis, 0, width);
  const last = sliceAlong(even, axis, n - width, n);
  const [lo, hi] = split(even, bank, "zero", axis);
  const whole = (band: Dense, atLeft: EndBand, atRight: EndBand) => {
    const inside = sliceAlong(band, axis, width / 2, n / 2);
    const out = padAlong(inside, axis, atLeft.count, atRight.count);
    addProduct(out, 0, atLeft.analysis, first, axis);
    addProduct(out, n / 2 - atRight.count, atRight.analysis, last, axis);
    return out;
  };
  return [whole(lo, left.lo, right.lo), whole(hi, left.hi, right.hi)];
}

/** The inverse; a band that is missing stands for zeros. The length is even. */
export function joinBoundary(
  lo: Dense | undefined,
  hi: Dense | undefined,
  bank: FilterBank,
  axis: number,
): Dense | undefined {
  const one = lo ?? hi;
  if (one === undefined) return undefined;
  const taps = filterLength(bank);
  const count = one.shape[axis]!;
  if (2 * count < taps) {
    throw new WaveletError(
      `boundary filters of ${taps} taps give at least ${taps / 2} coefficients along axis ${axis}, got ${count}`,
      "length",
    );
  }
  const { left, right } = boundaryFilters(bank);
  const ends = [
    { atLeft: left.lo, atRight: right.lo },
    { atLeft: left.hi, atRight: right.hi },
  ];
  const bands = unify([lo ?? zerosLike(one), hi ?? zerosLike(one)]);
  const [a, d] = bands.map((band, i) => {
    const { atLeft, atRight } = ends[i]!;
    const inside = sliceAlong(band, axis, atLeft.count, count - atRight.count);
    return padAlong(inside, axis, taps / 2 - 1, taps / 2 - 1);
  });
  const out = join(a, d, bank, "zero", axis)!;
  for (const [i, band] of bands.entries()) {
    const { atLeft, atRight } = ends[i]!;
    addProduct(out, 0, atLeft.synthesis, sliceAlong(band, axis, 0, atLeft.count), axis);
    const last = sliceAlong(band, axis, count - atRight.count, count);
    addProduct(out, 2 * count - taps + 2, atRight.synthesis, last, axis);
  }
  return out;
}

/** With so many zeros before and after; x itself with none. */
function padAlong(x: Dense, axis: number, before: number, after: number): Dense {
  if (before + after === 0) return x;
  const zeros = (count: number) => zerosLike(x, x.shape.with(axis, count));
  return concatAlong([zeros(before), x, zeros(after)], axis);
}

/** A matrix times x along one axis, added to the entries of `out` from `start` on. */
function addProduct(out: Dense, start: number, matrix: Matrix, x: Dense, axis: number): void {
  const { rows, columns, entries } = matrix;
  const { outer, length, inner } = layoutAlong(out.shape, axis);
  for (const [p, to] of out.parts.entries()) {
    const from = x.parts[p]!;
    for (let block = 0; block < outer; block++) {
      for (let row = 0; row < rows; row++) {
        const at = (block * length + start + row) * inner;
        for (let c = 0; c < inner; c++) {
          let sum = 0;
          let sample = block * columns * inner + c;
          for (let i = row * columns; i < (row + 1) * columns; i++, sample += inner) {
            sum += entries[i]! * from[sample]!;
          }
          to[at + c] = to[at + c]! + sum;
        }
      }
    }
  }
}
