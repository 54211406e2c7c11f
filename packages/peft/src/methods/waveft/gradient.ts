import {
  conv1d,
  gather,
  matmul,
  mul,
  Parameter,
  reshape,
  sum,
  type Tensor,
  transpose,
} from "@waveft/autograd";
import type { CoordinateSet } from "@waveft/sparse";
import type { Placement, SynthesisFilters } from "./placement";

/** From x [tokens, in] and dy [tokens, out] to the cotangent of the coefficients [count]. */
export type CoefficientGradient = (x: Tensor, dy: Tensor) => Tensor;

// Indices and filters are parameters, not constants: another adapter of the same structure feeds its own and
// recompiles nothing.
const feed = (data: Int32Array | Float32Array, shape: readonly number[]): Parameter =>
  new Parameter(
    { data, shape, dtype: data instanceof Int32Array ? "int32" : "float32" },
    { requiresGrad: false },
  );

/**
 * The sampled product: ∂c_n = scaling · Σ_t u[t, row_n] v[t, column_n], where u and v are dy and x, or their
 * analysed sequences. count · tokens multiply-adds, against out · in · tokens for the whole dyᵀx.
 */
const sampled = (u: Tensor, v: Tensor, rows: Parameter, columns: Parameter, scaling: Parameter): Tensor => {
  const left = gather(transpose(u), rows);
  const right = gather(transpose(v), columns);
  return mul(sum(mul(left, right), { axes: 1 }), scaling);
};

/** Gradient of coefficients that are entries of ΔW. */
export const directGradient = (
  { rows, columns, count }: CoordinateSet,
  scaling: number,
): CoefficientGradient => {
  const [r, c, s] = [feed(rows, [count]), feed(columns, [count]), feed(Float32Array.of(scaling), [])];
  return (x, dy) => sampled(dy, x, r, c, s);
};

/**
 * Gradient of wavelet coefficients: dy and x are analysed along their features (the adjoint of synthesis:
 * correlation with the reconstruction filters), then sampled. Where the coefficients are so many that the
 * gathered rows would outgrow the weight's own gradient, dyᵀx is analysed on both axes instead.
 */
export const waveletGradient = (
  placement: Placement,
  filters: SynthesisFilters,
  scaling: number,
): CoefficientGradient => {
  const { count, taps, halfHeight, halfWidth, i, j, highDown, highAcross } = placement;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  const flat = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    rows[n] = highDown[n]! * halfHeight + i[n]!;
    columns[n] = highAcross[n]! * halfWidth + j[n]!;
    flat[n] = rows[n]! * 2 * halfWidth + columns[n]!;
  }
  const kernel = feed(Float32Array.from([...Array.from(filters.recLo), ...Array.from(filters.recHi)]), [
    2,
    1,
    taps,
  ]);
  const [r, c, f] = [feed(rows, [count]), feed(columns, [count]), feed(flat, [count])];
  const s = feed(Float32Array.of(scaling), []);
  return (x, dy) => {
    const tokens = x.shape[0]!;
    if (count * tokens <= 4 * halfHeight * halfWidth * Math.min(tokens, 64))
      return sampled(analyse(dy, kernel, halfHeight), analyse(x, kernel, halfWidth), r, c, s);
    const weightGradient = matmul(dy, x, { transposeA: true });
    const across = analyse(weightGradient, kernel, halfWidth);
    const both = transpose(analyse(transpose(across), kernel, halfHeight));
    return mul(gather(reshape(both, [-1]), f), s);
  };
};

/** Rows [n, width] → [n, 2·half]: the low band, then the high one. */
const analyse = (sequences: Tensor, kernel: Parameter, half: number): Tensor => {
  const [n, width] = sequences.shape as [number, number];
  const taps = kernel.shape[2]!;
  const high = 2 * (half - 1) + taps - width - (taps - 2);
  const bands = conv1d(reshape(sequences, [n, 1, width]), kernel, { stride: 2, low: taps - 2, high });
  return reshape(bands, [n, 2 * half]);
};
