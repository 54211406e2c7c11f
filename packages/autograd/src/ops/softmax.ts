import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { showShape } from "../shape";

/** eˣ / Σeˣ along the last axis, the row maximum subtracted first. */
export const softmax: Op<[x: Operand], object> = defineOp(
  {
    name: "softmax",
    infer: ([x]) => {
      if (x!.dtype !== "float32" || x!.shape.length === 0)
        throw new AutogradError(`softmax: given ${x!.dtype}${showShape(x!.shape)}; takes float32 with an axis`);
      return { shape: x!.shape, dtype: "float32" };
    },
    // dx = y (dy − Σ dy y)
    vjp: (dy, { output: y, ops }) => [
      ops.mul(y, ops.sub(dy, ops.sum(ops.mul(dy, y), { axes: -1, keepDims: true }))),
    ],
    gpu: () => [],
    onnx: (b) => b.node("Softmax", b.inputs, { axis: -1 }),
  },
  (x: Operand) => ({ inputs: [x], attributes: {} }),
);
