import { SparseError } from "./errors";
import { randpermPrefix } from "./randperm";

/** Rows and columns of a matrix: `[out, in]` for the weight of a linear layer. */
export type MatrixShape = readonly [rows: number, columns: number];

/**
 * Distinct places of a matrix, in a fixed order: entry i of a value array belongs to (rows[i], columns[i]).
 * Sets may be shared by parameters of one shape; nobody writes to them.
 */
export interface CoordinateSet {
  readonly shape: MatrixShape;
  readonly count: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/**
 * The places that PEFT's WaveFT takes for a seed: the first `count` entries p of
 * `torch.randperm(rows · columns)` with that seed, as (⌊p / columns⌋, p mod columns).
 *
 * @param shape `[out, in]`
 * @param count how many places, an integer in [1, out · in]
 * @param seed an integer in [−2⁶³, 2⁶⁴); PEFT's default is 777
 * @throws SparseError with reason "shape", "count" or "seed"
 */
export function randomCoordinates(shape: MatrixShape, count: number, seed: number | bigint): CoordinateSet {
  const total = checkedSize(shape);
  checkCount(count, shape);
  const [, width] = shape;
  const places = randpermPrefix(total, count, seed);
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const row = Math.floor(places[i]! / width);
    rows[i] = row;
    columns[i] = places[i]! - row * width;
  }
  return { shape: [shape[0], width], count, rows, columns };
}

/**
 * A set of places chosen by the caller; the arrays are copied.
 *
 * @throws SparseError when lengths differ, a place lies outside the shape, or one occurs twice
 */
export function coordinateSet(
  shape: MatrixShape,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): CoordinateSet {
  checkedSize(shape);
  const [height, width] = shape;
  if (rows.length !== columns.length) {
    throw new SparseError(
      `sparse: a coordinate set needs as many rows as columns, got ${rows.length} and ${columns.length}`,
      "count",
    );
  }
  checkCount(rows.length, shape);
  const seen = new Set<number>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const column = columns[i]!;
    if (!isIndex(row, height) || !isIndex(column, width)) {
      throw new SparseError(
        `sparse: place ${i} is (${row}, ${column}); a ${height}×${width} matrix has rows 0 to ${height - 1} and columns 0 to ${width - 1}`,
        "shape",
      );
    }
    const place = row * width + column;
    if (seen.has(place)) {
      throw new SparseError(`sparse: place (${row}, ${column}) occurs twice; give each place once`, "values");
    }
    seen.add(place);
  }
  return {
    shape: [height, width],
    count: rows.length,
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
  };
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

/** Rows times columns; both fit an Int32Array. */
export function checkedSize(shape: MatrixShape): number {
  if (shape.length !== 2 || !shape.every((length) => isIndex(length - 1, 2 ** 31))) {
    throw new SparseError(
      `sparse: a matrix shape is two integers from 1 to 2^31, [out, in]; got [${Array.from(shape).join(", ")}]`,
      "shape",
    );
  }
  return shape[0] * shape[1];
}

export function checkCount(count: number, shape: MatrixShape): void {
  const [height, width] = shape;
  if (!isIndex(count - 1, height * width)) {
    throw new SparseError(
      `sparse: a ${height}×${width} matrix takes 1 to ${height * width} coefficients, got ${count}`,
      "count",
    );
  }
}
