import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import type { TensorType } from "../host-tensor";
import { coordinates, factor, isWide, kernelText } from "../kernel-text";
import type { OnnxBuilder } from "../lowering";
import type { Ops } from "../op";
import type { ConvAttributes, ConvOptions } from "../op-options";
import type { Operand } from "../operand";
import { sameShape, showShape, sizeOf } from "../shape";
import type { Tensor } from "../tensor";

/** Options with their defaults: stride, dilation and groups 1, no zeros around. Errors name `op`. */
export const convAttributes = (op: string, options: ConvOptions): ConvAttributes => {
  const { stride = 1, dilation = 1, low = 0, high = 0, groups = 1 } = options;
  for (const [name, value, least] of [
    ["stride", stride, 1],
    ["dilation", dilation, 1],
    ["groups", groups, 1],
    ["low", low, 0],
    ["high", high, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new AutogradError(`${op}: ${name} is ${value}; give an integer from ${least}`);
  return { stride, dilation, low, high, groups };
};

/** x and kernel as an error shows them. */
export const showConv = (inputs: readonly TensorType[], groups: number): string => {
  const [x, kernel, bias] = inputs.map(({ shape, dtype }) => dtype + showShape(shape));
  return `${x} with kernel ${kernel}${bias === undefined ? "" : `, bias ${bias}`}${groups === 1 ? "" : ` in ${groups} groups`}`;
};

/**
 * Correlation of sequences: x [batch, in, width], kernel [out, in / groups, taps], bias [out] or none →
 * [batch, out, places] with y[b, o, p] = bias[o] + Σ_{c,t} x[b, c, p·stride + t·dilation − low] · kernel[o, c, t],
 * x zero outside, c over the channels of o's group. All float32.
 */
export const conv1d: Op<
  [x: Operand, kernel: Operand, options?: ConvOptions & { bias?: Operand | null }],
  ConvAttributes
> = defineOp(
  {
    name: "conv1d",
    infer: (inputs, { stride, dilation, low, high, groups }) => {
      const [x, kernel, bias] = inputs as [TensorType, TensorType, TensorType?];
      const [batch, channels, width] = x.shape as [number, number, number];
      const [out, inner, taps] = kernel.shape as [number, number, number];
      if (
        inputs.some(({ dtype }) => dtype !== "float32") ||
        x.shape.length !== 3 ||
        kernel.shape.length !== 3 ||
        channels !== inner * groups ||
        out % groups !== 0 ||
        (bias !== undefined && !sameShape(bias.shape, [out]))
      )
        throw new AutogradError(
          `conv1d: ${showConv(inputs, groups)}; takes float32 [batch, in, width], [out, in / groups, taps] and bias [out], out a multiple of groups`,
        );
      const span = width + low + high - (taps - 1) * dilation - 1;
      if (taps === 0 || span < 0)
        throw new AutogradError(
          `conv1d: ${taps} taps with dilation ${dilation} reach over ${(taps - 1) * dilation + 1} places of ${showShape(x.shape)} with ${low} + ${high} zeros, ${width + low + high} in all; give 1 tap or more, and a longer signal or more zeros (low, high)`,
        );
      return { shape: [batch, out, Math.floor(span / stride) + 1], dtype: "float32" };
    },
    // x̄ is the transposed convolution, the bias's the sum over batch and places
    vjp: (dy, { inputs: [x, kernel, bias], attributes, ops }) => {
      const dx = ops.convTranspose1d(dy, kernel!, x!.shape[2]!, attributes);
      const dKernel = kernelCotangent(ops, x!, dy, kernel!.shape[2]!, attributes);
      return bias === undefined ? [dx, dKernel] : [dx, dKernel, ops.sum(dy, { axes: [0, 2] })];
    },
    gpu: ({ inputs: [x, kernel, bias], output, attributes: { stride, dilation, low, groups } }) => {
      const [batch, channels, width] = x!.shape as [number, number, number];
      const [out, inner, taps] = kernel!.shape as [number, number, number];
      const places = output.shape[2]!;
      const size = batch * out * places;
      const wide = isWide(size, batch * channels * width, out * inner * taps);
      const { lines, at } = coordinates([batch, groups, out / groups, places], wide);
      const [row, group, filter, step] = at;
      const [c, t, place] = [factor("c", wide), factor("t", wide), factor("place", wide)];
      const channel = `((${row} * ${groups} + ${group}) * ${inner} + ${c})`;
      const o = `(${group} * ${out / groups} + ${filter})`;
      const source = kernelText(bias === undefined ? ["x", "kernel"] : ["x", "kernel", "bias"], [
        ...lines,
        bias === undefined ? "let s = 0.0;" : `let s = bias[${o}];`,
        `for (let c = 0; c < ${inner}; c++) {`,
        `  for (let t = 0; t < ${taps}; t++) {`,
        `    const place = ${step} * ${stride} + t * ${dilation} - ${low};`,
        `    if (place >= 0 && place < ${width}) {`,
        `      s += x[${channel} * ${width} + ${place}] * kernel[(${o} * ${inner} + ${c}) * ${taps} + ${t}];`,
        "    }",
        "  }",
        "}",
        "return s;",
      ]);
      return [{ source, args: bias === undefined ? [0, 1] : [0, 1, 2], size, work: inner * taps }];
    },
    onnx: (b, { stride, dilation, low, high, groups }) =>
      emptySum(b) ??
      b.node("Conv", b.inputs, {
        strides: [stride],
        dilations: [dilation],
        pads: [low, high],
        group: groups,
      }),
  },
  (x: Operand, kernel: Operand, options: ConvOptions & { bias?: Operand | null } = {}) => ({
    inputs: options.bias === undefined || options.bias === null ? [x, kernel] : [x, kernel, options.bias],
    attributes: convAttributes("conv1d", options),
  }),
);

/**
 * The cotangent of the kernel of a convolution from x to y: x correlated with y's cotangent (of a transpose, from
 * y and x's), places, stride and dilation changing roles, and batch and channels of a group.
 */
export const kernelCotangent = (
  ops: Ops,
  x: Tensor,
  y: Tensor,
  taps: number,
  { stride, dilation, low, high, groups }: ConvAttributes,
): Tensor => {
  const [batch, channels, width] = x.shape as [number, number, number];
  const inner = channels / groups;
  // [batch, groups, inner, width] → [inner, groups · batch, width]
  const turned =
    groups === 1
      ? ops.transpose(x, [1, 0, 2])
      : ops.reshape(ops.transpose(ops.reshape(x, [batch, groups, inner, width]), [2, 1, 0, 3]), [
          inner,
          groups * batch,
          width,
        ]);
  const correlated = ops.conv1d(turned, ops.transpose(y, [1, 0, 2]), {
    stride: dilation,
    dilation: stride,
    low,
    high,
    groups,
  });
  const kept = ops.slice(correlated, [0, 0, 0], [inner, y.shape[1]!, taps]);
  return ops.transpose(kept, [1, 0, 2]);
};

/** ONNX Runtime refuses empty operands: where there are any, the value is the bias or zeros. */
export const emptySum = (b: OnnxBuilder): string | null => {
  const [x, kernel] = b.inputTypes;
  if (sizeOf(x!.shape) * sizeOf(kernel!.shape) > 0 && sizeOf(b.output.shape) > 0) return null;
  const shape = b.constant(b.output.shape, "int64");
  const bias = b.inputs[2];
  if (bias === undefined) return b.node("Expand", [b.constant([0], "float32", []), shape]);
  return b.node("Expand", [b.node("Unsqueeze", [bias, b.constant([1], "int64")]), shape]);
};
