import type { CoordinateSet } from "./coordinate-set";
import { SparseError } from "./errors";
import { checkValues, type FloatArray } from "./values";

export interface SddmmOptions<D extends FloatArray = Float32Array> {
  /** `a` is given as its transpose, k × rows. */
  readonly transposeA?: boolean;
  /** `b` is given as its transpose, columns × k. */
  readonly transposeB?: boolean;
  /** Multiplies the product; 1 when left out. */
  readonly scale?: number;
  /** The product is added to these values, one for each coordinate, which are returned; else to new zeros. */
  readonly into?: D;
}

/**
 * The sampled dense-dense product (SDDMM; torch's `sparse.sampled_addmm`): the entries of a·b at the coordinates
 * alone, out[i] = Σ_t a[rows[i], t] · b[t, columns[i]], in count · k multiply-adds. Sums are taken in double
 * precision and rounded once.
 *
 * The gradient of a sparse weight in y = x·Wᵀ is `sddmm(coordinates, dy, x, { transposeA: true })`, and scores of
 * sparse attention are `sddmm(pairs, q, k, { transposeB: true })`. These two layouts are read in place; the others
 * copy one factor.
 *
 * @param a row-major, rows × k (or k × rows)
 * @param b row-major, k × columns (or columns × k)
 * @throws SparseError when the factors are of no common k
 */
export function sddmm<D extends FloatArray = Float32Array>(
  coordinates: CoordinateSet,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { transposeA = false, transposeB = false, scale = 1, into }: SddmmOptions<D> = {},
): D {
  const { shape, count } = coordinates;
  const [height, width] = shape;
  const k = a.length / height;
  if (!Number.isInteger(k) || b.length !== k * width) {
    const left = transposeA ? `k×${height}` : `${height}×k`;
    const right = transposeB ? `${width}×k` : `k×${width}`;
    throw new SparseError(
      `sparse: the factors must be ${left} and ${right} with one k, got ${a.length} and ${b.length} entries`,
      "shape",
    );
  }
  const out = into ?? (new Float32Array(count) as D);
  checkValues(out.length, coordinates);
  const sums = new Float64Array(count);
  if (transposeA && !transposeB) sumOuter(coordinates, a, b, k, sums);
  else {
    const left = transposeA ? transposed(a, k, height) : a;
    const right = transposeB ? b : transposed(b, k, width);
    sumInner(coordinates, left, right, k, sums);
  }
  for (let i = 0; i < count; i++) out[i]! += scale * sums[i]!;
  return out;
}

/** Factors k × rows and k × columns: four of the k at a time, so that each coordinate is read a quarter as often. */
function sumOuter(
  { rows, columns, count, shape: [height, width] }: CoordinateSet,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  k: number,
  sums: Float64Array,
): void {
  let t = 0;
  for (; t + 4 <= k; t += 4) {
    const a0 = t * height;
    const a1 = a0 + height;
    const a2 = a1 + height;
    const a3 = a2 + height;
    const b0 = t * width;
    const b1 = b0 + width;
    const b2 = b1 + width;
    const b3 = b2 + width;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const column = columns[i]!;
      sums[i]! +=
        a[a0 + row]! * b[b0 + column]! +
        a[a1 + row]! * b[b1 + column]! +
        a[a2 + row]! * b[b2 + column]! +
        a[a3 + row]! * b[b3 + column]!;
    }
  }
  for (; t < k; t++) {
    for (let i = 0; i < count; i++) {
      sums[i]! += a[t * height + rows[i]!]! * b[t * width + columns[i]!]!;
    }
  }
}

/** Factors rows × k and columns × k: a dot product for each coordinate. */
function sumInner(
  { rows, columns, count }: CoordinateSet,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  k: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const left = rows[i]! * k;
    const right = columns[i]! * k;
    let even = 0;
    let odd = 0;
    let t = 0;
    for (; t + 2 <= k; t += 2) {
      even += a[left + t]! * b[right + t]!;
      odd += a[left + t + 1]! * b[right + t + 1]!;
    }
    if (t < k) even += a[left + t]! * b[right + t]!;
    sums[i] = even + odd;
  }
}

/** A row-major height × width array as width × height. */
function transposed(from: ArrayLike<number>, height: number, width: number): Float64Array {
  const to = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) to[column * height + row] = from[row * width + column]!;
  }
  return to;
}
