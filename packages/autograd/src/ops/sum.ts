import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { reduceAxes } from "../kernel-reduce";
import { onnxSum } from "../onnx-reduce";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import type { ReduceAttributes, ReduceOptions } from "../reduce";
import { reduceAttributes, reducedShape } from "../reduce";
import { showShape } from "../shape";

/** Sum over axes; a scalar over all axes by default. */
export const sum: Op<[x: Operand, options?: ReduceOptions], ReduceAttributes> = defineOp(
  {
    name: "sum",
    infer: ([x], attributes) => {
      if (x!.dtype !== "float32" && x!.dtype !== "int32")
        throw new AutogradError(
          `sum: given ${x!.dtype}${showShape(x!.shape)}; takes float32 or int32; use cast`,
        );
      return { shape: reducedShape(x!.shape, attributes), dtype: x!.dtype };
    },
    // d(Σx) = Σdx: the cotangent is repeated along the summed axes
    vjp: (dy, { inputs: [x], attributes, ops }) => {
      const kept = reducedShape(x!.shape, { axes: attributes.axes, keepDims: true });
      return [ops.broadcastTo(ops.reshape(dy, kept), x!.shape)];
    },
    gpu: ({ inputs: [x], attributes: { axes } }) =>
      axes.length === 0 ? { alias: 0 } : reduceAxes("sum", x!.shape, axes),
    onnx: (b, attributes) => {
      const [value] = b.inputs as [string];
      if (attributes.axes.length === 0) return b.node("Identity", [value]);
      return onnxSum(b, value, b.inputTypes[0]!, attributes);
    },
  },
  (x: Operand, options: ReduceOptions = {}) => {
    const tensor = toTensor("sum", x);
    return { inputs: [tensor], attributes: reduceAttributes("sum", tensor.rank, options) };
  },
);
