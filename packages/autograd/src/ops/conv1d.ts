import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, factor, isWide, kernelText } from "../kernel-text";
import { showShape } from "../shape";

export interface ConvAttributes {
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before and behind each sequence; may be negative at the end of a transpose, never here. */
  readonly low: number;
  readonly high: number;
}

export type ConvOptions = Partial<ConvAttributes>;

export const convAttributes = (options: ConvOptions): ConvAttributes => ({
  stride: options.stride ?? 1,
  dilation: options.dilation ?? 1,
  low: options.low ?? 0,
  high: options.high ?? 0,
});

/**
 * Correlation of sequences: x [batch, in, width], kernel [out, in, taps] → [batch, out, places] with
 * y[b, o, p] = Σ_{c,t} x[b, c, p·stride + t·dilation − low] · kernel[o, c, t], x zero outside.
 */
export const conv1d: Op<[x: Operand, kernel: Operand, options?: ConvOptions], ConvAttributes> = defineOp(
  {
    name: "conv1d",
    infer: ([x, kernel], { stride, dilation, low, high }) => {
      const [batch, channels, width] = x!.shape;
      const [out, inner, taps] = kernel!.shape;
      const span = width! + low + high - (taps! - 1) * dilation - 1;
      if (
        x!.dtype !== "float32" ||
        kernel!.dtype !== "float32" ||
        x!.shape.length !== 3 ||
        kernel!.shape.length !== 3 ||
        channels !== inner ||
        span < 0
      )
        throw new AutogradError(
          `conv1d: ${x!.dtype}${showShape(x!.shape)} with kernel ${kernel!.dtype}${showShape(kernel!.shape)}; takes float32 [batch, in, width] and [out, in, taps] with taps inside the padded width`,
        );
      return { shape: [batch!, out!, Math.floor(span / stride) + 1], dtype: "float32" };
    },
    // x̄ is the transposed convolution; k̄ correlates x with dy, stride and dilation changing places
    vjp: (dy, { inputs: [x, kernel], attributes, ops }) => {
      const { stride, dilation, low, high } = attributes;
      const width = x!.shape[2]!;
      const taps = kernel!.shape[2]!;
      const correlated = ops.conv1d(ops.transpose(x!, [1, 0, 2]), ops.transpose(dy, [1, 0, 2]), {
        stride: dilation,
        dilation: stride,
        low,
        high,
      });
      const [inner, out] = correlated.shape;
      return [
        ops.convTranspose1d(dy, kernel!, width, attributes),
        ops.transpose(ops.slice(correlated, [0, 0, 0], [inner!, out!, taps]), [1, 0, 2]),
      ];
    },
    gpu: ({ inputs: [x, kernel], output, attributes: { stride, dilation, low } }) => {
      const [batch, channels, width] = x!.shape as [number, number, number];
      const [out, , taps] = kernel!.shape as [number, number, number];
      const places = output.shape[2]!;
      const size = batch * out * places;
      const wide = isWide(size, batch * channels * width, out * channels * taps);
      const { lines, at } = coordinates([batch, out, places], wide);
      const [c, t] = [factor("c", wide), factor("t", wide)];
      const source = kernelText(
        ["x", "kernel"],
        [
          ...lines,
          "let s = 0.0;",
          `for (let c = 0; c < ${channels}; c++) {`,
          `  for (let t = 0; t < ${taps}; t++) {`,
          `    const place = ${at[2]} * ${stride} + t * ${dilation} - ${low};`,
          `    if (place >= 0 && place < ${width}) {`,
          `      s += x[(${at[0]} * ${channels} + ${c}) * ${width} + ${factor("place", wide)}] * kernel[(${at[1]} * ${channels} + ${c}) * ${taps} + ${t}];`,
          "    }",
          "  }",
          "}",
          "return s;",
        ],
      );
      return [{ source, args: [0, 1], size }];
    },
    onnx: (b, { stride, dilation, low, high }) =>
      b.node("Conv", b.inputs, { strides: [stride], dilations: [dilation], pads: [low, high] }),
  },
  (x: Operand, kernel: Operand, options: ConvOptions = {}) => ({
    inputs: [x, kernel],
    attributes: convAttributes(options),
  }),
);
