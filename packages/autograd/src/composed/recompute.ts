import type { Walk } from "../op";
import { after } from "../ops";
import { Tensor } from "../tensor";

/** Ops whose value costs little beside a matrix product, and whose inputs their own gradient keeps. */
const cheap: ReadonlySet<string> = new Set([
  "layerNorm",
  "rmsNorm",
  "gelu",
  "geluTanh",
  "silu",
  "mul",
  "reshape",
]);

/**
 * A tensor again, for the gradient of an op that takes it: computed from the inputs of its node once `cause` is known,
 * so that it is not kept from the forward pass until then. Once for each reverse walk. Where it is no cheap value, or
 * has no large inputs, it is itself.
 */
export const recompute = (x: Tensor, cause: Tensor, walk: Walk): Tensor => {
  const found = walk.get(x);
  if (found !== undefined) return found;
  const again = cheap.has(x.op) ? remade(x, cause, walk) : x;
  walk.set(x, again);
  return again;
};

const remade = (x: Tensor, cause: Tensor, walk: Walk): Tensor => {
  const inputs = x.inputs.map((input) => {
    const isState = input.op === "parameter" || input.op === "constant" || input.size < x.size;
    if (isState) return input;
    return x.op === "reshape" ? recompute(input, cause, walk) : after(input, cause);
  });
  if (inputs.every((input, i) => input === x.inputs[i])) return x;
  return new Tensor(x.op, inputs, x.attributes, x.shape, x.dtype, x.definition);
};
