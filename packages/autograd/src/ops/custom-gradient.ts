import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import type { Walk } from "../op";
import type { Operand } from "../operand";
import { sameShape, showShape } from "../shape";
import type { Tensor } from "../tensor";

/**
 * Cotangents of the operands, in their order, from the cotangent of the value; null where there is none. `walk` is for
 * `recompute`.
 */
export type CustomVjp = (dy: Tensor, walk: Walk) => readonly (Tensor | null)[];

interface CustomAttributes {
  readonly vjp: CustomVjp;
}

/**
 * `value` with a gradient of its own: instead of differentiating how it was computed, `vjp` gives the
 * cotangents of `operands`. Each must have its operand's shape.
 */
export const customGradient: Op<
  [value: Operand, operands: readonly Operand[], vjp: CustomVjp],
  CustomAttributes
> = defineOp(
  {
    name: "customGradient",
    infer: ([value], _attributes) => ({ shape: value!.shape, dtype: value!.dtype }),
    vjp: (dy, { inputs: [, ...operands], attributes: { vjp }, walk }) => {
      const cotangents = vjp(dy, walk);
      if (cotangents.length !== operands.length)
        throw new AutogradError(
          `customGradient: the vjp gave ${cotangents.length} cotangents; give one (or null) for each of ${operands.length} operands`,
        );
      cotangents.forEach((cotangent, i) => {
        if (cotangent !== null && !sameShape(cotangent.shape, operands[i]!.shape))
          throw new AutogradError(
            `customGradient: cotangent ${i} is ${showShape(cotangent.shape)}; its operand is ${showShape(operands[i]!.shape)}`,
          );
      });
      return [null, ...cotangents];
    },
    gpu: () => ({ alias: 0 }),
    onnx: (b) => b.node("Identity", b.inputs.slice(0, 1)),
  },
  (value: Operand, operands: readonly Operand[], vjp: CustomVjp) => ({
    inputs: [value, ...operands],
    attributes: { vjp },
  }),
);
