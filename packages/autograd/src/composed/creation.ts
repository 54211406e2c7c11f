import type { DType, Shape } from "../dtype";
import { allocate } from "../dtype";
import { AutogradError } from "../errors";
import { constant } from "../operand";
import * as ops from "../ops";
import { checkSizes } from "../shape";
import type { Tensor } from "../tensor";

/** `value` everywhere: one number in the graph, however large the shape. dtype float32 (default), int32 or bool. */
export const full = (shape: Shape, value: number | boolean, dtype: DType = "float32"): Tensor => {
  checkSizes("full", shape);
  return ops.broadcastTo(constant([Number(value)], [], dtype), shape);
};

/** 0 everywhere, of any dtype. */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => {
  checkSizes("zeros", shape);
  return ops.broadcastTo(constant(allocate(dtype, 1), [], dtype), shape);
};

/** 1 everywhere. */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => {
  checkSizes("ones", shape);
  return full(shape, 1, dtype);
};

/** 0 in the shape and dtype of `x`. */
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

/** 1 in the shape and dtype of `x`. */
export const onesLike = (x: Tensor): Tensor => ones(x.shape, x.dtype);

/** [rows, columns] of 1 where column − row = diagonal, else 0; float32, int32 or bool. */
export const eye = (
  rows: number,
  columns: number = rows,
  diagonal = 0,
  dtype: Extract<DType, "float32" | "int32" | "bool"> = "float32",
): Tensor => {
  checkSizes("eye", [rows, columns]);
  return ops.oneHot(arange(diagonal, rows + diagonal, { dtype: "int32" }), columns, dtype);
};

export interface ArangeOptions {
  /** Distance of neighbours (default 1), not 0. */
  step?: number;
  /** Default: int32 if all numbers are whole, else float32. */
  dtype?: "float32" | "int32";
}

/** Counts up to this length are written into the graph; longer ones are summed from two of about its root. */
const writtenCount = 1024;

/** 0 … count − 1, int32. */
const counting = (count: number): Tensor => {
  if (count <= writtenCount)
    return constant(
      Int32Array.from({ length: count }, (_, i) => i),
      [count],
    );
  const rows = counting(Math.ceil(count / writtenCount));
  const grid = ops.add(
    ops.mul(ops.reshape(rows, [rows.size, 1]), writtenCount),
    ops.reshape(counting(writtenCount), [1, writtenCount]),
  );
  return ops.slice(ops.reshape(grid, [-1]), [0], [count]);
};

/** start, start + step, … up to before `stop`. */
export const arange = (start: number, stop: number, { step = 1, dtype }: ArangeOptions = {}): Tensor => {
  const given = [start, stop, step];
  const type = dtype ?? (given.every(Number.isInteger) ? "int32" : "float32");
  if (!given.every(Number.isFinite) || step === 0 || (type === "int32" && !given.every(Number.isInteger)))
    throw new AutogradError(
      `arange: ${start} to ${stop} step ${step} as ${type}; give finite numbers, whole ones for int32, and a step other than 0`,
    );
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count <= writtenCount)
    return constant(
      Array.from({ length: count }, (_, i) => start + i * step),
      [count],
      type,
    );
  const places = ops.cast(counting(count), type);
  return ops.add(ops.mul(places, step), start);
};
