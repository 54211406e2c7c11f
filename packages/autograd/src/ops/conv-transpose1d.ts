import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, factor, isWide, kernelText } from "../kernel-text";
import type { ConvAttributes, ConvOptions } from "../op-options";
import type { Operand } from "../operand";
import { sizeOf } from "../shape";
import { convAttributes, emptySum, kernelCotangent, showConv } from "./conv1d";

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Width of the result. */
  readonly width: number;
}

/**
 * The adjoint of `conv1d` in x: y [batch, out, places], kernel [out, in / groups, taps] → [batch, in, width] with
 * x[b, c, p·stride + t·dilation − low] += y[b, o, p] · kernel[o, c, t], what falls outside dropped (`high` says
 * nothing here: the width does). All float32.
 */
export const convTranspose1d: Op<
  [y: Operand, kernel: Operand, width: number, options?: ConvOptions],
  ConvTransposeAttributes
> = defineOp(
  {
    name: "convTranspose1d",
    infer: (inputs, { width, groups }) => {
      const [y, kernel] = inputs;
      if (!Number.isInteger(width) || width < 0)
        throw new AutogradError(`convTranspose1d: the width is ${width}; give an integer from 0`);
      if (
        inputs.some(({ dtype }) => dtype !== "float32") ||
        y!.shape.length !== 3 ||
        kernel!.shape.length !== 3 ||
        y!.shape[1] !== kernel!.shape[0] ||
        y!.shape[1]! % groups !== 0 ||
        kernel!.shape[2] === 0
      )
        throw new AutogradError(
          `convTranspose1d: ${showConv(inputs, groups)}; takes float32 [batch, out, places] and [out, in / groups, taps], 1 tap or more, out a multiple of groups`,
        );
      return { shape: [y!.shape[0]!, kernel!.shape[1]! * groups, width], dtype: "float32" };
    },
    // The adjoint of the adjoint in y; in the kernel, conv1d's own rule with x and y changing places
    vjp: (dx, { inputs: [y, kernel], attributes, ops }) => {
      const { stride, dilation, low, groups, width } = attributes;
      const [, out, places] = y!.shape as [number, number, number];
      const taps = kernel!.shape[2]!;
      if (places === 0) return [y!, kernel!].map((x) => ops.broadcastTo(0, x.shape));
      // Zeros for what fell outside on the right
      const high = Math.max(0, (places - 1) * stride + (taps - 1) * dilation + 1 - low - width);
      const dy = ops.conv1d(dx, kernel!, { stride, dilation, low, high, groups });
      return [
        ops.slice(dy, [0, 0, 0], [dy.shape[0]!, out, places]),
        kernelCotangent(ops, dx, y!, taps, { ...attributes, high }),
      ];
    },
    gpu: ({ inputs: [y, kernel], output, attributes: { stride, dilation, low, groups, width } }) => {
      const [batch, out, places] = y!.shape as [number, number, number];
      const [, inner, taps] = kernel!.shape as [number, number, number];
      const filters = out / groups;
      const size = sizeOf(output.shape);
      const wide = isWide(size, batch * out * places, out * inner * taps);
      const { lines, at } = coordinates([batch, groups, inner, width], wide);
      const [row, group, channel, column] = at;
      const [o, t, place] = [factor("o", wide), factor("t", wide), factor("place", wide)];
      const source = kernelText(
        ["y", "kernel"],
        [
          ...lines,
          "let s = 0.0;",
          `for (let t = 0; t < ${taps}; t++) {`,
          `  const shifted = ${column} + ${low} - t * ${dilation};`,
          // Where it is no multiple, the product below differs.
          `  const place = Math.floor(shifted / ${stride} + 0.5);`,
          `  if (shifted >= 0 && place < ${places} && place * ${stride} === shifted) {`,
          `    for (let o = 0; o < ${filters}; o++) {`,
          `      s += y[((${row} * ${groups} + ${group}) * ${filters} + ${o}) * ${places} + ${place}] * kernel[((${group} * ${filters} + ${o}) * ${inner} + ${channel}) * ${taps} + ${t}];`,
          "    }",
          "  }",
          "}",
          "return s;",
        ],
      );
      return [{ source, args: [0, 1], size, work: filters * Math.ceil(taps / stride) }];
    },
    onnx: (b, { stride, dilation, low, groups, width }) => {
      const zeros = emptySum(b);
      if (zeros !== null) return zeros;
      const places = b.inputTypes[0]!.shape[2]!;
      const taps = b.inputTypes[1]!.shape[2]!;
      const full = (places - 1) * stride + (taps - 1) * dilation + 1;
      const end = Math.min(full, low + width);
      // Nothing reaches this far.
      if (end <= low)
        return b.node("Expand", [b.constant([0], "float32", []), b.constant(b.output.shape, "int64")]);
      const kept = b.node("ConvTranspose", b.inputs, {
        strides: [stride],
        dilations: [dilation],
        group: groups,
        pads: [low, full - end],
      });
      if (end - low === width) return kept;
      return b.node("Pad", [kept, b.constant([0, 0, 0, 0, 0, width - (end - low)], "int64")]);
    },
  },
  (y: Operand, kernel: Operand, width: number, options: ConvOptions = {}) => ({
    inputs: [y, kernel],
    attributes: { ...convAttributes("convTranspose1d", options), width },
  }),
);
