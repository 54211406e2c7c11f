import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { kernelText } from "../kernel-text";
import type { OnnxBuilder } from "../lowering";
import type { Operand } from "../operand";
import { sizeOf } from "../shape";

/**
 * `x`, but not before `other` is known: a copy that no optimizer merges with the original. Gradient checkpointing
 * computes again from it.
 */
export const after: Op<[x: Operand, other: Operand], object> = defineOp(
  {
    name: "after",
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    vjp: (dy) => [dy, null],
    gpu: ({ inputs: [, other], output }) => {
      if (sizeOf(other!.shape) === 0) return { alias: 0 };
      // Never true, which only we know.
      const lines = ["if (other[0] > 1 && other[0] < 0) { return 0; }", "return x[this.thread.x];"];
      return [{ source: kernelText(["x", "other"], lines), args: [0, 1], size: sizeOf(output.shape) }];
    },
    onnx: (b) => {
      const [x, other] = b.inputs as [string, string];
      const none = b.node("Slice", [flat(b, other), b.constant([0], "int64"), b.constant([0], "int64")]);
      const joined = b.node("Concat", [flat(b, x), b.node("CastLike", [none, x])], { axis: 0 });
      return b.node("Reshape", [joined, b.constant(b.output.shape, "int64")], { allowzero: 1 });
    },
  },
  (x: Operand, other: Operand) => ({ inputs: [x, other], attributes: {} }),
);

const flat = (b: OnnxBuilder, value: string): string => b.node("Reshape", [value, b.constant([-1], "int64")]);
