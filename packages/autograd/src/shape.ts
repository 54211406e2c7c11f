import type { Shape } from "./dtype";
import { AutogradError } from "./errors";

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, axis) => product * axis, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** Refuses sizes that no axis has; errors name the op and show the shape. */
export const checkSizes = (op: string, shape: Shape): void => {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new AutogradError(`${op}: shape ${showShape(shape)}; sizes are integers from 0`);
};

/** Row-major strides, in elements. */
export const stridesOf = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
};

/** The shape two operands broadcast to (NumPy's rule), or null where they do not. */
export const tryBroadcast = (a: Shape, b: Shape): number[] | null => {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    shape.push(x === 1 ? y : x);
  }
  return shape;
};

/** A non-negative axis; errors name the op. */
export const normalizeAxis = (op: string, axis: number, rank: number): number => {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new AutogradError(`${op}: axis ${axis} of a tensor of rank ${rank}; give ${-rank}…${rank - 1}`);
  return axis < 0 ? axis + rank : axis;
};

/** Non-negative, sorted, distinct axes; all axes when none are given. */
export const normalizeAxes = (
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] => {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank));
  if (new Set(list).size !== list.length) throw new AutogradError(`${op}: axes [${axes}] name an axis twice`);
  return list.sort((a, b) => a - b);
};

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;
