import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { indexStep } from "../kernel-index";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { checkSizes, normalizeAxis, sameShape, showShape, sizeOf } from "../shape";

export interface ScatterAttributes {
  readonly axis: number;
  /** Length of the new axis. */
  readonly size: number;
}

/**
 * The adjoint of `gather`: zeros of length `size` along `axis`, to which the entries of `updates` are added
 * at `indices` (int32; negative ones count from the end). The axes of `updates` from `axis` on begin with those of `indices`.
 */
export const scatterAdd: Op<
  [updates: Operand, indices: Operand, size: number, axis?: number],
  ScatterAttributes
> = defineOp(
  {
    name: "scatterAdd",
    infer: ([updates, indices], { axis, size }) => {
      const rank = indices!.shape.length;
      if (
        updates!.dtype !== "float32" ||
        indices!.dtype !== "int32" ||
        !sameShape(updates!.shape.slice(axis, axis + rank), indices!.shape)
      )
        throw new AutogradError(
          `scatterAdd: updates ${updates!.dtype}${showShape(updates!.shape)}, indices ${indices!.dtype}${showShape(indices!.shape)}, axis ${axis}; give float32 updates whose axes from ${axis} on begin with those of the int32 indices`,
        );
      return {
        shape: [...updates!.shape.slice(0, axis), size, ...updates!.shape.slice(axis + rank)],
        dtype: "float32",
      };
    },
    vjp: (dy, { inputs: [, indices], attributes: { axis }, ops }) => [ops.gather(dy, indices!, axis), null],
    gpu: ({ inputs: [, indices], output, attributes: { axis, size: length } }) => {
      const count = sizeOf(indices!.shape);
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
      // Every element looks for the updates that are its own: no device adds atomically.
      const source = kernelText(
        ["updates", "indices"],
        [
          ...lines,
          `const here = ${here};`,
          "let s = 0.0;",
          `for (let j = 0; j < ${count}; j++) {`,
          `  if (indices[j] === here) { s += updates[${factor("j", wide)} * ${inner} + ${start}]; }`,
          "}",
          "return s;",
        ],
      );
      return [indexStep(1, count, length), { source, args: [0, { step: 0 }], size, work: count }];
    },
    onnx: (b, { axis }) => {
      const { shape } = b.output;
      const count = sizeOf(b.inputTypes[1]!.shape);
      // The scattered axis first: [count, rest…] rows added to [size, rest…].
      const first = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
      const moved = first.map((i) => shape[i]!);
      const flat = b.node(
        "Reshape",
        [b.inputs[0]!, b.constant([...shape.slice(0, axis), count, ...shape.slice(axis + 1)], "int64")],
        { allowzero: 1 },
      );
      const rows = axis === 0 ? flat : b.node("Transpose", [flat], { perm: first });
      const places = b.node(
        "Cast",
        [b.node("Reshape", [b.inputs[1]!, b.constant([count, 1], "int64")], { allowzero: 1 })],
        { to: 7 },
      );
      const zeros = b.node("Expand", [b.constant([0], "float32", []), b.constant(moved, "int64")]);
      const added = b.node("ScatterND", [zeros, places, rows], { reduction: "add" });
      if (axis === 0) return added;
      return b.node("Transpose", [added], { perm: shape.map((_, i) => first.indexOf(i)) });
    },
  },
  (updates: Operand, indices: Operand, size: number, axis = 0) => {
    const [values, places] = [toTensor("scatterAdd", updates), toTensor("scatterAdd", indices)];
    // The axes of the result: those of the indices are one.
    const rank = Math.max(1, values.rank - places.rank + 1);
    checkSizes("scatterAdd", [size]);
    return {
      inputs: [values, places],
      attributes: { axis: normalizeAxis("scatterAdd", axis, rank), size },
    };
  },
);
