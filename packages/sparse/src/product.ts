import type { CoordinateSet } from "./coordinates";
import { SparseError } from "./errors";

/**
 * The sampled dense-dense product (SDDMM): out[i] = Σ_t a[t, rows[i]] · b[t, columns[i]], the entries of aᵀb at
 * the coordinates, in count · steps multiply-adds. With a = ∂loss/∂y and b = x of a linear layer it is the
 * gradient of a sparse weight. Sums are taken in double precision.
 *
 * @param a row-major, steps × shape[0]
 * @param b row-major, steps × shape[1]
 */
export function sampledProduct(
  coordinates: CoordinateSet,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float32Array {
  const { rows, columns, count, shape } = coordinates;
  const [height, width] = shape;
  const steps = a.length / height;
  if (!Number.isInteger(steps) || b.length !== steps * width) {
    throw new SparseError(
      `sparse: the factors must be steps×${height} and steps×${width}, got ${a.length} and ${b.length} entries`,
      "shape",
    );
  }
  const sums = new Float64Array(count);
  for (let t = 0; t < steps; t++) {
    const left = t * height;
    const right = t * width;
    for (let i = 0; i < count; i++) {
      sums[i] = sums[i]! + a[left + rows[i]!]! * b[right + columns[i]!]!;
    }
  }
  return Float32Array.from(sums);
}
