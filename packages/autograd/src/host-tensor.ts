import type { DType, Shape, TensorArray } from "./dtype";
import { bytesOf, isArrayOf } from "./dtype";
import { AutogradError } from "./errors";
import { showShape, sizeOf } from "./shape";

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Numbers on the host: row-major, contiguous. */
export interface HostTensor extends TensorType {
  readonly data: TensorArray;
}

/** Wraps numbers as a host tensor; plain arrays become float32 unless `dtype` says otherwise. */
export const hostTensor = (
  data: TensorArray | readonly number[],
  shape: Shape,
  dtype: DType = data instanceof Int32Array ? "int32" : data instanceof Uint8Array ? "bool" : "float32",
): HostTensor => {
  const array = ArrayBuffer.isView(data) ? data : arrayFrom(data, dtype);
  if (!isArrayOf(dtype, array))
    throw new AutogradError(`hostTensor: ${array.constructor.name} does not store ${dtype}`);
  if (array.length !== sizeOf(shape))
    throw new AutogradError(
      `hostTensor: ${array.length} elements for shape ${showShape(shape)}, which has ${sizeOf(shape)}`,
    );
  return { data: array, shape, dtype };
};

const arrayFrom = (values: readonly number[], dtype: DType): TensorArray => {
  if (dtype === "int32") return Int32Array.from(values);
  if (dtype === "bool") return Uint8Array.from(values);
  if (dtype === "float32") return Float32Array.from(values);
  throw new AutogradError(
    `hostTensor: ${dtype} is stored as bits; give a Uint16Array, which encodeHalf makes of numbers`,
  );
};

/** Bytes that a tensor of this type takes on the host. */
export const byteLengthOf = (type: TensorType): number => sizeOf(type.shape) * bytesOf(type.dtype);
