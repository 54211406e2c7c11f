import type { Shape } from "./dtype";
import { normalizeAxes } from "./shape";

export interface ReduceAttributes {
  /** Sorted, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export interface ReduceOptions {
  /** Axes to reduce; all of them by default. */
  axes?: number | readonly number[];
  /** Keep reduced axes with size 1 (default false). */
  keepDims?: boolean;
}

export const reduceAttributes = (op: string, rank: number, options: ReduceOptions): ReduceAttributes => ({
  axes: normalizeAxes(op, options.axes, rank),
  keepDims: options.keepDims ?? false,
});

export const reducedShape = (shape: Shape, { axes, keepDims }: ReduceAttributes): Shape =>
  keepDims
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i));
