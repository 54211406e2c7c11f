import type { Operand } from "../define-op";
import * as ops from "../ops";
import type { Tensor } from "../tensor";

/** x Φ(x), with the error function (Hendrycks & Gimpel, arXiv 1606.08415). */
export const gelu = (x: Operand): Tensor =>
  ops.mul(ops.mul(x, 0.5), ops.add(ops.erf(ops.mul(x, Math.SQRT1_2)), 1));

/** The tanh approximation of `gelu` from the same paper, which GPT-2 uses. */
export const geluTanh = (x: Operand): Tensor => {
  const cubic = ops.mul(ops.mul(x, ops.mul(x, x)), 0.044715);
  const inner = ops.mul(ops.add(x, cubic), Math.sqrt(2 / Math.PI));
  return ops.mul(ops.mul(x, 0.5), ops.add(ops.tanh(inner), 1));
};

/** x σ(x), also called swish. */
export const silu = (x: Operand): Tensor => ops.mul(x, ops.sigmoid(x));
