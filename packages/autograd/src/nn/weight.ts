import { cast } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";

/** The float32 values of a parameter in a graph: half-precision storage is cast where it is used. */
export const asFloat32 = (parameter: Parameter): Tensor =>
  parameter.dtype === "float32" ? parameter.tensor : cast(parameter, "float32");
