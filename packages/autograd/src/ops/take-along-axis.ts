import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import type { TensorType } from "../host-tensor";
import { countFromEnd } from "../kernel-index";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, sameShape, showShape, sizeOf } from "../shape";
import type { AxisAttributes } from "./gather";

/** Whether two shapes agree on all axes but one. */
const agreeBeside = (axis: number, a: TensorType, b: TensorType): boolean =>
  sameShape(a.shape.toSpliced(axis, 1), b.shape.toSpliced(axis, 1));

/**
 * For each place of `indices` (int32, the shape of `x` but for `axis`) the element of `x` at the same place of
 * the other axes and at the index along `axis`: NumPy's take_along_axis, torch's gather. Negative indices count
 * from the end; one outside −size … size − 1 is an error on onnx engines and gives any number on gpu engines.
 */
export const takeAlongAxis: Op<[x: Operand, indices: Operand, axis: number], AxisAttributes> = defineOp(
  {
    name: "takeAlongAxis",
    infer: ([x, indices], { axis }) => {
      if (indices!.dtype !== "int32" || !agreeBeside(axis, x!, indices!))
        throw new AutogradError(
          `takeAlongAxis: x ${showShape(x!.shape)}, indices ${indices!.dtype}${showShape(indices!.shape)}, axis ${axis}; give int32 indices of the shape of x, but for that axis`,
        );
      if (x!.shape[axis] === 0 && sizeOf(indices!.shape) > 0)
        throw new AutogradError(
          `takeAlongAxis: axis ${axis} of ${showShape(x!.shape)} is empty; there is nothing at indices ${showShape(indices!.shape)}`,
        );
      return { shape: indices!.shape, dtype: x!.dtype };
    },
    // Every cotangent goes back to where its element came from.
    vjp: (dy, { inputs: [x, indices], attributes: { axis }, ops }) => [
      ops.scatterAddAlongAxis(dy, indices!, x!.shape[axis]!, axis),
      null,
    ],
    gpu: ({ inputs: [x, indices], output, attributes: { axis } }) => {
      const length = x!.shape[axis]!;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const size = sizeOf(output.shape);
      const wide = isWide(size, sizeOf(x!.shape));
      const walk = collapse({
        shape: [sizeOf(x!.shape.slice(0, axis)), indices!.shape[axis]!, inner],
        strides: [[length * inner, 0, 1]],
      });
      const { lines, at } = coordinates(walk.shape, wide);
      const source = kernelText(
        ["x", "indices"],
        [
          ...lines,
          "const given = indices[this.thread.x];",
          `const index = ${countFromEnd("given", length)};`,
          `return x[${factor("index", wide)} * ${inner} + ${indexText(at, walk.strides[0]!)}];`,
        ],
      );
      return [{ source, args: [0, 1], size }];
    },
    onnx: (b, { axis }) => {
      // ONNX Runtime's GatherElements knows no uint16, which bfloat16 travels as.
      if (b.output.dtype !== "bfloat16") return b.node("GatherElements", b.inputs, { axis });
      const bits = b.node("BitCast", [b.inputs[0]!], { to: 10 });
      return b.node("BitCast", [b.node("GatherElements", [bits, b.inputs[1]!], { axis })], { to: 4 });
    },
  },
  (x: Operand, indices: Operand, axis: number) => {
    const [tensor, places] = [toTensor("takeAlongAxis", x), toTensor("takeAlongAxis", indices)];
    return {
      inputs: [tensor, places],
      attributes: { axis: normalizeAxis("takeAlongAxis", axis, tensor.rank) },
    };
  },
);
