import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import { sameShape, showShape } from "../shape";
import type { Tensor } from "../tensor";
import { softplus } from "./activations";
import { mean, square } from "./math";

/** What becomes of the losses of single elements: their mean (default), their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  reduction?: Reduction;
}

/**
 * −ln softmax(logits)[label], over the labels that count: logits float32 [..., classes], labels int32 [...] in
 * 0 … classes − 1, or `ignoreIndex` (default −100). The mean is over the counted labels; without any it is NaN, as
 * torch's, and the gradient 0. Without reduction, ignored labels give 0.
 */
export const crossEntropyLoss = (
  logits: Operand,
  labels: Operand,
  options: LossOptions & { ignoreIndex?: number } = {},
): Tensor => {
  const [scores, targets] = [
    toTensor("crossEntropyLoss", logits),
    toTensor("crossEntropyLoss", labels, "int32"),
  ];
  const { ignoreIndex = -100, reduction = "mean" } = options;
  if (
    scores.dtype !== "float32" ||
    targets.dtype !== "int32" ||
    scores.rank === 0 ||
    !sameShape(targets.shape, scores.shape.slice(0, -1))
  )
    throw new AutogradError(
      `crossEntropyLoss: logits ${scores.dtype}${showShape(scores.shape)}, labels ${targets.dtype}${showShape(targets.shape)}; takes float32 [..., classes] and int32 [...]`,
    );
  const flat = ops.reshape(targets, [targets.size]);
  const rows = ops.reshape(scores, [targets.size, scores.shape.at(-1)!]);
  const losses = ops.crossEntropy(rows, flat, ignoreIndex);
  checkReduction("crossEntropyLoss", reduction);
  if (reduction === "none") return ops.reshape(losses, targets.shape);
  const total = ops.sum(losses);
  if (reduction === "sum") return total;
  const counted = ops.cast(ops.logicalNot(ops.equal(flat, ignoreIndex)), "float32");
  return ops.div(total, ops.sum(counted));
};

/** (x − target)², both float32 of one shape. */
export const mseLoss = (x: Operand, target: Operand, options: LossOptions = {}): Tensor => {
  const [a, b] = alike("mseLoss", x, target);
  return reduced("mseLoss", square(ops.sub(a, b)), options);
};

/** |x − target|, both float32 of one shape. */
export const l1Loss = (x: Operand, target: Operand, options: LossOptions = {}): Tensor => {
  const [a, b] = alike("l1Loss", x, target);
  return reduced("l1Loss", ops.abs(ops.sub(a, b)), options);
};

/** d²/2β for |d| < β, else |d| − β/2, with d = x − target, both float32 of one shape; β (default 1) above 0. */
export const smoothL1Loss = (
  x: Operand,
  target: Operand,
  options: LossOptions & { beta?: number } = {},
): Tensor => {
  const { beta = 1 } = options;
  if (!(beta > 0)) throw new AutogradError(`smoothL1Loss: beta is ${beta}; give a number above 0`);
  const [a, b] = alike("smoothL1Loss", x, target);
  const difference = ops.sub(a, b);
  const distance = ops.abs(difference);
  const curved = ops.mul(square(difference), 0.5 / beta);
  const losses = ops.where(ops.less(distance, beta), curved, ops.sub(distance, beta / 2));
  return reduced("smoothL1Loss", losses, options);
};

/**
 * −(target · ln σ(x) + (1 − target) · ln(1 − σ(x))), stable for any x: logits x and targets, float32 of one shape,
 * targets usually in 0 … 1.
 */
export const binaryCrossEntropyWithLogits = (
  logits: Operand,
  target: Operand,
  options: LossOptions = {},
): Tensor => {
  const name = "binaryCrossEntropyWithLogits";
  const [x, y] = alike(name, logits, target);
  // softplus(−|x|) + max(x, 0) − x y: nothing large is subtracted from something large
  const certain = ops.sub(ops.relu(x), ops.mul(x, y));
  const value = ops.add(certain, softplus(ops.neg(ops.abs(x))));
  // d = (σ(x) − y) dx − x dy
  const losses = ops.customGradient(value, [x, y], (d) => [
    ops.mul(d, ops.sub(ops.sigmoid(x), y)),
    ops.neg(ops.mul(d, x)),
  ]);
  return reduced(name, losses, options);
};

/** Both as tensors of one shape: silent broadcasting would average over the wrong pairs. */
const alike = (name: string, x: Operand, target: Operand): [Tensor, Tensor] => {
  const [a, b] = [toTensor(name, x), toTensor(name, target)];
  if (a.dtype !== "float32" || b.dtype !== "float32" || !sameShape(a.shape, b.shape))
    throw new AutogradError(
      `${name}: given ${a.dtype}${showShape(a.shape)} and target ${b.dtype}${showShape(b.shape)}; takes float32 of one shape`,
    );
  return [a, b];
};

const checkReduction = (name: string, reduction: Reduction): void => {
  if (!["mean", "sum", "none"].includes(reduction))
    throw new AutogradError(`${name}: no reduction "${reduction}"; there are mean, sum, none`);
};

const reduced = (name: string, losses: Tensor, { reduction = "mean" }: LossOptions): Tensor => {
  checkReduction(name, reduction);
  if (reduction === "none") return losses;
  return reduction === "sum" ? ops.sum(losses) : mean(losses);
};
