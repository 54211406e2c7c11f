import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";

export interface RandomAttributes {
  readonly shape: Shape;
  /** Tells draws of one graph apart. */
  readonly salt: number;
}

/**
 * Uniform numbers in [0, 1), a function of the seed (int32 scalar, 0 … 2²³ − 1), the salt and the element's
 * place alone: the same on every engine, so that a run can be repeated.
 */
export const randomUniform: Op<[seed: Operand, shape: Shape, salt?: number], RandomAttributes> = defineOp(
  {
    name: "randomUniform",
    infer: ([seed], { shape }) => {
      if (seed!.dtype !== "int32" || seed!.shape.length !== 0)
        throw new AutogradError("randomUniform: the seed is an int32 scalar");
      return { shape, dtype: "float32" };
    },
    vjp: null,
    gpu: () => [],
    onnx: (b) => b.node("Identity", b.inputs),
  },
  (seed: Operand, shape: Shape, salt = 0) => ({ inputs: [seed], attributes: { shape, salt } }),
);
