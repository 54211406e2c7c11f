import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { indexStep } from "../kernel-index";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { checkSizes, normalizeAxis, sameShape, showShape, sizeOf } from "../shape";

interface ScatterAttributes {
  readonly axis: number;
  readonly size: number;
}

/**
 * Zeros of the shape of `updates`, `size` long along `axis`, to which each update is added at its index (int32,
 * the same shape) along `axis`: the transpose of `takeAlongAxis`. Negative indices count from the end.
 */
export const scatterAddAlongAxis: Op<
  [updates: Operand, indices: Operand, size: number, axis: number],
  ScatterAttributes
> = defineOp(
  {
    name: "scatterAddAlongAxis",
    infer: ([updates, indices], { axis, size }) => {
      if (
        updates!.dtype !== "float32" ||
        indices!.dtype !== "int32" ||
        !sameShape(updates!.shape, indices!.shape)
      )
        throw new AutogradError(
          `scatterAddAlongAxis: updates ${updates!.dtype}${showShape(updates!.shape)}, indices ${indices!.dtype}${showShape(indices!.shape)}; give float32 updates and int32 indices of one shape`,
        );
      return { shape: updates!.shape.with(axis, size), dtype: "float32" };
    },
    vjp: (dy, { inputs: [, indices], attributes: { axis }, ops }) => [
      ops.takeAlongAxis(dy, indices!, axis),
      null,
    ],
    gpu: ({ inputs: [, indices], output, attributes: { axis, size: length } }) => {
      const count = indices!.shape[axis]!;
      const inner = sizeOf(output.shape.slice(axis + 1));
      const outer = sizeOf(output.shape.slice(0, axis));
      const size = sizeOf(output.shape);
      const wide = isWide(size, outer * count * inner);
      const walk = collapse({
        shape: [outer, length, inner],
        strides: [
          [count * inner, 0, 1],
          [0, 1, 0],
        ],
      });
      const { lines, at } = coordinates(walk.shape, wide);
      const [start, here] = walk.strides.map((strides) => indexText(at, strides));
      const place = `${factor("j", wide)} * ${inner} + ${start}`;
      const source = kernelText(
        ["updates", "indices"],
        [
          ...lines,
          `const here = ${here};`,
          "let s = 0.0;",
          `for (let j = 0; j < ${count}; j++) { if (indices[${place}] === here) { s += updates[${place}]; } }`,
          "return s;",
        ],
      );
      return [
        indexStep(1, outer * count * inner, length),
        { source, args: [0, { step: 0 }], size, work: count },
      ];
    },
    onnx: (b, { axis }) => {
      const zeros = b.node("Expand", [b.constant([0], "float32", []), b.constant(b.output.shape, "int64")]);
      return b.node("ScatterElements", [zeros, b.inputs[1]!, b.inputs[0]!], { axis, reduction: "add" });
    },
  },
  (updates: Operand, indices: Operand, size: number, axis: number) => {
    const tensor = toTensor("scatterAddAlongAxis", updates);
    checkSizes("scatterAddAlongAxis", [size]);
    return {
      inputs: [tensor, indices],
      attributes: { axis: normalizeAxis("scatterAddAlongAxis", axis, tensor.rank), size },
    };
  },
);
