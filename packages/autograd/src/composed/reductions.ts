import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import type { ReduceOptions } from "../reduce";
import { reduceAttributes, reducedShape } from "../reduce";
import { normalizeAxis, showShape } from "../shape";
import type { Tensor } from "../tensor";
import { elementIsFinite } from "./comparison";
import { ones } from "./creation";
import { square } from "./elementary";
import { take } from "./operands";

/** How many elements become one. */
const countOf = (op: string, tensor: Tensor, options: ReduceOptions): number =>
  reduceAttributes(op, tensor.rank, options).axes.reduce((count, axis) => count * tensor.shape[axis]!, 1);

/** A float32 tensor that has the axes named. */
const checked = (op: string, x: Operand, options: ReduceOptions): Tensor => {
  const tensor = take(op, x);
  reduceAttributes(op, tensor.rank, options);
  return tensor;
};

/** Turns the order round: the largest becomes the smallest. −1 − x, unlike −x, has room for every integer. */
const reversed = (x: Tensor): Tensor => (x.dtype === "int32" ? ops.sub(-1, x) : ops.neg(x));

/** Mean of float32 over axes (all by default); NaN over empty ones. */
export const mean = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = take("mean", x);
  const count = countOf("mean", tensor, options);
  return ops.div(ops.sum(tensor, options), count);
};

/**
 * Smallest element of float32 or int32 over axes (all by default), which must not be empty; NaN where there is
 * one. The cotangent is shared evenly between the elements that reach the minimum.
 */
export const min = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = take("min", x, ["float32", "int32"]);
  const { axes } = reduceAttributes("min", tensor.rank, options);
  if (axes.some((axis) => tensor.shape[axis] === 0))
    throw new AutogradError(
      `min: axes [${axes}] of ${showShape(tensor.shape)}; an empty axis has no smallest element`,
    );
  return reversed(ops.max(reversed(tensor), options));
};

/**
 * Index (int32) of the first smallest element along `axis` (default: the last) of float32 or int32; of the first
 * NaN where there is one.
 */
export const argmin = (x: Operand, axis = -1, options: { keepDims?: boolean } = {}): Tensor => {
  const tensor = take("argmin", x, ["float32", "int32"]);
  const along = normalizeAxis("argmin", axis, tensor.rank);
  if (tensor.shape[along] === 0)
    throw new AutogradError(
      `argmin: axis ${along} of ${showShape(tensor.shape)}; an empty axis has no smallest element`,
    );
  return ops.argmax(reversed(tensor), along, options);
};

/**
 * Product of float32 or int32 over axes (all by default), 1 over empty ones; halves are multiplied with each
 * other, so that the gradient is right where factors are 0.
 */
export const prod = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = take("prod", x, ["float32", "int32"]);
  const attributes = reduceAttributes("prod", tensor.rank, options);
  const product = attributes.axes.reduce(productAlong, tensor);
  return ops.reshape(product, reducedShape(tensor.shape, attributes));
};

/** The product along one axis, which keeps size 1. */
const productAlong = (x: Tensor, axis: number): Tensor => {
  const part = (from: number, to: number) =>
    ops.slice(
      x,
      x.shape.map((_, i) => (i === axis ? from : 0)),
      x.shape.map((size, i) => (i === axis ? to : size)),
    );
  const length = x.shape[axis]!;
  if (length === 1) return x;
  if (length === 0) return ones(x.shape.with(axis, 1), x.dtype);
  const half = Math.floor(length / 2);
  const halves = ops.mul(part(0, half), part(half, 2 * half));
  return productAlong(length % 2 === 0 ? halves : ops.concat([halves, part(2 * half, length)], axis), axis);
};

export interface VarianceOptions extends ReduceOptions {
  /** Taken off the count that the squares are divided by: 1 (default) for a sample, 0 for all there is. */
  correction?: number;
}

/** Mean square distance from the mean of float32 over axes (all by default); NaN where the count is 0. */
export const variance = (x: Operand, { correction = 1, ...options }: VarianceOptions = {}): Tensor => {
  const tensor = take("variance", x);
  const { axes } = reduceAttributes("variance", tensor.rank, options);
  const centred = ops.sub(tensor, mean(tensor, { axes, keepDims: true }));
  const count = Math.max(0, countOf("variance", tensor, options) - correction);
  return ops.div(ops.sum(square(centred), options), count);
};

/** √x with gradient 0 at 0. */
const safeRoot = (x: Tensor): Tensor => {
  const isZero = ops.equal(x, 0);
  return ops.where(isZero, 0, ops.sqrt(ops.where(isZero, 1, x)));
};

/** √variance, of which the gradient is 0 where all elements are equal. */
export const std = (x: Operand, options: VarianceOptions = {}): Tensor =>
  safeRoot(variance(checked("std", x, options), options));

/** √Σx² of float32 over axes (all by default), of which the gradient is 0 where all elements are 0. */
export const norm = (x: Operand, options: ReduceOptions = {}): Tensor =>
  safeRoot(ops.sum(square(checked("norm", x, options)), options));

/** Whether some element over axes (all by default) is true, or not 0; false over empty ones. */
export const any = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = toTensor("any", x);
  reduceAttributes("any", tensor.rank, options);
  return ops.less(0, ops.sum(ops.cast(ops.cast(tensor, "bool"), "float32"), options));
};

/** Whether every element over axes (all by default) is true, or not 0; true over empty ones. */
export const all = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = toTensor("all", x);
  reduceAttributes("all", tensor.rank, options);
  return ops.logicalNot(any(ops.logicalNot(ops.cast(tensor, "bool")), options));
};

/**
 * ln Σeˣ of float32 over axes (all by default), −∞ over empty ones; the maximum is subtracted first. Lines that
 * are −∞ throughout, or hold ∞, give that; their gradient is NaN, as torch's.
 */
export const logSumExp = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = take("logSumExp", x);
  const attributes = reduceAttributes("logSumExp", tensor.rank, options);
  const { axes } = attributes;
  const shape = reducedShape(tensor.shape, attributes);
  if (axes.some((axis) => tensor.shape[axis] === 0)) return ops.log(ops.sum(tensor, options));
  const peak = ops.stopGradient(ops.max(tensor, { axes, keepDims: true }));
  const shift = ops.where(elementIsFinite(peak), peak, 0);
  const total = ops.sum(ops.exp(ops.sub(tensor, shift)), { axes, keepDims: true });
  return ops.reshape(ops.add(ops.log(total), shift), shape);
};
