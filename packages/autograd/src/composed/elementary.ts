import type { Operand } from "../operand";
import * as ops from "../ops";
import type { Tensor } from "../tensor";
import { logicalXor, notEqual } from "./comparison";
import { take, takePair } from "./operands";
import { polynomial } from "./polynomial";

const numeric = ["float32", "int32"] as const;

/** x², elementwise. */
export const square = (x: Operand): Tensor => ops.mul(x, x);

/** 1 / x. */
export const reciprocal = (x: Operand): Tensor => ops.div(1, take("reciprocal", x));

/** 1 / √x. */
export const rsqrt = (x: Operand): Tensor => ops.div(1, ops.sqrt(take("rsqrt", x)));

/** −1, 0 or 1 with the sign of x (0 for NaN), in the dtype of x: float32 or int32. Its gradient is 0. */
export const sign = (x: Operand): Tensor => {
  const tensor = take("sign", x, numeric);
  return ops.sub(ops.cast(ops.less(0, tensor), tensor.dtype), ops.cast(ops.less(tensor, 0), tensor.dtype));
};

/** The smallest whole number not below x. Its gradient is 0. */
export const ceil = (x: Operand): Tensor => ops.neg(ops.floor(ops.neg(take("ceil", x))));

/** The nearest whole number, of two equally near the even one. Its gradient is 0. */
export const round = (x: Operand): Tensor => {
  const tensor = take("round", x);
  const below = ops.floor(tensor);
  const rest = ops.sub(tensor, below);
  const half = ops.mul(below, 0.5);
  const isOdd = ops.less(ops.floor(half), half);
  const up = ops.logicalOr(ops.less(0.5, rest), ops.logicalAnd(ops.equal(rest, 0.5), isOdd));
  return ops.add(below, ops.cast(up, "float32"));
};

/**
 * x held between `min` and `max`: numbers or tensors that broadcast to its shape, either may be left out; where
 * they cross, `max` holds. float32 or int32. The cotangent goes to x where it is within or at the bounds, else to
 * the bound.
 */
export const clamp = (x: Operand, { min, max }: { min?: Operand; max?: Operand }): Tensor => {
  const tensor = take("clamp", x, numeric);
  const [low, high] = [min, max].map((bound) =>
    bound === undefined ? undefined : takePair("clamp", tensor, bound, numeric)[1],
  );
  const raised = low === undefined ? tensor : ops.where(ops.less(tensor, low), low, tensor);
  return high === undefined ? raised : ops.where(ops.less(high, raised), high, raised);
};

/** a − b ⌊a / b⌋ of float32 or int32: 0 or of the sign of b, as Python's `%`; a, where integers are divided by 0. */
export const remainder = (a: Operand, b: Operand): Tensor => {
  const [first, second] = takePair("remainder", a, b, numeric);
  const quotient = ops.floorDivide(first, second);
  const product = ops.mul(second, quotient);
  if (first.dtype === "int32") return ops.sub(first, product);
  // A quotient of 0 beside an infinite divisor, whose product is NaN.
  const rest = ops.sub(first, ops.where(ops.equal(quotient, 0), 0, product));
  // A quotient that was rounded up to a whole number leaves a rest on the other side of 0.
  const isBeyond = ops.logicalAnd(notEqual(rest, 0), logicalXor(ops.less(rest, 0), ops.less(second, 0)));
  return ops.where(isBeyond, ops.add(rest, second), rest);
};

/** 2ˣ. */
export const exp2 = (x: Operand): Tensor => ops.pow(2, take("exp2", x));

/** log₂ x. */
export const log2 = (x: Operand): Tensor => ops.mul(ops.log(take("log2", x)), Math.LOG2E);

/** log₁₀ x. */
export const log10 = (x: Operand): Tensor => ops.mul(ops.log(take("log10", x)), Math.LOG10E);

/** 1/1!, 1/2!, …: (eˣ − 1) / x. */
const exponentialSeries = [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320];

/** eˣ − 1, exact to rounding also near 0: by its series below ½. */
export const expm1 = (x: Operand): Tensor => {
  const tensor = take("expm1", x);
  const near = ops.mul(tensor, polynomial(tensor, exponentialSeries));
  const far = ops.sub(ops.exp(tensor), 1);
  // d(eˣ − 1) = eˣ dx
  return ops.customGradient(ops.where(ops.less(ops.abs(tensor), 0.5), near, far), [tensor], (dy) => [
    ops.mul(dy, ops.exp(tensor)),
  ]);
};

/** 2 artanh(s) / s as a series in s². */
const logarithmSeries = [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11];

/** ln(1 + x), exact to rounding also near 0: below 0.4 as 2 artanh(x / (2 + x)), by its series. */
export const log1p = (x: Operand): Tensor => {
  const tensor = take("log1p", x);
  const s = ops.div(tensor, ops.add(tensor, 2));
  const near = ops.mul(s, polynomial(square(s), logarithmSeries));
  const shifted = ops.add(tensor, 1);
  // d ln(1 + x) = dx / (1 + x)
  return ops.customGradient(
    ops.where(ops.less(ops.abs(tensor), 0.4), near, ops.log(shifted)),
    [tensor],
    (dy) => [ops.div(dy, shifted)],
  );
};
