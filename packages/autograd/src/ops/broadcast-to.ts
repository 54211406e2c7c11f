import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import { mapKernel } from "../kernel-text";
import type { Operand } from "../operand";
import { checkSizes, sameShape, showShape, tryBroadcast } from "../shape";

interface BroadcastAttributes {
  readonly shape: Shape;
}

/** Repeats axes of size 1, and adds leading ones, up to `shape`. */
export const broadcastTo: Op<[x: Operand, shape: Shape], BroadcastAttributes> = defineOp(
  {
    name: "broadcastTo",
    infer: ([x], { shape }) => {
      checkSizes("broadcastTo", shape);
      const joined = tryBroadcast(x!.shape, shape);
      if (joined === null || !sameShape(joined, shape))
        throw new AutogradError(
          `broadcastTo: ${showShape(x!.shape)} does not broadcast to ${showShape(shape)}`,
        );
      return { shape, dtype: x!.dtype };
    },
    // The reverse walk sums what was repeated.
    vjp: (dy) => [dy],
    gpu: (context) => mapKernel(context, ["x"], "x"),
    onnx: (b, { shape }) => b.node("Expand", [b.inputs[0]!, b.constant(shape, "int64")]),
  },
  (x: Operand, shape: Shape) => ({ inputs: [x], attributes: { shape } }),
);
