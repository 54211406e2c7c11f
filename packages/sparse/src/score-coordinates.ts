import { type CoordinateSet, checkCount, checkDense, type MatrixShape, trustedSet } from "./coordinate-set";
import { SparseError } from "./errors";
import { quickselect } from "./quickselect";
import { asScores, type Scores, scoreOf } from "./scores";
import { checkRanked, eachSelected, findThreshold } from "./select";

export interface SelectionOptions {
  /** Whether the largest scores are taken, the default, or the smallest. */
  readonly largest?: boolean;
}

/**
 * The `count` places of largest (or smallest) score, in row-major order. Of equal scores the lower index is taken.
 *
 * @param scores row-major, one for each entry: an array, or what `scoreOf` gives
 * @throws SparseError when lengths and shape disagree, the count does not fit, or a score is NaN
 */
export function scoreCoordinates(
  scores: Scores | ArrayLike<number>,
  shape: MatrixShape,
  count: number,
  { largest = true }: SelectionOptions = {},
): CoordinateSet {
  checkDense("the scores", scores.length, shape);
  checkCount(count, shape);
  const source = asScores(scores);
  const width = shape[1];
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  let n = 0;
  eachSelected(source, findThreshold([source], count, largest), largest, (place) => {
    const row = Math.floor(place / width);
    rows[n] = row;
    columns[n++] = place - row * width;
  });
  return trustedSet(shape, rows, columns);
}

/** `scoreCoordinates` by |entry|: the places that magnitude pruning keeps, or with `largest: false` those it prunes. */
export function magnitudeCoordinates(
  dense: ArrayLike<number>,
  shape: MatrixShape,
  count: number,
  options?: SelectionOptions,
): CoordinateSet {
  return scoreCoordinates(scoreOf("magnitude", { weight: dense }), shape, count, options);
}

/**
 * N:M sparsity: of every m neighbours in a row the n of largest score, such as the 2 of 4 that sparse tensor cores
 * want; with m the row length, the n best of each row. In row-major order; of equal scores the lower index is
 * taken. Where m does not divide the row length, the group at its end is shorter and keeps at most n as well.
 *
 * @param scores row-major, one for each entry: an array, or what `scoreOf` gives
 * @throws SparseError unless 1 ≤ n ≤ m ≤ columns; when lengths and shape disagree or a score is NaN
 */
export function nmCoordinates(
  scores: Scores | ArrayLike<number>,
  shape: MatrixShape,
  n: number,
  m: number,
): CoordinateSet {
  checkDense("the scores", scores.length, shape);
  const [height, width] = shape;
  if (!Number.isInteger(n) || !Number.isInteger(m) || n < 1 || n > m || m > width) {
    throw new SparseError(
      `sparse: N:M of rows of ${width} needs integers with 1 ≤ N ≤ M ≤ ${width}, got ${n}:${m}`,
      "count",
    );
  }
  const perRow = Math.floor(width / m) * n + Math.min(n, width % m);
  const rows = new Int32Array(height * perRow);
  const columns = new Int32Array(height * perRow);
  const source = asScores(scores);
  const row = new Float64Array(width);
  const group = new Float64Array(m);
  let taken = 0;
  for (let r = 0; r < height; r++) {
    source.read(r * width, row);
    checkRanked(row, r * width);
    for (let start = 0; start < width; start += m) {
      const end = Math.min(start + m, width);
      const keep = Math.min(n, end - start);
      for (let i = start; i < end; i++) group[i - start] = row[i]!;
      const least = quickselect(group, end - start, end - start - keep);
      let ties = keep;
      for (let i = start; i < end; i++) if (row[i]! > least) ties--;
      for (let i = start; i < end; i++) {
        if (row[i]! < least || (row[i] === least && ties-- <= 0)) continue;
        rows[taken] = r;
        columns[taken++] = i;
      }
    }
  }
  return trustedSet(shape, rows, columns);
}
