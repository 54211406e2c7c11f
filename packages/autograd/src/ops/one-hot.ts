import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { DType } from "../dtype";
import { AutogradError } from "../errors";
import { coordinates, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { checkSizes, showShape, sizeOf } from "../shape";

type OneHotDType = Extract<DType, "float32" | "int32" | "bool">;

interface OneHotAttributes {
  readonly depth: number;
  readonly dtype: OneHotDType;
}

/**
 * A new last axis of length `depth`, in `dtype` (default float32): 1 at the index (int32), else 0; all 0 where the
 * index is outside 0 … depth − 1.
 */
export const oneHot: Op<[indices: Operand, depth: number, dtype?: OneHotDType], OneHotAttributes> = defineOp(
  {
    name: "oneHot",
    infer: ([indices], { depth, dtype }) => {
      if (indices!.dtype !== "int32")
        throw new AutogradError(`oneHot: given ${indices!.dtype}${showShape(indices!.shape)}; takes int32`);
      checkSizes("oneHot", [depth]);
      return { shape: [...indices!.shape, depth], dtype };
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
    onnx: (b, { depth, dtype }) => {
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
      const hits = b.node("Equal", [column, ramp]);
      return dtype === "bool" ? hits : b.node("Cast", [hits], { to: dtype === "int32" ? 6 : 1 });
    },
  },
  (indices: Operand, depth: number, dtype: OneHotDType = "float32") => ({
    inputs: [indices],
    attributes: { depth, dtype },
  }),
);
