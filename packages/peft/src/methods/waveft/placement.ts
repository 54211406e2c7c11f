import type { CoordinateSet } from "@waveft/sparse";

/** The filters of a synthesis step: anything with these two is enough. */
export interface SynthesisFilters {
  readonly recLo: ArrayLike<number>;
  readonly recHi: ArrayLike<number>;
}

/** Where the coefficients of a layer stand in the wavelet domain; sizes follow DESIGN, "WaveFT, exactly". */
export interface Placement {
  readonly count: number;
  /** Filter length. */
  readonly taps: number;
  /** Half of the padded height and width: places of one band. */
  readonly halfHeight: number;
  readonly halfWidth: number;
  /** Place of each coefficient within its band. */
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** 1 where the filter along the rows (over out) is the high-pass one: coefficients of the right half. */
  readonly highDown: Uint8Array;
  /** 1 where the filter along the columns (over in) is the high-pass one: coefficients of the lower half. */
  readonly highAcross: Uint8Array;
}

const even = (n: number): number => n + (n % 2);

/** Centres the coefficients in the padded domain and tells each its band and filters. */
export const placeCoefficients = (coordinates: CoordinateSet, taps: number): Placement => {
  const [out, width] = coordinates.shape;
  const paddedHeight = even(out + taps - 2);
  const paddedWidth = even(width + taps - 2);
  const halfHeight = paddedHeight / 2;
  const halfWidth = paddedWidth / 2;
  const down = Math.floor((paddedHeight - out) / 2);
  const right = Math.floor((paddedWidth - width) / 2);
  const { count, rows, columns } = coordinates;
  const placement = {
    count,
    taps,
    halfHeight,
    halfWidth,
    i: new Int32Array(count),
    j: new Int32Array(count),
    highDown: new Uint8Array(count),
    highAcross: new Uint8Array(count),
  };
  for (let n = 0; n < count; n++) {
    const row = rows[n]! + down;
    const column = columns[n]! + right;
    placement.i[n] = row % halfHeight;
    placement.j[n] = column % halfWidth;
    placement.highDown[n] = column >= halfWidth ? 1 : 0;
    placement.highAcross[n] = row >= halfHeight ? 1 : 0;
  }
  return placement;
};
