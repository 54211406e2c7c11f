import { isFloat } from "../dtype";
import { pullback } from "../grad";
import { topologicalOrder } from "../graph";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import { nextId } from "../shared-state";
import { Tensor } from "../tensor";

/**
 * Gradient checkpointing (Chen et al., arXiv 1604.06174): `fn(...inputs)`, whose intermediate values are not kept
 * for the gradient but computed again from `inputs` when the gradient needs them. A stack of checkpointed blocks
 * keeps one input a block, and computes its forward pass twice.
 *
 * `fn` is traced for the value and again for the gradient, and must build the same graph each time. What it uses
 * besides its inputs, parameters or other tensors, gets its gradient too.
 */
export const checkpoint = <I extends readonly Operand[]>(
  fn: (...inputs: { [K in keyof I]: Tensor }) => Tensor,
  ...inputs: I
): Tensor => {
  type Traced = { [K in keyof I]: Tensor };
  const operands = inputs.map((input) => toTensor("checkpoint", input));
  const captured = capturedBy((places) => fn(...(places as Traced)), operands);
  const value = fn(...(operands as Traced));
  return ops.customGradient(value, [...operands, ...captured], (dy) => {
    const again = operands.map((operand) => ops.after(operand, dy));
    // Independent, since the walk goes on behind them by itself.
    const targets = [...again, ...captured];
    const cotangents = pullback([fn(...(again as Traced))], [dy], targets, { independent: true });
    return cotangents.map((cotangent, i) => (isFloat((operands[i] ?? cotangent).dtype) ? cotangent : null));
  });
};

/** Tensors from before `fn` that it uses but was not given; what it makes of those alone it makes anew each time. */
const capturedBy = (fn: (inputs: readonly Tensor[]) => Tensor, like: readonly Tensor[]): Tensor[] => {
  const places = like.map(({ shape, dtype }, index) => new Tensor("input", [], { index }, shape, dtype));
  const start = nextId();
  const isMade = ({ op, id }: Tensor) => id > start && op !== "parameter";
  const value = fn(places);
  const used = topologicalOrder([value]).flatMap((node) => (isMade(node) ? node.inputs : []));
  const isCaptured = (tensor: Tensor) =>
    !isMade(tensor) && !places.includes(tensor) && tensor.op !== "constant" && isFloat(tensor.dtype);
  return [...new Set([value, ...used])].filter(isCaptured);
};
