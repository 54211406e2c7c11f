import { type CoordinateSet, checkDense } from "./coordinate-set";
import { SparseError } from "./errors";
import { positions } from "./sets";

/**
 * A matrix that is zero but at its coordinates (scipy's coo_array, torch's sparse COO tensor): `values[i]` stands
 * at coordinate i. `SparseParameter` is one; so is any object with these two fields.
 */
export interface SparseMatrix {
  readonly coordinates: CoordinateSet;
  readonly values: ArrayLike<number>;
}

/** A dense row-major array that results are written to. */
export type FloatArray = Float32Array | Float64Array;

/**
 * The dense matrix's entries at the coordinates, in their order.
 *
 * @param dense row-major, of the set's shape
 * @param into where to write them, one for each coordinate; a new Float32Array when left out
 */
export function gather<D extends FloatArray = Float32Array>(
  coordinates: CoordinateSet,
  dense: ArrayLike<number>,
  into = new Float32Array(coordinates.count) as D,
): D {
  checkDense("the dense form", dense.length, coordinates.shape);
  checkValues(into.length, coordinates);
  const { rows, columns, count, shape } = coordinates;
  const width = shape[1];
  for (let i = 0; i < count; i++) into[i] = dense[rows[i]! * width + columns[i]!]!;
  return into;
}

/**
 * Writes the values into the dense matrix at the coordinates; all other entries stay.
 *
 * @param dense row-major, of the sparse matrix's shape
 * @returns `dense`
 */
export function scatter<D extends FloatArray>({ coordinates, values }: SparseMatrix, dense: D): D {
  checkDense("the dense form", dense.length, coordinates.shape);
  checkValues(values.length, coordinates);
  const { rows, columns, count, shape } = coordinates;
  const width = shape[1];
  for (let i = 0; i < count; i++) dense[rows[i]! * width + columns[i]!] = values[i]!;
  return dense;
}

/**
 * dense += scale · sparse, in place: each entry is computed in double precision and rounded once.
 *
 * @param dense row-major, of the sparse matrix's shape
 * @returns `dense`
 */
export function add<D extends FloatArray>({ coordinates, values }: SparseMatrix, dense: D, scale = 1): D {
  checkDense("the dense form", dense.length, coordinates.shape);
  checkValues(values.length, coordinates);
  const { rows, columns, count, shape } = coordinates;
  const width = shape[1];
  for (let i = 0; i < count; i++) dense[rows[i]! * width + columns[i]!]! += scale * values[i]!;
  return dense;
}

/** The matrix as a new row-major Float32Array. */
export function toDense(sparse: SparseMatrix): Float32Array {
  const [height, width] = sparse.coordinates.shape;
  return scatter(sparse, new Float32Array(height * width));
}

/**
 * The matrix's entries at other coordinates of the same shape, 0 where it has none: carries weights or an
 * optimizer's moments along when a mask changes.
 */
export function reindex(sparse: SparseMatrix, coordinates: CoordinateSet): Float32Array {
  const { values } = sparse;
  checkValues(values.length, sparse.coordinates);
  const places = positions(sparse.coordinates, coordinates);
  const out = new Float32Array(places.length);
  for (let i = 0; i < out.length; i++) if (places[i]! >= 0) out[i] = values[places[i]!]!;
  return out;
}

export function checkValues(length: number, { count }: CoordinateSet): void {
  if (length !== count) {
    throw new SparseError(`sparse: ${count} coordinates take ${count} values, got ${length}`, "values");
  }
}
