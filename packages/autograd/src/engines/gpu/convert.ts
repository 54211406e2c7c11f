import type { DType, TensorArray } from "../../dtype";
import { allocate } from "../../dtype";
import { decodeHalf, encodeHalf } from "../../half";
import type { HostTensor, TensorType } from "../../host-tensor";

/** Stands for empty arrays, which devices cannot hold; nothing reads it. */
export const nothing = new Float32Array(1);

/** Host numbers as the engine's float32; float32 data is passed on, not copied. Integers are exact up to 2²⁴. */
export const toFloat32 = (dtype: DType, data: TensorArray): Float32Array => {
  if (data.length === 0) return nothing;
  if (dtype === "float16" || dtype === "bfloat16") return decodeHalf(dtype, data as Uint16Array);
  return data instanceof Float32Array ? data : Float32Array.from(data);
};

/** An array of the engine, of which the caller owns the memory, as a host tensor. */
export const fromFloat32 = ({ shape, dtype }: TensorType, values: Float32Array): HostTensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (size === 0) return { data: allocate(dtype, 0), shape, dtype };
  if (dtype === "float32") return { data: values, shape, dtype };
  if (dtype === "int32") return { data: Int32Array.from(values), shape, dtype };
  if (dtype === "bool") return { data: Uint8Array.from(values), shape, dtype };
  return { data: encodeHalf(dtype, values), shape, dtype };
};
