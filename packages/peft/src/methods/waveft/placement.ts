import { type CoordinateSet, sortRowMajor } from "@waveft/sparse";

/** The filters of a synthesis step: anything with these two is enough. */
export interface SynthesisFilters {
  readonly recLo: ArrayLike<number>;
  readonly recHi: ArrayLike<number>;
}

/**
 * Where a layer's coefficients stand in the matrix C of ΔW = A C Bᵀ, from top to bottom and from left to right:
 * neighbours in memory come together. In the wavelet domain C has the low band over the high one along each axis,
 * and the size that PEFT gives it (see `placeCoefficients`); without the transform C is ΔW.
 */
export interface Placement {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** The coefficient at each place: its number among the values. */
  readonly order: Uint32Array;
}

const even = (n: number): number => n + (n % 2);

/** Coefficients that are entries of ΔW themselves. */
export const placeEntries = (entries: CoordinateSet): Placement => {
  const { coordinates, order } = sortRowMajor(entries);
  const { rows, columns, count } = coordinates;
  const [height, width] = entries.shape;
  return { count, height, width, rows, columns, order };
};

/**
 * Centres the coefficients in the padded domain and puts each into its band. The column's half decides the filter over
 * out, the row's half the one over in: PEFT's blocks lie so.
 */
export const placeCoefficients = (coordinates: CoordinateSet, taps: number): Placement => {
  const [out, width] = coordinates.shape;
  const paddedHeight = even(out + taps - 2);
  const paddedWidth = even(width + taps - 2);
  const halfHeight = paddedHeight / 2;
  const halfWidth = paddedWidth / 2;
  const down = Math.floor((paddedHeight - out) / 2);
  const right = Math.floor((paddedWidth - width) / 2);
  const { count, rows, columns } = coordinates;
  const inBands = {
    shape: [paddedHeight, paddedWidth] as const,
    count,
    rows: new Int32Array(count),
    columns: new Int32Array(count),
  };
  for (let n = 0; n < count; n++) {
    const row = rows[n]! + down;
    const column = columns[n]! + right;
    inBands.rows[n] = (row % halfHeight) + (column >= halfWidth ? halfHeight : 0);
    inBands.columns[n] = (column % halfWidth) + (row >= halfHeight ? halfWidth : 0);
  }
  return placeEntries(inBands);
};
