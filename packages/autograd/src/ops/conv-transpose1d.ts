import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, factor, isWide, kernelText } from "../kernel-text";
import { showShape, sizeOf } from "../shape";
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
export const convTranspose1d: Op<
  [y: Operand, kernel: Operand, width: number, options?: ConvOptions],
  ConvTransposeAttributes
> = defineOp(
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
      const { stride, dilation, low, width } = attributes;
      const [, out, places] = y!.shape;
      const taps = kernel!.shape[2]!;
      // Zeros for what fell outside on the right
      const high = Math.max(0, (places! - 1) * stride + (taps - 1) * dilation + 1 - low - width);
      const dy = ops.conv1d(dx, kernel!, { stride, dilation, low, high });
      const correlated = ops.conv1d(ops.transpose(dx, [1, 0, 2]), ops.transpose(y!, [1, 0, 2]), {
        stride: dilation,
        dilation: stride,
        low,
        high,
      });
      const [inner] = correlated.shape;
      return [
        ops.slice(dy, [0, 0, 0], [dy.shape[0]!, out!, places!]),
        ops.transpose(ops.slice(correlated, [0, 0, 0], [inner!, out!, taps]), [1, 0, 2]),
      ];
    },
    gpu: ({ inputs: [y, kernel], output, attributes: { stride, dilation, low, width } }) => {
      const [batch, out, places] = y!.shape as [number, number, number];
      const [, channels, taps] = kernel!.shape as [number, number, number];
      const size = sizeOf(output.shape);
      const wide = isWide(size, batch * out * places, out * channels * taps);
      const { lines, at } = coordinates([batch, channels, width], wide);
      const [o, t] = [factor("o", wide), factor("t", wide)];
      const source = kernelText(
        ["y", "kernel"],
        [
          ...lines,
          "let s = 0.0;",
          `for (let t = 0; t < ${taps}; t++) {`,
          `  const shifted = ${at[2]} + ${low} - t * ${dilation};`,
          `  const place = Math.floor((shifted + 0.5) * ${1 / stride});`,
          `  if (shifted >= 0 && place < ${places} && place * ${stride} === shifted) {`,
          `    for (let o = 0; o < ${out}; o++) {`,
          `      s += y[(${at[0]} * ${out} + ${o}) * ${places} + ${factor("place", wide)}] * kernel[(${o} * ${channels} + ${at[1]}) * ${taps} + ${t}];`,
          "    }",
          "  }",
          "}",
          "return s;",
        ],
      );
      return [{ source, args: [0, 1], size }];
    },
    onnx: (b, { stride, dilation, low, width }) => {
      const places = b.inputTypes[0]!.shape[2]!;
      const taps = b.inputTypes[1]!.shape[2]!;
      const full = (places - 1) * stride + (taps - 1) * dilation + 1;
      const whole = b.node("ConvTranspose", b.inputs, { strides: [stride], dilations: [dilation] });
      const end = Math.max(low, Math.min(full, low + width));
      const kept = b.node("Slice", [
        whole,
        b.constant([low], "int64"),
        b.constant([end], "int64"),
        b.constant([2], "int64"),
      ]);
      if (end - low === width) return kept;
      return b.node("Pad", [kept, b.constant([0, 0, 0, 0, 0, width - (end - low)], "int64")]);
    },
  },
  (y: Operand, kernel: Operand, width: number, options: ConvOptions = {}) => ({
    inputs: [y, kernel],
    attributes: { ...convAttributes(options), width },
  }),
);
