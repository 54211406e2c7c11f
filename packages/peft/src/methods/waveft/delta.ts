import type { WeightView } from "../../method";
import type { Placement, SynthesisFilters } from "./placement";

/** How a layer's coefficients become entries of ΔW. */
export interface Delta {
  /** Flat indices that may change; null: all. */
  readonly touched: Int32Array | null;
  /** target += scaling · ΔW(values). */
  add(target: WeightView, values: Float32Array): void;
}

/** Without the inverse transform a coefficient is an entry of ΔW. */
export const directDelta = ({ rows, columns, order, count, width }: Placement, scaling: number): Delta => ({
  touched: rows.map((row, place) => row * width + columns[place]!),
  add: ({ data, rowStride, columnStride }, values) => {
    for (let place = 0; place < count; place++)
      data[rows[place]! * rowStride + columns[place]! * columnStride]! += scaling * values[order[place]!]!;
  },
});

/**
 * One coefficient at a time: taps² entries each. Best while few coefficients or short filters leave ΔW sparse.
 */
export const scatterDelta = (
  placement: Placement,
  filters: SynthesisFilters,
  shape: readonly [number, number],
  scaling: number,
): Delta => {
  const [out, width] = shape;
  const { count, rows, columns, order } = placement;
  const [halfHeight, halfWidth] = [placement.height / 2, placement.width / 2];
  const taps = filters.recLo.length;
  const lo = Float64Array.from(filters.recLo);
  const hi = Float64Array.from(filters.recHi);
  const touched = touchedBy(placement, taps, shape);
  return {
    // Where little is left out, going over all entries is faster than over a list.
    touched: touched.length * 4 > out * width ? null : touched,
    add: ({ data, rowStride, columnStride }, values) => {
      for (let place = 0; place < count; place++) {
        const value = scaling * values[order[place]!]!;
        if (value === 0) continue;
        const isHighDown = rows[place]! >= halfHeight;
        const isHighAcross = columns[place]! >= halfWidth;
        const f = isHighDown ? hi : lo;
        const g = isHighAcross ? hi : lo;
        const top = 2 * (rows[place]! - (isHighDown ? halfHeight : 0)) - taps + 2;
        const left = 2 * (columns[place]! - (isHighAcross ? halfWidth : 0)) - taps + 2;
        const firstColumn = left < 0 ? -left : 0;
        const endColumn = Math.min(taps, width - left);
        const endRow = Math.min(taps, out - top);
        for (let a = top < 0 ? -top : 0; a < endRow; a++) {
          const along = value * f[a]!;
          const row = (top + a) * rowStride + left * columnStride;
          for (let b = firstColumn; b < endColumn; b++) data[row + b * columnStride]! += along * g[b]!;
        }
      }
    },
  };
};

/** The entries inside any coefficient's square of taps × taps, in order. */
const touchedBy = (placement: Placement, taps: number, shape: readonly [number, number]): Int32Array => {
  const isSparse = placement.count * taps ** 2 * 16 <= shape[0] * shape[1];
  return isSparse ? sortedEntries(placement, taps, shape) : markedEntries(placement, taps, shape);
};

/** Calls `visit` with the first entry of each row of each square, and with the number of its entries. */
const forRows = (
  { count, rows, columns, height, width: breadth }: Placement,
  taps: number,
  [out, width]: readonly [number, number],
  visit: (start: number, length: number) => void,
): void => {
  for (let n = 0; n < count; n++) {
    const top = 2 * (rows[n]! % (height / 2)) - taps + 2;
    const left = 2 * (columns[n]! % (breadth / 2)) - taps + 2;
    const endRow = Math.min(out, top + taps);
    const first = Math.max(0, left);
    const length = Math.min(width, left + taps) - first;
    for (let row = Math.max(0, top); row < endRow; row++) visit(row * width + first, length);
  }
};

const sortedEntries = (placement: Placement, taps: number, shape: readonly [number, number]): Int32Array => {
  const all = new Int32Array(placement.count * taps ** 2);
  let next = 0;
  forRows(placement, taps, shape, (start, length) => {
    for (let b = 0; b < length; b++) all[next++] = start + b;
  });
  const entries = all.subarray(0, next).sort();
  return entries.filter((entry, at) => at === 0 || entry !== entries[at - 1]);
};

const markedEntries = (placement: Placement, taps: number, shape: readonly [number, number]): Int32Array => {
  const marks = new Uint8Array(shape[0] * shape[1]);
  forRows(placement, taps, shape, (start, length) => marks.fill(1, start, start + length));
  let total = 0;
  for (let flat = 0; flat < marks.length; flat++) total += marks[flat]!;
  const touched = new Int32Array(total);
  let next = 0;
  for (let flat = 0; flat < marks.length; flat++) if (marks[flat] === 1) touched[next++] = flat;
  return touched;
};

/**
 * The separable transform over the whole matrix: down the columns, then across the rows. Its cost does not
 * depend on the number of coefficients.
 */
export const denseDelta = (
  placement: Placement,
  filters: SynthesisFilters,
  shape: readonly [number, number],
  scaling: number,
): Delta => {
  const [out, width] = shape;
  const { count, rows, columns, order } = placement;
  const [halfHeight, halfWidth] = [placement.height / 2, placement.width / 2];
  const taps = filters.recLo.length;
  const lo = Float32Array.from(filters.recLo);
  const hi = Float32Array.from(filters.recHi);
  return {
    touched: null,
    add: ({ data, rowStride, columnStride }, values) => {
      // Across first, per padded row: bands of the row filter side by side are [lo | hi] over `down`.
      const rowsOf = [new Float32Array(halfHeight * width), new Float32Array(halfHeight * width)] as const;
      const bands = [0, 1].map(() => new Float32Array(2 * halfHeight * halfWidth));
      for (let place = 0; place < count; place++) {
        const [row, column] = [rows[place]!, columns[place]!];
        const band = bands[row < halfHeight ? 0 : 1]!;
        const at =
          ((column < halfWidth ? 0 : halfHeight) + (row % halfHeight)) * halfWidth + (column % halfWidth);
        band[at]! += scaling * values[order[place]!]!;
      }
      bands.forEach((band, down) => {
        const across = rowsOf[down]!;
        for (const [high, g] of [lo, hi].entries())
          for (let row = 0; row < halfHeight; row++) {
            const from = (high * halfHeight + row) * halfWidth;
            for (let place = 0; place < halfWidth; place++) {
              const value = band[from + place]!;
              if (value === 0) continue;
              const left = 2 * place - taps + 2;
              for (let b = Math.max(0, -left); b < taps && left + b < width; b++)
                across[row * width + left + b]! += value * g[b]!;
            }
          }
      });
      for (const [down, f] of [lo, hi].entries()) {
        const across = rowsOf[down]!;
        for (let row = 0; row < halfHeight; row++) {
          const top = 2 * row - taps + 2;
          for (let a = Math.max(0, -top); a < taps && top + a < out; a++) {
            const weight = f[a]!;
            const to = (top + a) * rowStride;
            const from = row * width;
            for (let column = 0; column < width; column++)
              data[to + column * columnStride]! += weight * across[from + column]!;
          }
        }
      }
    },
  };
};

/** Scattering costs count · taps² steps, the transform about out · in · taps: take the cheaper. */
export const waveletDelta = (
  placement: Placement,
  filters: SynthesisFilters,
  shape: readonly [number, number],
  scaling: number,
): Delta => {
  const make = placement.count * filters.recLo.length <= shape[0] * shape[1] ? scatterDelta : denseDelta;
  return make(placement, filters, shape, scaling);
};
