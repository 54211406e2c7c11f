import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { showShape } from "../shape";
import type { ConvAttributes, ConvOptions } from "./conv1d";
import { convAttributes } from "./conv1d";

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Width of the result. */
  readonly width: number;
}

/**
 * The adjoint of `conv1d` in x: y [batch, out, places], kernel [out, in, taps] → [batch, in, width] with
 * x[b, c, p·stride + t·dilation − low] += y[b, o, p] · kernel[o, c, t], what falls outside dropped.
 */
export const convTranspose1d: Op<[y: Operand, kernel: Operand, width: number, options?: ConvOptions], ConvTransposeAttributes> = defineOp(
  {
    name: "convTranspose1d",
    infer: ([y, kernel], { width }) => {
      if (
        y!.dtype !== "float32" ||
        kernel!.dtype !== "float32" ||
        y!.shape.length !== 3 ||
        kernel!.shape.length !== 3 ||
        y!.shape[1] !== kernel!.shape[0]
      )
        throw new AutogradError(
          `convTranspose1d: ${y!.dtype}${showShape(y!.shape)} with kernel ${kernel!.dtype}${showShape(kernel!.shape)}; takes float32 [batch, out, places] and [out, in, taps]`,
        );
      return { shape: [y!.shape[0]!, kernel!.shape[1]!, width], dtype: "float32" };
    },
    // The adjoint of the adjoint in y; in the kernel, conv1d's own rule with x and y changing places
    vjp: (dx, { inputs: [y, kernel], attributes, ops }) => {
      const { stride, dilation, low, high } = attributes;
      const [, out, places] = y!.shape;
      const dy = ops.conv1d(dx, kernel!, attributes);
      const correlated = ops.conv1d(ops.transpose(dx, [1, 0, 2]), ops.transpose(y!, [1, 0, 2]), {
        stride: dilation,
        dilation: stride,
        low,
        high,
      });
      const [inner] = correlated.shape;
      return [
        ops.slice(dy, [0, 0, 0], [dy.shape[0]!, out!, places!]),
        ops.transpose(ops.slice(correlated, [0, 0, 0], [inner!, out!, kernel!.shape[2]!]), [1, 0, 2]),
      ];
    },
    gpu: () => [],
    onnx: (b, { stride, dilation, low, width }) => {
      const places = b.inputTypes[0]!.shape[2]!;
      const taps = b.inputTypes[1]!.shape[2]!;
      const full = (places - 1) * stride + (taps - 1) * dilation + 1;
      const whole = b.node("ConvTranspose", b.inputs, { strides: [stride], dilations: [dilation] });
      const end = Math.min(full, low + width);
      const kept = b.node("Slice", [whole, b.constant([low], "int64"), b.constant([end], "int64"), b.constant([2], "int64")]);
      if (end - low === width) return kept;
      return b.node("Pad", [kept, b.constant([0, 0, 0, 0, 0, width - (end - low)], "int64")]);
    },
  },
  (y: Operand, kernel: Operand, width: number, options: ConvOptions = {}) => ({
    inputs: [y, kernel],
    attributes: { ...convAttributes(options), width },
  }),
);
