import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { countFromEnd } from "../kernel-index";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, showShape, sizeOf } from "../shape";

export interface AxisAttributes {
  readonly axis: number;
}

/**
 * Entries of `x` along `axis` at `indices` (int32, any shape): the axis is replaced by the axes of `indices`. An
 * embedding is a gather along axis 0. Negative indices count from the end; one outside −size … size − 1 is an
 * error on onnx engines and gives any number on gpu engines.
 */
export const gather: Op<[x: Operand, indices: Operand, axis?: number], AxisAttributes> = defineOp(
  {
    name: "gather",
    infer: ([x, indices], { axis }) => {
      if (indices!.dtype !== "int32")
        throw new AutogradError(
          `gather: indices are ${indices!.dtype}${showShape(indices!.shape)}; give int32`,
        );
      if (x!.shape[axis] === 0 && sizeOf(indices!.shape) > 0)
        throw new AutogradError(
          `gather: axis ${axis} of ${showShape(x!.shape)} is empty; there is nothing at indices ${showShape(indices!.shape)}`,
        );
      const shape = [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)];
      return { shape, dtype: x!.dtype };
    },
    // Every cotangent goes back to where its entry came from; entries taken twice add up.
    vjp: (dy, { inputs: [x, indices], attributes: { axis }, ops }) => [
      ops.scatterAdd(dy, indices!, x!.shape[axis]!, axis),
      null,
    ],
    gpu: ({ inputs: [x, indices], output, attributes: { axis } }) => {
      const length = x!.shape[axis]!;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const size = sizeOf(output.shape);
      const wide = isWide(size, sizeOf(x!.shape));
      const walk = collapse({
        shape: [sizeOf(x!.shape.slice(0, axis)), sizeOf(indices!.shape), inner],
        strides: [
          [length * inner, 0, 1],
          [0, 1, 0],
        ],
      });
      const { lines, at } = coordinates(walk.shape, wide);
      const [place, index] = walk.strides.map((strides) => indexText(at, strides));
      const source = kernelText(
        ["x", "indices"],
        [
          ...lines,
          `const given = indices[${index}];`,
          `const index = ${countFromEnd("given", length)};`,
          `return x[${factor("index", wide)} * ${inner} + ${place}];`,
        ],
      );
      return [{ source, args: [0, 1], size }];
    },
    onnx: (b, { axis }) => b.node("Gather", b.inputs, { axis }),
  },
  (x: Operand, indices: Operand, axis = 0) => {
    const tensor = toTensor("gather", x);
    return { inputs: [tensor, indices], attributes: { axis: normalizeAxis("gather", axis, tensor.rank) } };
  },
);
