import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import type { Tensor } from "../tensor";

const seeds = 2 ** 23;

/**
 * Zeroes elements of x (float32) with probability `rate` (0 … 1) and divides the others by 1 − rate. The mask is
 * a function of seed, salt and place alone, the same on every engine.
 *
 * @param seed an int32 scalar, or an integer, in 0 … 2²³ − 1: another for every step
 * @param salt an integer from 0, which tells the masks of one graph apart: another for every layer
 */
export const dropout = (x: Operand, rate: number, seed: Operand, salt = 0): Tensor => {
  const tensor = toTensor("dropout", x);
  if (!(rate >= 0 && rate <= 1))
    throw new AutogradError(`dropout: the rate is ${rate}; give a probability, 0 … 1`);
  if (typeof seed === "number" && !(Number.isInteger(seed) && seed >= 0 && seed < seeds))
    throw new AutogradError(`dropout: the seed is ${seed}; give an integer in 0 … ${seeds - 1}`);
  if (rate === 0) return tensor;
  if (rate === 1) return ops.mul(tensor, 0);
  const drawn = ops.randomUniform(toTensor("dropout", seed, "int32"), tensor.shape, salt);
  const kept = ops.cast(ops.logicalNot(ops.less(drawn, rate)), "float32");
  // One product forward and one backward: cheaper than to choose by `where`.
  return ops.mul(tensor, ops.mul(kept, 1 / (1 - rate)));
};
