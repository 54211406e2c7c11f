import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import type { TensorType } from "../host-tensor";
import { productSteps } from "../kernel-product";
import type { MatmulAttributes } from "../op-options";
import type { Operand } from "../operand";
import { showShape, sizeOf, tryBroadcast } from "../shape";

/** [m, k, n] of the product; errors name both shapes. */
export const matmulSizes = (inputs: readonly TensorType[], { transposeA, transposeB }: MatmulAttributes) => {
  const [a, b] = inputs.map((x) => x.shape.slice(-2));
  const [m, k] = transposeA ? [a![1], a![0]] : [a![0], a![1]];
  const [inner, n] = transposeB ? [b![1], b![0]] : [b![0], b![1]];
  const batch = tryBroadcast(inputs[0]!.shape.slice(0, -2), inputs[1]!.shape.slice(0, -2));
  if (
    a!.length < 2 ||
    b!.length < 2 ||
    k !== inner ||
    batch === null ||
    inputs.some((x) => x.dtype !== "float32")
  )
    throw new AutogradError(
      `matmul: ${inputs.map((x) => x.dtype + showShape(x.shape)).join(" times ")}${transposeA ? ", the first transposed" : ""}${transposeB ? ", the second transposed" : ""}; takes float32 [..., m, k] and [..., k, n]`,
    );
  return { m: m!, k: k!, n: n!, batch };
};

/**
 * Matrix product of the last two axes, [..., m, k] × [..., k, n] → [..., m, n]; leading axes broadcast.
 * `transposeA`, `transposeB`: the operand is stored with its last two axes changed.
 */
export const matmul: Op<[a: Operand, b: Operand, options?: Partial<MatmulAttributes>], MatmulAttributes> =
  defineOp(
    {
      name: "matmul",
      infer: (inputs, attributes) => {
        const { m, n, batch } = matmulSizes(inputs, attributes);
        return { shape: [...batch, m, n], dtype: "float32" };
      },
      // d(AB) = dA B + A dB, so Ā = dY Bᵀ and B̄ = Aᵀ dY; stored transposes turn each round
      vjp: (dy, { inputs: [a, b], attributes: { transposeA, transposeB }, ops }) => [
        transposeA
          ? ops.matmul(b!, dy, { transposeA: transposeB, transposeB: true })
          : ops.matmul(dy, b!, { transposeB: !transposeB }),
        transposeB
          ? ops.matmul(dy, a!, { transposeA: true, transposeB: transposeA })
          : ops.matmul(a!, dy, { transposeA: !transposeA }),
      ],
      gpu: ({ inputs, attributes, mode }) => {
        const [batchA, batchB] = inputs.map((x) => x.shape.slice(0, -2));
        const sizes = { ...matmulSizes(inputs, attributes), batchA: batchA!, batchB: batchB! };
        return productSteps({ ...sizes, ...attributes, bias: false }, mode);
      },
      onnx: (b, { transposeA, transposeB }) => {
        const flat = b.inputTypes.every((x) => x.shape.length === 2);
        // FusedMatMul of an inner axis of 0 leaves its output as the memory was.
        if (b.inputTypes.some((x) => sizeOf(x.shape) === 0))
          return b.node("Expand", [b.constant([0], "float32", []), b.constant(b.output.shape, "int64")]);
        const [transA, transB] = [transposeA ? 1 : 0, transposeB ? 1 : 0];
        if (flat) return b.node("Gemm", b.inputs, { transA, transB });
        if (transA + transB === 0) return b.node("MatMul", b.inputs);
        return b.node("FusedMatMul", b.inputs, { transA, transB }, "com.microsoft");
      },
    },
    (a: Operand, b: Operand, options: Partial<MatmulAttributes> = {}) => ({
      inputs: [a, b],
      attributes: { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false },
    }),
  );
