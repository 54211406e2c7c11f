import type { Op, Operand } from "../define-op";
import { defineOp, toTensor } from "../define-op";
import { AutogradError } from "../errors";
import { normalizeAxis } from "../shape";

interface ArgmaxAttributes {
  readonly axis: number;
}

/** Index (int32) of the first largest element along `axis` (default: the last). */
export const argmax: Op<[x: Operand, axis?: number], ArgmaxAttributes> = defineOp(
  {
    name: "argmax",
    infer: ([x], { axis }) => {
      if (x!.dtype !== "float32" || x!.shape[axis] === 0)
        throw new AutogradError(`argmax: given ${x!.dtype}; takes float32 with at least 1 element on the axis`);
      return { shape: x!.shape.filter((_, i) => i !== axis), dtype: "int32" };
    },
    vjp: null,
    gpu: () => [],
    onnx: (b, { axis }) => b.node("Cast", [b.node("ArgMax", b.inputs, { axis, keepdims: 0 })], { to: 6 }),
  },
  (x: Operand, axis = -1) => {
    const tensor = toTensor("argmax", x);
    return { inputs: [tensor], attributes: { axis: normalizeAxis("argmax", axis, tensor.rank) } };
  },
);
