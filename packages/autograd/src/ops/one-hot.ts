import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, isWide, kernelText } from "../kernel-text";
import { sizeOf } from "../shape";

interface OneHotAttributes {
  readonly depth: number;
}

/** Float32 of a new last axis of length `depth`: 1 at the index (int32), else 0; all 0 where it is outside. */
export const oneHot: Op<[indices: Operand, depth: number], OneHotAttributes> = defineOp(
  {
    name: "oneHot",
    infer: ([indices], { depth }) => {
      if (indices!.dtype !== "int32") throw new AutogradError(`oneHot: given ${indices!.dtype}; takes int32`);
      return { shape: [...indices!.shape, depth], dtype: "float32" };
    },
    vjp: null,
    gpu: ({ output, attributes: { depth } }) => {
      const size = sizeOf(output.shape);
      const { lines, at } = coordinates([size / depth, depth], isWide(size));
      const source = kernelText(
        ["indices"],
        [...lines, `if (indices[${at[0]}] === ${at[1]}) { return 1; }`, "return 0;"],
      );
      return [{ source, args: [0], size }];
    },
    onnx: (b, { depth }) => {
      const [x] = b.inputTypes;
      // ONNX counts negative indices from the end: compare with a ramp instead.
      const column = b.node("Reshape", [b.inputs[0]!, b.constant([...x!.shape, 1], "int64")], {
        allowzero: 1,
      });
      const ramp = b.constant(
        Array.from({ length: depth }, (_, i) => i),
        "int32",
        [depth],
      );
      return b.node("Cast", [b.node("Equal", [column, ramp])], { to: 1 });
    },
  },
  (indices: Operand, depth: number) => ({ inputs: [indices], attributes: { depth } }),
);
