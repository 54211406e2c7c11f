/** Element types. float16 and bfloat16 are storage only: `cast` them to float32 to compute. */
export type DType = "float32" | "float16" | "bfloat16" | "int32" | "bool";

/** Sizes of the axes, row-major; `[]` is a scalar. */
export type Shape = readonly number[];

/** Host arrays by dtype: float16 and bfloat16 are bit patterns, bool is 0 or 1. */
export interface ArrayOf {
  float32: Float32Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int32: Int32Array;
  bool: Uint8Array;
}

export type TensorArray = ArrayOf[DType];

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** A zeroed host array of `size` elements. */
export const allocate = <D extends DType>(dtype: D, size: number): ArrayOf[D] =>
  new arrays[dtype](size) as ArrayOf[D];

/** Whether `array` is the host array that `dtype` is stored in. */
export const isArrayOf = (dtype: DType, array: unknown): boolean => array instanceof arrays[dtype];

export const isFloat = (dtype: DType): boolean =>
  dtype === "float32" || dtype === "float16" || dtype === "bfloat16";

/** Bytes of one element. */
export const bytesOf = (dtype: DType): number => arrays[dtype].BYTES_PER_ELEMENT;
