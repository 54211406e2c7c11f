import { shown, WaveletError } from "../errors";

/** A row-major array seen from one axis: `outer` blocks of `length` rows of `inner` samples. */
export interface Layout {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function layoutAlong(shape: readonly number[], axis: number): Layout {
  const size = (from: number, to?: number) =>
    shape.slice(from, to).reduce((product, length) => product * length, 1);
  return { outer: size(0, axis), length: shape[axis]!, inner: size(axis + 1) };
}

/** The axis counted from the front. */
export function checkedAxis(axis: unknown, dimensions: number): number {
  if (Number.isInteger(axis) && (axis as number) >= -dimensions && (axis as number) < dimensions) {
    return (axis as number) < 0 ? (axis as number) + dimensions : (axis as number);
  }
  throw new WaveletError(
    `${dimensions}-dimensional data has the axes ${-dimensions} to ${dimensions - 1}, got ${shown(axis)}`,
    "axis",
  );
}
