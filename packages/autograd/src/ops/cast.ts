import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import type { DType } from "../dtype";
import { isFloat } from "../dtype";
import { AutogradError } from "../errors";

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
    gpu: () => [],
    onnx: (b, { dtype }) => {
      const [x] = b.inputTypes;
      // ONNX Runtime's JavaScript API has no bfloat16: such tensors are fed as uint16 bits.
      const value = x!.dtype === "bfloat16" ? b.node("BitCast", b.inputs, { to: onnxTypes.bfloat16 }) : b.inputs[0]!;
      return b.node("Cast", [value], { to: onnxTypes[dtype] });
    },
  },
  (x, dtype) => ({ inputs: [x], attributes: { dtype } }),
);

/** TensorProto.DataType of ONNX. */
const onnxTypes: Record<DType, number> = { float32: 1, int32: 6, bool: 9, float16: 10, bfloat16: 16 };
