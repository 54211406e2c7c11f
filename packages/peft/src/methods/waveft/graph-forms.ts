import {
  conv1d,
  convTranspose1d,
  gather,
  mul,
  Parameter,
  reshape,
  scatterAdd,
  type Tensor,
  transpose,
} from "@waveft/autograd";
import type { CoordinateSet } from "@waveft/sparse";
import type { Placement, SynthesisFilters } from "./placement";

/** ΔW as graphs of the coefficients [count]. */
export interface GraphForms {
  /** x [tokens, in] · ΔWᵀ → [tokens, out]: count · tokens multiply-adds beside the analysis and synthesis of sequences. */
  product(x: Tensor, values: Tensor): Tensor;
  /** ΔW [out, in]: its cost does not depend on the tokens. */
  matrix(values: Tensor): Tensor;
}

// Indices and filters are parameters, not constants, so that layers of one shape share them.
const feed = (data: Int32Array | Float32Array, shape: readonly number[]): Parameter =>
  new Parameter(
    { data, shape, dtype: data instanceof Int32Array ? "int32" : "float32" },
    { requiresGrad: false },
  );

/** Places of the coefficients in a matrix [height, width]. */
interface SparsePlaces {
  readonly rows: Parameter;
  readonly columns: Parameter;
  readonly flat: Parameter;
  readonly height: number;
  readonly width: number;
}

const placesOf = (rows: Int32Array, columns: Int32Array, height: number, width: number): SparsePlaces => {
  const index = (data: Int32Array) => feed(data, [data.length]);
  const flat = rows.map((row, n) => row * width + columns[n]!);
  return { rows: index(rows), columns: index(columns), flat: index(flat), height, width };
};

/** x [tokens, width] → [height, tokens]: the sparse matrix times xᵀ. Its gradient in the values is a sampled product. */
const sparseProduct = (x: Tensor, values: Tensor, { rows, columns, height }: SparsePlaces): Tensor => {
  const taken = gather(transpose(x), columns);
  return scatterAdd(mul(taken, reshape(values, [-1, 1])), rows, height);
};

const sparseMatrix = (values: Tensor, { flat, height, width }: SparsePlaces): Tensor =>
  reshape(scatterAdd(values, flat, height * width), [height, width]);

/** Coefficients that are entries of ΔW. */
export const directForms = ({ rows, columns, shape }: CoordinateSet, scaling: number): GraphForms => {
  const places = placesOf(rows, columns, ...shape);
  const scale = feed(Float32Array.of(scaling), []);
  return {
    product: (x, values) => transpose(sparseProduct(x, mul(values, scale), places)),
    matrix: (values) => sparseMatrix(mul(values, scale), places),
  };
};

/**
 * Wavelet coefficients: ΔW = A C Bᵀ with sparse C and the synthesis A, B along out and in. So x ΔWᵀ analyses x (the
 * adjoint of synthesis: correlation with the reconstruction filters), multiplies by C, and synthesises.
 */
export const waveletForms = (
  placement: Placement,
  filters: SynthesisFilters,
  [out, width]: readonly [number, number],
  scaling: number,
): GraphForms => {
  const { count, taps, halfHeight, halfWidth, i, j, highDown, highAcross } = placement;
  const at = (high: Uint8Array, half: number, place: Int32Array) =>
    Int32Array.from({ length: count }, (_, n) => high[n]! * half + place[n]!);
  const places = placesOf(
    at(highDown, halfHeight, i),
    at(highAcross, halfWidth, j),
    2 * halfHeight,
    2 * halfWidth,
  );
  const bank = Float32Array.from([...Array.from(filters.recLo), ...Array.from(filters.recHi)]);
  const kernel = feed(bank, [2, 1, taps]);
  const scale = feed(Float32Array.of(scaling), []);
  return {
    product: (x, values) => {
      const product = sparseProduct(analyse(x, kernel), mul(values, scale), places);
      return synthesise(transpose(product), kernel, out);
    },
    matrix: (values) => {
      const across = synthesise(sparseMatrix(mul(values, scale), places), kernel, width);
      return transpose(synthesise(transpose(across), kernel, out));
    },
  };
};

const options = (taps: number, width: number) => {
  const half = Math.ceil((width + taps - 2) / 2);
  return { half, stride: 2, low: taps - 2, high: 2 * (half - 1) + taps - width - (taps - 2) };
};

/** Rows [n, width] → [n, 2·half]: the low band, then the high one. */
const analyse = (sequences: Tensor, kernel: Parameter): Tensor => {
  const [n, width] = sequences.shape as [number, number];
  const { half, ...rest } = options(kernel.shape[2]!, width);
  return reshape(conv1d(reshape(sequences, [n, 1, width]), kernel, rest), [n, 2 * half]);
};

/** The adjoint: rows of bands [n, 2·half] → [n, width]. */
const synthesise = (bands: Tensor, kernel: Parameter, width: number): Tensor => {
  const n = bands.shape[0]!;
  const { half, ...rest } = options(kernel.shape[2]!, width);
  return reshape(convTranspose1d(reshape(bands, [n, 2, half]), kernel, width, rest), [n, width]);
};
