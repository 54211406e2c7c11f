import { SafetensorsError } from "./errors";

/**
 * Every dtype this package reads and writes: bytes per element and the array that holds it.
 * float16 and bfloat16 are kept as their bits in a `Uint16Array`, booleans as bytes 0 and 1.
 * The order is that of the format's reference writer, which places a file's tensors by descending rank here.
 */
export const dtypes = {
  BOOL: { bytes: 1, array: Uint8Array },
  U8: { bytes: 1, array: Uint8Array },
  I8: { bytes: 1, array: Int8Array },
  I16: { bytes: 2, array: Int16Array },
  U16: { bytes: 2, array: Uint16Array },
  F16: { bytes: 2, array: Uint16Array },
  BF16: { bytes: 2, array: Uint16Array },
  I32: { bytes: 4, array: Int32Array },
  U32: { bytes: 4, array: Uint32Array },
  F32: { bytes: 4, array: Float32Array },
  F64: { bytes: 8, array: Float64Array },
  I64: { bytes: 8, array: BigInt64Array },
  U64: { bytes: 8, array: BigUint64Array },
} as const;

export type Dtype = keyof typeof dtypes;

/** The typed array of a dtype, for example `Uint16Array` for `"BF16"`. */
export type DataOf<D extends Dtype> = InstanceType<(typeof dtypes)[D]["array"]>;

/** Any typed array a tensor's data can be. */
export type TensorArray = DataOf<Dtype>;

export const dtypeNames = Object.keys(dtypes) as Dtype[];

export const isDtype = (name: unknown): name is Dtype =>
  typeof name === "string" && Object.hasOwn(dtypes, name);

/** Bytes as the typed array of `dtype`, without a copy where the address allows it. Assumes a little-endian host. */
export function viewAs<D extends Dtype>(dtype: D, bytes: Uint8Array): DataOf<D> {
  const { bytes: width, array } = dtypes[dtype];
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.byteLength / width) as DataOf<D>;
}

/** Number of elements of a shape, or an error when it is no list of non-negative integers with a safe product. */
export function sizeOfShape(who: string, shape: unknown): number {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new SafetensorsError(`${who} has shape ${show(shape)}; a shape is a list of non-negative integers`);
  }
  // A zero anywhere makes the tensor empty, however large the other sizes are.
  if (shape.includes(0)) return 0;
  const size = shape.reduce((product: number, n: number) => product * n, 1);
  if (!Number.isSafeInteger(size * 8)) {
    throw new SafetensorsError(`${who} has shape ${show(shape)}, whose product is too large for any file`);
  }
  return size;
}

/** A value as short JSON for a message. */
export function show(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // Nested too deep (or cyclic): a message does not need it.
    text = Array.isArray(value) ? "[…]" : "{…}";
  }
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
