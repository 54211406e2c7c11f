import {
  add,
  concat,
  conv1d,
  customGradient,
  gather,
  mul,
  Parameter,
  reshape,
  scatterAdd,
  slice,
  sum,
  type Tensor,
  transpose,
} from "@waveft/autograd";
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

/** Places of the coefficients in a matrix [height, width], as a graph takes them. */
interface SparsePlaces {
  readonly rows: Parameter;
  readonly columns: Parameter;
  readonly height: number;
  readonly width: number;
}

interface SortedPlaces extends SparsePlaces {
  readonly flat: Parameter;
  /** From the order of the values to this one, and back. */
  readonly order: Parameter;
  readonly inverse: Parameter;
}

const placesOf = ({ rows, columns, order, height, width }: Placement): SortedPlaces => {
  const index = (data: Int32Array) => feed(data, [data.length]);
  const inverse = new Int32Array(order.length);
  order.forEach((n, place) => {
    inverse[n] = place;
  });
  return {
    rows: index(rows),
    columns: index(columns),
    flat: index(rows.map((row, place) => row * width + columns[place]!)),
    order: index(Int32Array.from(order)),
    inverse: index(inverse),
    height,
    width,
  };
};

/** The values in the order of the places. */
const sorted = (values: Tensor, { order, inverse }: SortedPlaces): Tensor =>
  customGradient(gather(values, order), [values], (dy) => [gather(dy, inverse)]);

/** What a layer does with the features on one side: bands of them, and features of bands. One is the other's adjoint. */
interface Side {
  /** [n, features] → [n, bands]. */
  analyse(rows: Tensor): Tensor;
  /** [n, bands] → [n, features]. */
  synthesise(bands: Tensor): Tensor;
}

/** x [tokens, in] · (A C Bᵀ)ᵀ → [tokens, out] with the sparse matrix C: B's side analyses, A's synthesises. */
const throughBands = (x: Tensor, values: Tensor, places: SparsePlaces, from: Side, to: Side): Tensor => {
  const { rows, columns, height, width } = places;
  const taken = gather(transpose(from.analyse(x)), columns);
  const bands = scatterAdd(mul(taken, reshape(values, [-1, 1])), rows, height);
  const turned = { rows: columns, columns: rows, height: width, width: height };
  return customGradient(to.synthesise(transpose(bands)), [x, values], (dy) => [
    throughBands(dy, values, turned, to, from),
    valuesGradient(x, dy, places, from, to),
  ]);
};

/** So many numbers at a time are analysed, gathered, multiplied and summed: they stay in the processor's caches. */
const CHUNK = 2 ** 20;
const MOST_CHUNKS = 16;

/** The gradient of C at its places: the sampled product of the analysed sequences, some tokens at a time. */
const valuesGradient = (x: Tensor, dy: Tensor, places: SparsePlaces, from: Side, to: Side): Tensor => {
  const tokens = x.shape[0]!;
  const wide = Math.max(places.height, places.width, places.rows.tensor.size);
  const chunks = Math.min(MOST_CHUNKS, Math.max(1, Math.ceil((tokens * wide) / CHUNK)));
  const step = Math.max(1, Math.ceil(tokens / chunks));
  const parts: Tensor[] = [];
  for (let first = 0; first === 0 || first < tokens; first += step) {
    const part = (rows: Tensor) =>
      step >= tokens ? rows : slice(rows, [first, 0], [Math.min(tokens, first + step), rows.shape[1]!]);
    const [u, v] = [transpose(to.analyse(part(dy))), transpose(from.analyse(part(x)))];
    parts.push(sampledProduct(u, v, places));
  }
  return parts.reduce((total, part) => add(total, part));
};

/** Σ_t u[row, t] v[column, t] at each place: its share of the product u vᵀ. */
const sampledProduct = (u: Tensor, v: Tensor, { rows, columns }: SparsePlaces): Tensor => {
  const count = rows.tensor.size;
  const step = Math.max(16, Math.ceil(CHUNK / Math.max(1, u.shape[1]!)));
  const parts: Tensor[] = [];
  for (let from = 0; from < count; from += step) {
    const part = (indices: Parameter) =>
      step >= count ? indices.tensor : slice(indices, [from], [Math.min(count, from + step)]);
    parts.push(sum(mul(gather(u, part(rows)), gather(v, part(columns))), { axes: 1 }));
  }
  return parts.length === 1 ? parts[0]! : concat(parts, 0);
};

const sparseMatrix = (values: Tensor, { flat, height, width }: SortedPlaces): Tensor => {
  const matrix = scatterAdd(values, flat, height * width);
  return reshape(matrix, [height, width]);
};

const entries: Side = { analyse: (rows) => rows, synthesise: (bands) => bands };

/** Coefficients that are entries of ΔW. */
export const directForms = (placement: Placement, scaling: number): GraphForms => {
  const places = placesOf(placement);
  const scale = feed(Float32Array.of(scaling), []);
  const scaled = (values: Tensor) => mul(sorted(values, places), scale);
  return {
    product: (x, values) => throughBands(x, scaled(values), places, entries, entries),
    matrix: (values) => sparseMatrix(scaled(values), places),
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
  const places = placesOf(placement);
  const bank = filterBank(filters);
  const scale = feed(Float32Array.of(scaling), []);
  const scaled = (values: Tensor) => mul(sorted(values, places), scale);
  const side = (features: number): Side => ({
    analyse: (rows) => analyse(rows, bank),
    synthesise: (bands) => synthesise(bands, bank, features),
  });
  const [from, to] = [side(width), side(out)];
  return {
    product: (x, values) => throughBands(x, scaled(values), places, from, to),
    matrix: (values) => {
      const across = synthesise(sparseMatrix(scaled(values), places), bank, width);
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
