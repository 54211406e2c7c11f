import type { Operand } from "../define-op";
import { toTensor } from "../define-op";
import type { DType } from "../dtype";
import { AutogradError } from "../errors";
import * as ops from "../ops";
import type { ReduceOptions } from "../reduce";
import { reduceAttributes, reducedShape } from "../reduce";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { elementIsFinite } from "./comparison";
import { ones } from "./creation";
import { square } from "./elementary";

const take = (op: string, x: Operand, allowed: readonly DType[] = ["float32"]): Tensor => {
  const tensor = toTensor(op, x);
  if (!allowed.includes(tensor.dtype))
    throw new AutogradError(
      `${op}: given ${tensor.dtype}${showShape(tensor.shape)}; takes ${allowed.join(" or ")}; use cast`,
    );
  return tensor;
};

/** How many elements become one. */
const countOf = (op: string, tensor: Tensor, options: ReduceOptions): number =>
  reduceAttributes(op, tensor.rank, options).axes.reduce((count, axis) => count * tensor.shape[axis]!, 1);

/** Turns the order round: the largest becomes the smallest. −1 − x, unlike −x, has room for every integer. */
const reversed = (x: Tensor): Tensor => (x.dtype === "int32" ? ops.sub(-1, x) : ops.neg(x));

/** Mean of float32 over axes (all by default); NaN over empty ones. */
export const mean = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = take("mean", x);
  return ops.div(ops.sum(tensor, options), countOf("mean", tensor, options));
};

/**
 * Smallest element of float32 or int32 over axes (all by default), which must not be empty; NaN where there is
 * one. The cotangent is shared evenly between the elements that reach the minimum.
 */
export const min = (x: Operand, options: ReduceOptions = {}): Tensor =>
  reversed(ops.max(reversed(take("min", x, ["float32", "int32"])), options));

/**
 * Index (int32) of the first smallest element along `axis` (default: the last) of float32 or int32; of the first
 * NaN where there is one.
 */
export const argmin = (x: Operand, axis = -1, options: { keepDims?: boolean } = {}): Tensor =>
  ops.argmax(reversed(take("argmin", x, ["float32", "int32"])), axis, options);

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
  safeRoot(variance(take("std", x), options));

/** √Σx² of float32 over axes (all by default), of which the gradient is 0 where all elements are 0. */
export const norm = (x: Operand, options: ReduceOptions = {}): Tensor =>
  safeRoot(ops.sum(square(take("norm", x)), options));

/** Whether some element over axes (all by default) is true, or not 0; false over empty ones. */
export const any = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const hits = ops.cast(ops.cast(toTensor("any", x), "bool"), "float32");
  return ops.less(0, ops.sum(hits, options));
};

/** Whether every element over axes (all by default) is true, or not 0; true over empty ones. */
export const all = (x: Operand, options: ReduceOptions = {}): Tensor =>
  ops.logicalNot(any(ops.logicalNot(ops.cast(toTensor("all", x), "bool")), options));

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
