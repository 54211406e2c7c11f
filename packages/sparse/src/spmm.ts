import { SparseError } from "./errors";
import { type RowOrder, rowOrder, transpose as transposeSet } from "./order";
import { checkValues, type FloatArray, type SparseMatrix } from "./values";

export interface SpmmOptions<D extends FloatArray = Float32Array> {
  /** Takes the sparse matrix transposed. */
  readonly transpose?: boolean;
  /** Multiplies the product; 1 when left out. */
  readonly scale?: number;
  /** The product is added to this row-major matrix, which is returned; else to new zeros. */
  readonly into?: D;
}

/**
 * The product of a sparse and a dense matrix (torch's `sparse.mm`), in the order of the arguments: S·X, or X·S;
 * with `transpose` Sᵀ·X, or X·Sᵀ. Takes count · k multiply-adds, k being the other side of X. Sums are taken in
 * double precision and rounded once.
 *
 * y = x·Wᵀ of a linear layer is `spmm(x, W, { transpose: true })`; backward, dx is `spmm(dy, W)`, and the gradient of
 * the values `sddmm(W.coordinates, dy, x, { transposeA: true })`.
 *
 * The first product with a set sorts it by rows, the first with its transpose by columns (12 bytes a place each,
 * kept as long as the set; none where it is sorted already).
 *
 * @throws SparseError when the shapes do not fit
 */
export function spmm<D extends FloatArray = Float32Array>(
  sparse: SparseMatrix,
  dense: ArrayLike<number>,
  options?: SpmmOptions<D>,
): D;
export function spmm<D extends FloatArray = Float32Array>(
  dense: ArrayLike<number>,
  sparse: SparseMatrix,
  options?: SpmmOptions<D>,
): D;
export function spmm<D extends FloatArray = Float32Array>(
  first: SparseMatrix | ArrayLike<number>,
  second: SparseMatrix | ArrayLike<number>,
  { transpose = false, scale = 1, into }: SpmmOptions<D> = {},
): D {
  const sparseFirst = "coordinates" in first;
  const { coordinates, values } = (sparseFirst ? first : second) as SparseMatrix;
  const dense = (sparseFirst ? second : first) as ArrayLike<number>;
  checkValues(values.length, coordinates);

  // X·S is X·(Sᵀ)ᵀ: as S·X and X·Sᵀ both walk the rows of S, two kernels make all four products.
  const set = transpose === sparseFirst ? transposeSet(coordinates) : coordinates;
  const [height, width] = set.shape;
  const k = dense.length / width;
  if (!Number.isInteger(k)) {
    throw new SparseError(
      `sparse: a ${coordinates.shape.join("×")} matrix${transpose ? ", transposed," : ""} takes a dense one of ${
        sparseFirst ? `${width}×k` : `k×${width}`
      }, got ${dense.length} entries`,
      "shape",
    );
  }
  const out = into ?? (new Float32Array(height * k) as D);
  if (out.length !== height * k) {
    throw new SparseError(
      `sparse: the product is ${sparseFirst ? `${height}×${k}` : `${k}×${height}`}; "into" has ${out.length} entries`,
      "shape",
    );
  }
  const order = rowOrder(set);
  const sorted = scaled(values, order, scale);
  if (sparseFirst) sparseTimesDense(order, sorted, dense, k, out);
  else denseTimesTransposed(order, sorted, dense, [height, width], k, out);
  return out;
}

function scaled(values: ArrayLike<number>, { order }: RowOrder, scale: number): Float64Array {
  const sorted = new Float64Array(values.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = scale * values[order === null ? i : order[i]!]!;
  return sorted;
}

/** out[r, :] += Σ S[r, c] · dense[c, :], four columns at a time. */
function sparseTimesDense(
  { rows, columns }: RowOrder,
  values: Float64Array,
  dense: ArrayLike<number>,
  k: number,
  out: FloatArray,
): void {
  const count = values.length;
  for (let start = 0, end = 0; start < count; start = end) {
    const row = rows[start]!;
    while (end < count && rows[end] === row) end++;
    let j = 0;
    for (; j + 4 <= k; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let p = start; p < end; p++) {
        const value = values[p]!;
        const at = columns[p]! * k + j;
        s0 += value * dense[at]!;
        s1 += value * dense[at + 1]!;
        s2 += value * dense[at + 2]!;
        s3 += value * dense[at + 3]!;
      }
      const to = row * k + j;
      out[to]! += s0;
      out[to + 1]! += s1;
      out[to + 2]! += s2;
      out[to + 3]! += s3;
    }
    for (; j < k; j++) {
      let sum = 0;
      for (let p = start; p < end; p++) sum += values[p]! * dense[columns[p]! * k + j]!;
      out[row * k + j]! += sum;
    }
  }
}

/** out[t, r] += Σ dense[t, c] · S[r, c], four rows of the dense matrix at a time. */
function denseTimesTransposed(
  { rows, columns }: RowOrder,
  values: Float64Array,
  dense: ArrayLike<number>,
  [height, width]: readonly [number, number],
  k: number,
  out: FloatArray,
): void {
  const count = values.length;
  let t = 0;
  for (; t + 4 <= k; t += 4) {
    const x0 = t * width;
    const x1 = x0 + width;
    const x2 = x1 + width;
    const x3 = x2 + width;
    for (let p = 0; p < count; ) {
      const row = rows[p]!;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (; p < count && rows[p] === row; p++) {
        const value = values[p]!;
        const column = columns[p]!;
        s0 += value * dense[x0 + column]!;
        s1 += value * dense[x1 + column]!;
        s2 += value * dense[x2 + column]!;
        s3 += value * dense[x3 + column]!;
      }
      const to = t * height + row;
      out[to]! += s0;
      out[to + height]! += s1;
      out[to + 2 * height]! += s2;
      out[to + 3 * height]! += s3;
    }
  }
  for (; t < k; t++) {
    for (let p = 0; p < count; ) {
      const row = rows[p]!;
      let sum = 0;
      for (; p < count && rows[p] === row; p++) sum += values[p]! * dense[t * width + columns[p]!]!;
      out[t * height + row]! += sum;
    }
  }
}
