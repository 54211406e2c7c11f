import { type CoordinateSet, checkDense, type MatrixShape, trustedSet } from "./coordinate-set";
import { rowOrder } from "./order";

/**
 * The places where a mask or a dense matrix is not zero, in row-major order; perhaps none. NaN is not zero.
 *
 * @param dense row-major, rows · columns entries: numbers, or a mask of 0 and 1
 */
export function nonzeroCoordinates(dense: ArrayLike<number>, shape: MatrixShape): CoordinateSet {
  checkDense("the mask", dense.length, shape);
  const width = shape[1];
  let count = 0;
  for (let i = 0; i < dense.length; i++) if (dense[i] !== 0) count++;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  let n = 0;
  for (let row = 0; row < shape[0]; row++) {
    for (let column = 0; column < width; column++) {
      if (dense[row * width + column] === 0) continue;
      rows[n] = row;
      columns[n++] = column;
    }
  }
  return trustedSet(shape, rows, columns);
}

/** A dense mask, row-major: 1 at the places of the set, 0 elsewhere. */
export function toMask({ shape, count, rows, columns }: CoordinateSet): Uint8Array {
  const width = shape[1];
  const mask = new Uint8Array(shape[0] * width);
  for (let i = 0; i < count; i++) mask[rows[i]! * width + columns[i]!] = 1;
  return mask;
}

/**
 * Prunes in place: entries at the places of the set stay as they are, all others become 0. Takes no memory but
 * the set's row order.
 *
 * @param dense row-major, of the set's shape
 * @returns `dense`
 */
export function applyMask<D extends Float32Array | Float64Array>(set: CoordinateSet, dense: D): D {
  checkDense("the dense form", dense.length, set.shape);
  const width = set.shape[1];
  const { rows, columns } = rowOrder(set);
  let zeroFrom = 0;
  for (let i = 0; i < set.count; i++) {
    const place = rows[i]! * width + columns[i]!;
    for (let p = zeroFrom; p < place; p++) dense[p] = 0;
    zeroFrom = place + 1;
  }
  dense.fill(0, zeroFrom);
  return dense;
}
