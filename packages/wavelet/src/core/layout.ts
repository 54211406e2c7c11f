import { shown, WaveletError } from "../errors";

/** A row-major array seen from one axis: `outer` blocks of `length` rows of `inner` samples. */
export interface Layout {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function layoutAlong(shape: readonly number[], axis: number): Layout {
  let [outer, inner] = [1, 1];
  for (let i = 0; i < axis; i++) outer *= shape[i]!;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i]!;
  return { outer, length: shape[axis]!, inner };
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

/** The axes counted from the front. */
export function checkedAxes(axes: unknown, dimensions: number): number[] {
  if (!Array.isArray(axes) || axes.length === 0) {
    throw new WaveletError(`axes must be a list of integers such as [-2, -1], got ${shown(axes)}`, "axis");
  }
  return axes.map((axis) => checkedAxis(axis, dimensions));
}

/** Axes of which none comes twice: what a transform of several levels needs. */
export function checkedDistinctAxes(axes: unknown, dimensions: number): number[] {
  const checked = checkedAxes(axes, dimensions);
  if (new Set(checked).size === checked.length) return checked;
  throw new WaveletError(`the axes must be different ones, got ${shown(axes)}`, "axis");
}

/** One value for every axis, or a list of one each. `what` names them in the error. */
export function perAxis<T>(value: T | readonly T[], count: number, what: string): readonly T[] {
  if (!isList(value)) return Array.from({ length: count }, () => value);
  if (value.length === count) return value;
  if (value.length === 1) return Array.from({ length: count }, () => value[0]!);
  throw new WaveletError(
    `give one ${what} for all ${count} axes or one for each; got ${value.length}`,
    "axis",
  );
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
