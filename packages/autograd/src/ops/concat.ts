import type { Op, Operand } from "../define-op";
import { defineOp, toTensor } from "../define-op";
import { AutogradError } from "../errors";
import { normalizeAxis, showShape } from "../shape";

interface ConcatAttributes {
  readonly axis: number;
}

/** Tensors joined along `axis`; the other axes agree. */
export const concat: Op<[tensors: readonly Operand[], axis?: number], ConcatAttributes> = defineOp(
  {
    name: "concat",
    infer: (inputs, { axis }) => {
      const first = inputs[0]!;
      const fits = inputs.every(
        (x) =>
          x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((size, i) => i === axis || size === first.shape[i]),
      );
      if (!fits)
        throw new AutogradError(
          `concat: ${inputs.map((x) => x.dtype + showShape(x.shape)).join(", ")} along axis ${axis}; all other axes and the dtype must agree`,
        );
      const length = inputs.reduce((total, x) => total + x.shape[axis]!, 0);
      return { shape: first.shape.map((size, i) => (i === axis ? length : size)), dtype: first.dtype };
    },
    // Each input gets its part of the cotangent.
    vjp: (dy, { inputs, attributes: { axis }, ops }) => {
      let start = 0;
      return inputs.map((x) => {
        const end = start + x.shape[axis]!;
        const part = ops.slice(
          dy,
          dy.shape.map((_, i) => (i === axis ? start : 0)),
          dy.shape.map((size, i) => (i === axis ? end : size)),
        );
        start = end;
        return part;
      });
    },
    gpu: () => [],
    onnx: (b, { axis }) => b.node("Concat", b.inputs, { axis }),
  },
  (tensors: readonly Operand[], axis = 0) => {
    if (tensors.length === 0) throw new AutogradError("concat: no tensors; give at least one");
    const inputs = tensors.map((x) => toTensor("concat", x));
    return { inputs, attributes: { axis: normalizeAxis("concat", axis, inputs[0]!.rank) } };
  },
);
