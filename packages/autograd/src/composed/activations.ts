import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import type { Tensor } from "../tensor";
import { greaterEqual, lessEqual } from "./math";

/**
 * ln(1 + eˣ), elementwise, as max(x, 0) + ln(1 + e^−|x|): nothing overflows, and where e^−|x| is below the
 * precision of 1 it is the value itself.
 */
export const softplus = (x: Operand): Tensor => {
  const tensor = toTensor("softplus", x);
  const small = ops.exp(ops.neg(ops.abs(tensor)));
  const rounded = ops.add(small, 1);
  // ln(1 + u) = u · ln(w) / (w − 1) for w = 1 + u as rounded: the two errors cancel (Goldberg 1991, theorem 4).
  const excess = ops.sub(rounded, 1);
  const nothing = ops.equal(excess, 0);
  const ratio = ops.div(ops.log(rounded), ops.where(nothing, 1, excess));
  const value = ops.add(ops.relu(tensor), ops.mul(small, ops.where(nothing, 1, ratio)));
  // d ln(1 + eˣ) = σ(x) dx, also at 0
  return ops.customGradient(value, [tensor], (dy) => [ops.mul(dy, ops.sigmoid(tensor))]);
};

/** x · tanh(softplus(x)), elementwise (Misra, arXiv 1908.08681). */
export const mish = (x: Operand): Tensor => ops.mul(x, ops.tanh(softplus(x)));

/** x where positive, else `slope` · x. */
export const leakyRelu = (x: Operand, slope = 0.01): Tensor =>
  ops.where(ops.less(0, x), x, ops.mul(x, slope));

/** x where positive, else `alpha` · (eˣ − 1) (Clevert et al., arXiv 1511.07289). */
export const elu = (x: Operand, alpha = 1): Tensor => {
  const positive = ops.less(0, x);
  // The exponent is 0 where it is not used, so that nothing overflows there.
  const below = ops.sub(ops.exp(ops.where(positive, 0, x)), 1);
  return ops.where(positive, x, ops.mul(below, alpha));
};

/** x between 0 and 6, 0 below and 6 above; its slope is 0 at both ends. */
export const relu6 = (x: Operand): Tensor => ops.where(greaterEqual(x, 6), 6, ops.relu(x));

/** x/6 + ½ between 0 and 1, a sigmoid of three lines. */
export const hardSigmoid = (x: Operand): Tensor => ops.div(relu6(ops.add(x, 3)), 6);

/** x · hardSigmoid(x) (Howard et al., arXiv 1905.02244): 0 up to −3, x from 3 on. */
export const hardSwish = (x: Operand): Tensor => {
  const inside = ops.mul(x, ops.add(ops.div(x, 6), 0.5));
  return ops.where(lessEqual(x, -3), 0, ops.where(ops.less(x, 3), inside, x));
};
