import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { Operand } from "../operand";

/** The same value, which no gradient passes. */
export const stopGradient: Op<[x: Operand], object> = defineOp(
  {
    name: "stopGradient",
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    vjp: null,
    gpu: () => ({ alias: 0 }),
    onnx: (b) => b.node("Identity", b.inputs),
  },
  (x: Operand) => ({ inputs: [x], attributes: {} }),
);
