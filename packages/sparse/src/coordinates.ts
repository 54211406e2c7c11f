import {
  type CoordinateSet,
  checkCount,
  checkedSize,
  isIndex,
  type MatrixShape,
  trustedSet,
} from "./coordinate-set";
import { SparseError } from "./errors";
import { rowOrder } from "./order";
import { randpermPrefix } from "./randperm";

/**
 * Places drawn at random, those that PEFT's WaveFT takes for a seed: the first `count` entries p of
 * `torch.randperm(rows · columns)` with that seed, as (⌊p / columns⌋, p mod columns), in the order drawn.
 *
 * @param count how many places, an integer in [1, rows · columns]
 * @param seed an integer in [−2⁶³, 2⁶⁴), a bigint beyond 2⁵³; PEFT's default is 777
 * @throws SparseError with reason "shape", "count" or "seed"
 */
export function randomCoordinates(shape: MatrixShape, count: number, seed: number | bigint): CoordinateSet {
  const total = checkedSize(shape);
  checkCount(count, shape);
  return split(shape, randpermPrefix(total, count, seed));
}

/**
 * A set of places chosen by the caller, in the order given; the arrays are copied.
 *
 * @throws SparseError when there are none, lengths differ, a place lies outside the shape, or one occurs twice
 */
export function coordinateSet(
  shape: MatrixShape,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): CoordinateSet {
  checkedSize(shape);
  if (rows.length !== columns.length) {
    throw new SparseError(
      `sparse: a coordinate set needs as many rows as columns, got ${rows.length} and ${columns.length}`,
      "count",
    );
  }
  checkCount(rows.length, shape);
  return checkedSet(shape, rows, columns);
}

/**
 * `coordinateSet` of flat row-major places: place p is (⌊p / columns⌋, p mod columns).
 *
 * @throws SparseError when there are none, a place lies outside the shape, or one occurs twice
 */
export function flatCoordinates(shape: MatrixShape, places: ArrayLike<number>): CoordinateSet {
  const total = checkedSize(shape);
  checkCount(places.length, shape);
  for (let i = 0; i < places.length; i++) {
    if (!isIndex(places[i]!, total)) {
      throw new SparseError(
        `sparse: place ${i} is ${places[i]}; the places of a ${shape.join("×")} matrix are 0 to ${total - 1}`,
        "shape",
      );
    }
  }
  return distinct(split(shape, places));
}

/**
 * The flat row-major place of each coordinate, rows · columns wide: what `take` and `index_select` want.
 *
 * @throws SparseError when the matrix has more than 2⁵³ entries
 */
export function flatIndices({ shape, count, rows, columns }: CoordinateSet): Float64Array {
  const width = shape[1];
  if (shape[0] * width > 2 ** 53) {
    throw new SparseError(`sparse: the places of a ${shape.join("×")} matrix are past 2^53`, "shape");
  }
  const places = new Float64Array(count);
  for (let i = 0; i < count; i++) places[i] = rows[i]! * width + columns[i]!;
  return places;
}

/** `coordinateSet`, which may be empty. */
export function checkedSet(
  shape: MatrixShape,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): CoordinateSet {
  const [height, width] = shape;
  for (let i = 0; i < rows.length; i++) {
    if (!isIndex(rows[i]!, height) || !isIndex(columns[i]!, width)) {
      throw new SparseError(
        `sparse: place ${i} is (${rows[i]}, ${columns[i]}); a ${height}×${width} matrix has rows 0 to ${height - 1} and columns 0 to ${width - 1}`,
        "shape",
      );
    }
  }
  return distinct(trustedSet(shape, Int32Array.from(rows), Int32Array.from(columns)));
}

/** The same set, once no place is found twice. */
function distinct(set: CoordinateSet): CoordinateSet {
  const { rows, columns } = rowOrder(set);
  for (let i = 1; i < set.count; i++) {
    if (rows[i] === rows[i - 1] && columns[i] === columns[i - 1]) {
      throw new SparseError(
        `sparse: place (${rows[i]}, ${columns[i]}) occurs twice; give each place once`,
        "values",
      );
    }
  }
  return set;
}

function split(shape: MatrixShape, places: ArrayLike<number>): CoordinateSet {
  const width = shape[1];
  const count = places.length;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const row = Math.floor(places[i]! / width);
    rows[i] = row;
    columns[i] = places[i]! - row * width;
  }
  return trustedSet(shape, rows, columns);
}
