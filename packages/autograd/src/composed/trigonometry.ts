import { broadcastAll } from "../elementwise";
import type { Operand } from "../operand";
import * as ops from "../ops";
import type { Tensor } from "../tensor";
import { log1p, sign, square } from "./elementary";
import { take, takePair } from "./operands";
import { polynomial } from "./polynomial";

/** sin x / cos x. */
export const tan = (x: Operand): Tensor => {
  const tensor = take("tan", x);
  return ops.div(ops.sin(tensor), ops.cos(tensor));
};

/** 1 − x², without cancellation. */
const complement = (x: Tensor): Tensor => ops.mul(ops.sub(1, x), ops.add(x, 1));

/** arcsin x in −π/2 … π/2, NaN outside −1 … 1. */
export const asin = (x: Operand): Tensor => {
  const tensor = take("asin", x);
  const root = ops.sqrt(complement(tensor));
  // d(arcsin x) = dx / √(1 − x²)
  return ops.customGradient(ops.atan(ops.div(tensor, root)), [tensor], (dy) => [ops.div(dy, root)]);
};

/** arccos x in 0 … π, NaN outside −1 … 1; exact to rounding also near 1. */
export const acos = (x: Operand): Tensor => {
  const tensor = take("acos", x);
  // arccos x is twice the angle whose tangent is √((1 − x) / (1 + x)).
  const tangent = ops.sqrt(ops.div(ops.sub(1, tensor), ops.add(tensor, 1)));
  // d(arccos x) = −dx / √(1 − x²)
  return ops.customGradient(ops.mul(ops.atan(tangent), 2), [tensor], (dy) => [
    ops.neg(ops.div(dy, ops.sqrt(complement(tensor)))),
  ]);
};

/** Whether x is below 0, or is −0. */
const isNegative = (x: Tensor): Tensor => ops.logicalOr(ops.less(x, 0), ops.less(ops.div(1, x), 0));

/** The angle of the point (x, y) in −π … π, as torch's atan2: zeros have signs, and (0, 0) no gradient. */
export const atan2 = (y: Operand, x: Operand): Tensor => {
  const pair = takePair("atan2", y, x, ["float32"]);
  const shape = broadcastAll("atan2", pair);
  const [b, a] = [ops.broadcastTo(pair[0], shape), ops.broadcastTo(pair[1], shape)];
  const [height, width] = [ops.abs(b), ops.abs(a)];
  const [small, large] = [ops.minimum(height, width), ops.maximum(height, width)];
  // The angle within an eighth of the circle: 0 at the origin, π/4 between infinities.
  const ratio = ops.where(
    ops.equal(large, 0),
    0,
    ops.where(ops.equal(small, large), 1, ops.div(small, large)),
  );
  const eighth = ops.atan(ratio);
  const quarter = ops.where(ops.less(width, height), ops.sub(Math.PI / 2, eighth), eighth);
  const half = ops.where(isNegative(a), ops.sub(Math.PI, quarter), quarter);
  const angle = ops.where(isNegative(b), ops.neg(half), half);
  // d atan2(y, x) = (x dy − y dx) / (x² + y²)
  const squares = ops.add(square(a), square(b));
  const isOrigin = ops.equal(squares, 0);
  return ops.customGradient(angle, [b, a], (dy) => {
    const share = ops.where(isOrigin, 0, ops.div(dy, ops.where(isOrigin, 1, squares)));
    return [ops.mul(share, a), ops.neg(ops.mul(share, b))];
  });
};

/** sinh x / x as a series in x². */
const sinhSeries = [1, 1 / 6, 1 / 120, 1 / 5040, 1 / 362880];

/** ½ eˣ and ½ e⁻ˣ, infinite only where the result is. */
const halfExponentials = (x: Tensor): readonly [Tensor, Tensor] => {
  const root = ops.exp(ops.mul(x, 0.5));
  return [ops.mul(ops.mul(root, 0.5), root), ops.div(ops.div(0.5, root), root)];
};

/** (eˣ − e⁻ˣ) / 2, exact to rounding also near 0: by its series below 1. */
export const sinh = (x: Operand): Tensor => {
  const tensor = take("sinh", x);
  const near = ops.mul(tensor, polynomial(square(tensor), sinhSeries));
  const far = ops.sub(...halfExponentials(tensor));
  // d(sinh x) = cosh x dx
  return ops.customGradient(ops.where(ops.less(ops.abs(tensor), 1), near, far), [tensor], (dy) => [
    ops.mul(dy, cosh(tensor)),
  ]);
};

/** (eˣ + e⁻ˣ) / 2. */
export const cosh = (x: Operand): Tensor => {
  const tensor = take("cosh", x);
  // d(cosh x) = sinh x dx
  return ops.customGradient(ops.add(...halfExponentials(tensor)), [tensor], (dy) => [
    ops.mul(dy, sinh(tensor)),
  ]);
};

/** From here on √(x² ± 1) is x, and x² may be infinite. */
const vast = 1e9;

/** The inverse of sinh, exact to rounding also near 0. */
export const asinh = (x: Operand): Tensor => {
  const tensor = take("asinh", x);
  const size = ops.abs(tensor);
  const squared = square(tensor);
  const root = ops.sqrt(ops.add(squared, 1));
  // ln(x + √(x² + 1)) = ln(1 + x + (√(x² + 1) − 1))
  const near = log1p(ops.add(size, ops.div(squared, ops.add(root, 1))));
  const value = ops.where(ops.less(size, vast), near, ops.add(ops.log(size), Math.LN2));
  // d(arsinh x) = dx / √(x² + 1)
  return ops.customGradient(ops.mul(sign(tensor), value), [tensor], (dy) => [ops.div(dy, root)]);
};

/** The inverse of cosh, ≥ 0, NaN below 1; exact to rounding also near 1. */
export const acosh = (x: Operand): Tensor => {
  const tensor = take("acosh", x);
  const above = ops.sub(tensor, 1);
  // A root of each: their product is above 0 also below −1.
  const root = ops.mul(ops.sqrt(above), ops.sqrt(ops.add(tensor, 1)));
  const value = ops.where(
    ops.less(tensor, vast),
    log1p(ops.add(above, root)),
    ops.add(ops.log(tensor), Math.LN2),
  );
  // d(arcosh x) = dx / √(x² − 1)
  return ops.customGradient(value, [tensor], (dy) => [ops.div(dy, root)]);
};

/** The inverse of tanh, NaN outside −1 … 1; exact to rounding also near 0 and ±1. */
export const atanh = (x: Operand): Tensor => {
  const tensor = take("atanh", x);
  const size = ops.abs(tensor);
  const value = ops.mul(log1p(ops.div(ops.mul(size, 2), ops.sub(1, size))), 0.5);
  // d(artanh x) = dx / (1 − x²)
  return ops.customGradient(ops.mul(sign(tensor), value), [tensor], (dy) => [
    ops.div(dy, complement(tensor)),
  ]);
};
