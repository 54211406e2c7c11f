import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { viewKernel } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, showShape, sizeOf, stridesOf } from "../shape";

interface TransposeAttributes {
  readonly permutation: readonly number[];
}

/** Axes reordered: output axis i is input axis `permutation[i]`; by default the last two change places. */
export const transpose: Op<[x: Operand, permutation?: readonly number[]], TransposeAttributes> = defineOp(
  {
    name: "transpose",
    infer: ([x], { permutation }) => {
      const rank = x!.shape.length;
      if (permutation.length !== rank || [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i))
        throw new AutogradError(
          `transpose: [${permutation}] is no permutation of the ${rank} axes of ${showShape(x!.shape)}`,
        );
      return { shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
    },
    vjp: (dy, { attributes: { permutation }, ops }) => [
      ops.transpose(
        dy,
        permutation.map((_, i) => permutation.indexOf(i)),
      ),
    ],
    gpu: ({ inputs: [x], output, attributes: { permutation } }) => {
      const strides = stridesOf(x!.shape);
      return [
        viewKernel(
          0,
          sizeOf(x!.shape),
          output.shape,
          permutation.map((axis) => strides[axis]!),
        ),
      ];
    },
    onnx: (b, { permutation }) => b.node("Transpose", b.inputs, { perm: permutation }),
  },
  (x: Operand, permutation?: readonly number[]) => {
    const tensor = toTensor("transpose", x);
    const axes = Array.from({ length: tensor.rank }, (_, i) => i);
    const swapped = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
    const order: readonly number[] = permutation ?? swapped;
    const attributes: TransposeAttributes = {
      permutation: order.map((axis) => normalizeAxis("transpose", axis, tensor.rank)),
    };
    return { inputs: [tensor], attributes };
  },
);
