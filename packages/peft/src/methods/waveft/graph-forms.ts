import {
  conv1d,
  customGradient,
  gather,
  mul,
  Parameter,
  reshape,
  scatterAdd,
  slice,
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
  const { count, halfHeight, halfWidth, i, j, highDown, highAcross } = placement;
  const at = (high: Uint8Array, half: number, place: Int32Array) =>
    Int32Array.from({ length: count }, (_, n) => high[n]! * half + place[n]!);
  const places = placesOf(
    at(highDown, halfHeight, i),
    at(highAcross, halfWidth, j),
    2 * halfHeight,
    2 * halfWidth,
  );
  const bank = filterBank(filters);
  const scale = feed(Float32Array.of(scaling), []);
  return {
    product: (x, values) => {
      const product = sparseProduct(analyse(x, bank), mul(values, scale), places);
      return synthesise(transpose(product), bank, out);
    },
    matrix: (values) => {
      const across = synthesise(sparseMatrix(mul(values, scale), places), bank, width);
      return transpose(synthesise(transpose(across), bank, out));
    },
  };
};

/** The filters as two kernels, of which no gradient is asked: see `analyse` and `synthesise`. */
interface FilterBank {
  readonly taps: number;
  readonly analysis: Parameter;
  readonly synthesis: Parameter;
}

const filterBank = ({ recLo, recHi }: SynthesisFilters): FilterBank => {
  const taps = recLo.length;
  const filters = [Float32Array.from(recLo), Float32Array.from(recHi)];
  const analysis = Float32Array.from(
    { length: 2 * taps },
    (_, i) => filters[Math.floor(i / taps)]![i % taps]!,
  );
  const pairs = taps / 2;
  const synthesis = new Float32Array(2 * taps);
  for (const phase of [0, 1])
    for (const band of [0, 1])
      for (let d = 0; d < pairs; d++)
        synthesis[(2 * phase + band) * pairs + d] = filters[band]![phase + taps - 2 - 2 * d]!;
  return { taps, analysis: feed(analysis, [2, 1, taps]), synthesis: feed(synthesis, [2, 2, pairs]) };
};

/**
 * Rows [n, width] → [n, 2·half], the low band, then the high one: band[p] = Σ_t row[2p + t − (taps − 2)] · filter[t].
 * The adjoint of `synthesise`, and each is the gradient of the other: a convolution both ways.
 */
const analyse = (rows: Tensor, bank: FilterBank): Tensor => {
  const [n, width] = rows.shape as [number, number];
  const low = bank.taps - 2;
  const half = Math.ceil((width + low) / 2);
  const high = 2 * (half - 1) + bank.taps - width - low;
  const bands = conv1d(reshape(rows, [n, 1, width]), bank.analysis, { stride: 2, low, high });
  return customGradient(reshape(bands, [n, 2 * half]), [rows], (dy) => [synthesise(dy, bank, width)]);
};

/**
 * Bands [n, 2·half] → rows [n, width]: row[2q + s] = Σ_d Σ_band band[q + d] · filter[s + taps − 2 − 2d], both
 * phases s as channels of one convolution without zeros between.
 */
const synthesise = (bands: Tensor, bank: FilterBank, width: number): Tensor => {
  const n = bands.shape[0]!;
  const half = bands.shape[1]! / 2;
  const phases = conv1d(reshape(bands, [n, 2, half]), bank.synthesis);
  const pairs = reshape(transpose(phases, [0, 2, 1]), [n, 2 * phases.shape[2]!]);
  const rows = pairs.shape[1] === width ? pairs : slice(pairs, [0, 0], [n, width]);
  return customGradient(rows, [bands], (dy) => [analyse(dy, bank)]);
};
