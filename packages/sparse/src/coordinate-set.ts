import { SparseError } from "./errors";

/** Rows and columns of a matrix: `[out, in]` for the weight of a linear layer. */
export type MatrixShape = readonly [rows: number, columns: number];

/**
 * Distinct places of a matrix, in a fixed order: entry i of a value array belongs to (rows[i], columns[i]).
 * Parameters of one shape may share a set, and what was computed of it is kept beside it, so nobody writes to it.
 */
export interface CoordinateSet {
  readonly shape: MatrixShape;
  /** How many places: scipy's and torch's nnz. */
  readonly count: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** The places as given: whoever calls this knows that they are distinct and inside the shape. */
export function trustedSet(shape: MatrixShape, rows: Int32Array, columns: Int32Array): CoordinateSet {
  return { shape: [shape[0], shape[1]], count: rows.length, rows, columns };
}

export function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

/** Rows times columns; both are checked to be of the size that an Int32Array can number. */
export function checkedSize(shape: MatrixShape): number {
  if (shape.length !== 2 || !shape.every((length) => isIndex(length - 1, 2 ** 31))) {
    throw new SparseError(
      `sparse: a matrix shape is two integers from 1 to 2^31, [rows, columns]; got [${Array.from(shape).join(", ")}]`,
      "shape",
    );
  }
  return shape[0] * shape[1];
}

export function checkCount(count: number, shape: MatrixShape, whose = `a ${shape.join("×")} matrix`): void {
  const size = shape[0] * shape[1];
  if (!isIndex(count - 1, size)) {
    throw new SparseError(`sparse: ${whose} takes 1 to ${size} entries, got ${count}`, "count");
  }
}

/** That a flat array holds a matrix of this shape. */
export function checkDense(what: string, length: number, shape: MatrixShape): void {
  const size = checkedSize(shape);
  if (length !== size) {
    throw new SparseError(
      `sparse: ${what} of a ${shape.join("×")} matrix must have ${size} entries, got ${length}`,
      "shape",
    );
  }
}

export function checkSameShape(a: CoordinateSet, b: CoordinateSet): void {
  if (a.shape[0] !== b.shape[0] || a.shape[1] !== b.shape[1]) {
    throw new SparseError(
      `sparse: both sets must be of one shape, got ${a.shape.join("×")} and ${b.shape.join("×")}`,
      "shape",
    );
  }
}
