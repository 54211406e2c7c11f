import { allocate, type DType, type Shape } from "../dtype";
import { encodeHalf } from "../half";
import { cast } from "../ops";
import { Parameter } from "../parameter";
import { sizeOf } from "../shape";
import type { Tensor } from "../tensor";

/** A parameter of zeros. */
export const parameterOfZeros = (shape: Shape, dtype: DType = "float32"): Parameter =>
  new Parameter({ data: allocate(dtype, sizeOf(shape)), shape, dtype });

/** A parameter of ones. */
export const parameterOfOnes = (shape: Shape, dtype: DType = "float32"): Parameter => {
  const parameter = parameterOfZeros(shape, dtype);
  parameter.data.fill(dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, [1])[0]! : 1);
  return parameter;
};

/** The float32 values of a parameter in a graph: half-precision storage is cast where it is used. */
export const asFloat32 = (parameter: Parameter): Tensor =>
  parameter.dtype === "float32" ? parameter.tensor : cast(parameter, "float32");
