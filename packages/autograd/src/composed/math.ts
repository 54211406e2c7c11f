import type { Operand } from "../define-op";
import { toTensor } from "../define-op";
import * as ops from "../ops";
import type { ReduceOptions } from "../reduce";
import { reduceAttributes } from "../reduce";
import type { Tensor } from "../tensor";

/** a > b, elementwise. */
export const greater = (a: Operand, b: Operand): Tensor => ops.less(b, a);

/** a ≤ b, elementwise, false where one is NaN. */
export const lessEqual = (a: Operand, b: Operand): Tensor => ops.logicalOr(ops.less(a, b), ops.equal(a, b));

/** a ≥ b, elementwise, false where one is NaN. */
export const greaterEqual = (a: Operand, b: Operand): Tensor => lessEqual(b, a);

/** x², elementwise. */
export const square = (x: Operand): Tensor => ops.mul(x, x);

/** Mean over axes (all by default). */
export const mean = (x: Operand, options: ReduceOptions = {}): Tensor => {
  const tensor = toTensor("mean", x);
  const { axes } = reduceAttributes("mean", tensor.rank, options);
  const count = axes.reduce((product, axis) => product * tensor.shape[axis]!, 1);
  return ops.div(ops.sum(tensor, options), count);
};

/** Smallest element over axes (all by default). */
export const min = (x: Operand, options: ReduceOptions = {}): Tensor => ops.neg(ops.max(ops.neg(x), options));

/** ln Σeˣ along the last axis, which is kept with size 1; the maximum is subtracted first. */
export const logSumExp = (x: Operand): Tensor => {
  const tensor = toTensor("logSumExp", x);
  const peak = ops.stopGradient(ops.max(tensor, { axes: -1, keepDims: true }));
  const total = ops.sum(ops.exp(ops.sub(tensor, peak)), { axes: -1, keepDims: true });
  return ops.add(ops.log(total), peak);
};

/** ln softmax along the last axis. */
export const logSoftmax = (x: Operand): Tensor => ops.sub(x, logSumExp(x));
