import type { Operand } from "../operand";
import * as ops from "../ops";
import type { Tensor } from "../tensor";
import { take, takePair } from "./operands";

const ordered = ["float32", "int32"] as const;

/** a ≠ b, elementwise, of float32, int32 or bool; true where one is NaN. */
export const notEqual = (a: Operand, b: Operand): Tensor =>
  ops.logicalNot(ops.equal(...takePair("notEqual", a, b, [...ordered, "bool"])));

/** a > b, elementwise, of float32 or int32. */
export const greater = (a: Operand, b: Operand): Tensor => {
  const [first, second] = takePair("greater", a, b, ordered);
  return ops.less(second, first);
};

/** a ≤ b, elementwise, of float32 or int32; false where one is NaN. */
export const lessEqual = (a: Operand, b: Operand): Tensor => {
  const pair = takePair("lessEqual", a, b, ordered);
  return ops.logicalOr(ops.less(...pair), ops.equal(...pair));
};

/** a ≥ b, elementwise, of float32 or int32; false where one is NaN. */
export const greaterEqual = (a: Operand, b: Operand): Tensor => {
  const [first, second] = takePair("greaterEqual", a, b, ordered);
  return lessEqual(second, first);
};

/** Whether exactly one of two booleans holds. */
export const logicalXor = (a: Operand, b: Operand): Tensor =>
  notEqual(...takePair("logicalXor", a, b, ["bool"]));

/** Whether x is neither infinite nor NaN (exported as `isFinite`, which a file must not shadow). */
export const elementIsFinite = (x: Operand): Tensor =>
  ops.less(ops.abs(take("isFinite", x)), Number.POSITIVE_INFINITY);
