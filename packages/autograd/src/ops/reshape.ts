import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { checkSizes, showShape, sizeOf } from "../shape";

interface ReshapeAttributes {
  readonly shape: Shape;
}

/** The same elements in another shape; one axis may be −1. */
export const reshape: Op<[x: Operand, shape: Shape], ReshapeAttributes> = defineOp(
  {
    name: "reshape",
    infer: ([x], { shape }) => {
      checkSizes("reshape", shape);
      if (sizeOf(shape) !== sizeOf(x!.shape))
        throw new AutogradError(
          `reshape: ${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${showShape(shape)} ${sizeOf(shape)}`,
        );
      return { shape, dtype: x!.dtype };
    },
    vjp: (dy, { inputs: [x], ops }) => [ops.reshape(dy, x!.shape)],
    gpu: () => ({ alias: 0 }),
    onnx: (b, { shape }) =>
      // allowzero: an axis of 0 means empty here, not "copy".
      b.node("Reshape", [b.inputs[0]!, b.constant(shape, "int64")], { allowzero: 1 }),
  },
  (x: Operand, shape: Shape) => {
    const tensor = toTensor("reshape", x);
    const open = shape.indexOf(-1);
    if (open < 0) return { inputs: [tensor], attributes: { shape } };
    const rest = sizeOf(shape.toSpliced(open, 1));
    if (shape.lastIndexOf(-1) !== open || !Number.isInteger(tensor.size / rest))
      throw new AutogradError(
        `reshape: ${showShape(tensor.shape)} has ${tensor.size} elements, which no size at the −1 of ${showShape(shape)} makes up`,
      );
    const filled = shape.with(open, tensor.size / rest);
    return { inputs: [tensor], attributes: { shape: filled } };
  },
);
