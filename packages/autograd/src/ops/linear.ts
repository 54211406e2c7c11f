import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { productSteps } from "../kernel-product";
import type { Operand } from "../operand";
import { sameShape, showShape, sizeOf } from "../shape";

/** x · weightᵀ + bias: x [..., in], weight [out, in], bias [out] or none → [..., out]. */
export const linear: Op<[x: Operand, weight: Operand, bias?: Operand | null], object> = defineOp(
  {
    name: "linear",
    infer: (inputs) => {
      const [x, weight, bias] = inputs;
      const [out, width] = weight!.shape;
      if (
        weight!.shape.length !== 2 ||
        x!.shape.length === 0 ||
        x!.shape.at(-1) !== width ||
        (bias !== undefined && !sameShape(bias.shape, [out!])) ||
        inputs.some((input) => input.dtype !== "float32")
      )
        throw new AutogradError(
          `linear: ${inputs.map((i) => i.dtype + showShape(i.shape)).join(", ")}; takes float32 x [..., in], weight [out, in] and bias [out]`,
        );
      return { shape: [...x!.shape.slice(0, -1), out!], dtype: "float32" };
    },
    // d(xWᵀ + b) = dx Wᵀ + x dWᵀ + db
    vjp: (dy, { inputs: [x, weight, bias], ops }) => {
      const [out, width] = weight!.shape;
      const rows = ops.reshape(dy, [-1, out!]);
      const dx = ops.reshape(ops.matmul(rows, weight!), x!.shape);
      const dWeight = ops.matmul(rows, ops.reshape(x!, [-1, width!]), { transposeA: true });
      return bias === undefined ? [dx, dWeight] : [dx, dWeight, ops.sum(rows, { axes: 0 })];
    },
    gpu: ({ inputs: [x, weight, bias], mode }) => {
      const [n, k] = weight!.shape as [number, number];
      const flat = { batch: [], batchA: [], batchB: [], transposeA: false, transposeB: true };
      return productSteps(
        { ...flat, m: sizeOf(x!.shape.slice(0, -1)), k, n, bias: bias !== undefined },
        mode,
      );
    },
    onnx: (b) => {
      const [x, weight] = b.inputTypes;
      const flat = x!.shape.length === 2;
      const rows = sizeOf(x!.shape.slice(0, -1));
      const value = flat
        ? b.inputs[0]!
        : b.node("Reshape", [b.inputs[0]!, b.constant([rows, weight!.shape[1]!], "int64")], { allowzero: 1 });
      const product = b.node("Gemm", [value, ...b.inputs.slice(1)], { transB: 1 });
      return flat
        ? product
        : b.node("Reshape", [product, b.constant(b.output.shape, "int64")], { allowzero: 1 });
    },
  },
  (x: Operand, weight: Operand, bias?: Operand | null) => ({
    inputs: bias === undefined || bias === null ? [x, weight] : [x, weight, bias],
    attributes: {},
  }),
);
