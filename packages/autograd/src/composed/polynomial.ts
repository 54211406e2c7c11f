import * as ops from "../ops";
import type { Tensor } from "../tensor";

/** c₀ + c₁ x + c₂ x² + … by Horner's rule. */
export const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor => {
  const [highest, ...rest] = coefficients.toReversed();
  return rest.reduce<Tensor>(
    (sum, coefficient, i) => ops.add(i === 0 ? ops.mul(x, highest!) : ops.mul(x, sum), coefficient),
    x,
  );
};
