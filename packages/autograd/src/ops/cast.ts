import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { DType } from "../dtype";
import { isFloat } from "../dtype";
import { AutogradError } from "../errors";
import { mapKernel } from "../kernel-text";
import type { Operand } from "../operand";

interface CastAttributes {
  readonly dtype: DType;
}

/** The same values as `dtype`. Half-precision weights are cast to float32 where they are used. */
export const cast: Op<[x: Operand, dtype: DType], CastAttributes> = defineOp(
  {
    name: "cast",
    infer: ([x], { dtype }) => {
      if (dtype === "float16" || dtype === "bfloat16")
        throw new AutogradError(`cast: ${dtype} is for storage; cast to float32, int32 or bool`);
      return { shape: x!.shape, dtype };
    },
    // d(cast x) = dx between floats; integers have no tangent
    vjp: (dy, { inputs: [x] }) => [isFloat(x!.dtype) && isFloat(dy.dtype) ? dy : null],
    gpu: (context) => {
      // Everything is float32 here; half-precision weights were widened when they were sent.
      const from = context.inputs[0]!.dtype;
      const { dtype } = context.attributes;
      if (dtype === "bool" && from !== "bool") return mapKernel(context, ["x"], "x === 0 ? 0 : 1");
      if (dtype === "int32" && isFloat(from))
        return mapKernel(context, ["x"], "x < 0 ? Math.ceil(x) : Math.floor(x)");
      return { alias: 0 };
    },
    onnx: (b, { dtype }) => {
      const [x] = b.inputTypes;
      // ONNX Runtime's JavaScript API has no bfloat16: such tensors are fed as uint16 bits.
      const value =
        x!.dtype === "bfloat16" ? b.node("BitCast", b.inputs, { to: onnxTypes.bfloat16 }) : b.inputs[0]!;
      return b.node("Cast", [value], { to: onnxTypes[dtype] });
    },
  },
  (x, dtype) => ({ inputs: [x], attributes: { dtype } }),
);

/** TensorProto.DataType of ONNX. */
const onnxTypes: Record<DType, number> = { float32: 1, int32: 6, bool: 9, float16: 10, bfloat16: 16 };
