import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { reduceAxes } from "../kernel-reduce";
import { onnxNaNs } from "../onnx-reduce";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import type { ReduceAttributes, ReduceOptions } from "../reduce";
import { reduceAttributes, reducedShape } from "../reduce";
import { showShape } from "../shape";

/** Largest element over axes (all by default), which must not be empty; NaN where there is one. */
export const max: Op<[x: Operand, options?: ReduceOptions], ReduceAttributes> = defineOp(
  {
    name: "max",
    infer: ([x], attributes) => {
      if (x!.dtype !== "float32" && x!.dtype !== "int32")
        throw new AutogradError(
          `max: given ${x!.dtype}${showShape(x!.shape)}; takes float32 or int32; use cast`,
        );
      if (attributes.axes.some((axis) => x!.shape[axis] === 0))
        throw new AutogradError(
          `max: axes [${attributes.axes}] of ${showShape(x!.shape)}; an empty axis has no largest element`,
        );
      return { shape: reducedShape(x!.shape, attributes), dtype: x!.dtype };
    },
    // The cotangent is shared evenly between the elements that reach the maximum.
    vjp: (dy, { inputs: [x], output, attributes: { axes }, ops }) => {
      const kept = reducedShape(x!.shape, { axes, keepDims: true });
      const hits = ops.cast(ops.equal(x!, ops.reshape(output, kept)), "float32");
      const share = ops.div(ops.reshape(dy, kept), ops.sum(hits, { axes, keepDims: true }));
      return [ops.mul(hits, share)];
    },
    gpu: ({ inputs: [x], attributes: { axes } }) =>
      axes.length === 0 ? { alias: 0 } : reduceAxes("max", x!.shape, axes),
    onnx: (b, { axes, keepDims }) => {
      if (axes.length === 0) return b.node("Identity", b.inputs);
      const [x] = b.inputs as [string];
      const most = b.node("ReduceMax", [x, b.constant(axes, "int64")], { keepdims: keepDims ? 1 : 0 });
      if (b.output.dtype !== "float32") return most;
      // ONNX Runtime passes over NaN behind the first element.
      const { lines } = onnxNaNs(b, x, axes, keepDims);
      return b.node("Where", [lines, b.constant([Number.NaN], "float32", []), most]);
    },
  },
  (x: Operand, options: ReduceOptions = {}) => {
    const tensor = toTensor("max", x);
    return { inputs: [tensor], attributes: reduceAttributes("max", tensor.rank, options) };
  },
);
