import { type DType, decodeHalf, encodeHalf, type Parameter, type TensorArray } from "@waveft/autograd";
import { PeftError } from "./errors";

/** Values of a weight in float32: its own memory where that is float32. */
export const float32Of = (weight: Parameter): Float32Array => decoded(weight.dtype, weight.read());

/** Numbers of a floating-point dtype as float32: the array itself where they are. */
export const decoded = (dtype: DType, data: TensorArray): Float32Array => {
  if (dtype === "float32") return data as Float32Array;
  if (dtype === "float16" || dtype === "bfloat16") return decodeHalf(dtype, data as Uint16Array);
  throw new PeftError(`peft: a weight of ${dtype} cannot be adapted; give float32, float16 or bfloat16`);
};

/** Numbers as a floating-point dtype stores them, rounded once: the array itself where that is float32. */
export const encoded = (dtype: DType, numbers: Float32Array): TensorArray =>
  dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, numbers) : numbers;
