import type { DType } from "../dtype";
import { broadcastAll, checkDTypes } from "../elementwise";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import type { Tensor } from "../tensor";

/** The operand as a tensor of one of the dtypes (default: float32); errors name the function the user called. */
export const take = (op: string, x: Operand, allowed: readonly DType[] = ["float32"]): Tensor => {
  const tensor = toTensor(op, x);
  checkDTypes(op, [tensor], allowed);
  return tensor;
};

/** Two operands as tensors of one dtype, which broadcast; numbers beside int32 are int32. */
export const takePair = (
  op: string,
  a: Operand,
  b: Operand,
  allowed: readonly DType[],
): readonly [Tensor, Tensor] => {
  const isInteger = [a, b].some((x) => typeof x === "object" && x?.dtype === "int32");
  const scalar = isInteger ? "int32" : "float32";
  const pair = [toTensor(op, a, scalar), toTensor(op, b, scalar)] as const;
  checkDTypes(op, pair, allowed);
  broadcastAll(op, pair);
  return pair;
};
