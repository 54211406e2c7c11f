import type { Operand } from "../define-op";
import { toTensor } from "../define-op";
import { checkDTypes } from "../elementwise";
import * as ops from "../ops";
import type { Tensor } from "../tensor";

/** a ≠ b, elementwise, of float32, int32 or bool; true where one is NaN. */
export const notEqual = (a: Operand, b: Operand): Tensor => ops.logicalNot(ops.equal(a, b));

/** a > b, elementwise. */
export const greater = (a: Operand, b: Operand): Tensor => ops.less(b, a);

/** a ≤ b, elementwise, false where one is NaN. */
export const lessEqual = (a: Operand, b: Operand): Tensor => ops.logicalOr(ops.less(a, b), ops.equal(a, b));

/** a ≥ b, elementwise, false where one is NaN. */
export const greaterEqual = (a: Operand, b: Operand): Tensor => lessEqual(b, a);

/** Whether exactly one of two booleans holds. */
export const logicalXor = (a: Operand, b: Operand): Tensor => {
  const both = [toTensor("logicalXor", a), toTensor("logicalXor", b)] as const;
  checkDTypes("logicalXor", both, ["bool"]);
  return notEqual(...both);
};

/** Whether x is neither infinite nor NaN (exported as `isFinite`, which a file must not shadow). */
export const elementIsFinite = (x: Operand): Tensor => {
  const tensor = toTensor("isFinite", x);
  checkDTypes("isFinite", [tensor]);
  return ops.less(ops.abs(tensor), Number.POSITIVE_INFINITY);
};
