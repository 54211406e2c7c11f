import type { DType, Shape } from "../dtype";
import { encodeHalf } from "../half";
import { cast } from "../ops";
import { Parameter } from "../parameter";
import type { Tensor } from "../tensor";

/** A parameter of zeros. */
export const parameterOfZeros = (shape: Shape, dtype: DType = "float32"): Parameter =>
  new Parameter({ fill: 0, shape, dtype });

/** A parameter of ones. */
export const parameterOfOnes = (shape: Shape, dtype: DType = "float32"): Parameter => {
  const one = dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, [1])[0]! : 1;
  return new Parameter({ fill: one, shape, dtype });
};

/** The float32 values of a parameter in a graph: half-precision storage is cast where it is used. */
export const asFloat32 = (parameter: Parameter): Tensor =>
  parameter.dtype === "float32" ? parameter.tensor : cast(parameter, "float32");
