import ndarray, { type NdArray } from "ndarray";
import { allocate, type DType, type Shape, type TensorArray } from "./dtype";
import { AutogradError } from "./errors";
import { decodeHalf, encodeHalf, type HalfDType } from "./half";
import { type HostTensor, hostTensor } from "./host-tensor";
import { showShape, sizeOf, stridesOf } from "./shape";

/** What an ndarray keeps its elements in: a typed array, a plain one, or an object that is asked for each. */
export type NdArrayStore =
  | ArrayLike<number | bigint | boolean>
  | { readonly length: number; get(place: number): number };

/** Any ndarray: element [i, j, …] stands at offset + i · stride[0] + j · stride[1] + …. */
export interface NdArrayLike {
  readonly data: NdArrayStore;
  readonly shape: Shape;
  /** In elements; negative where an axis runs backwards. */
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * An ndarray as a host tensor of the same shape, in row-major order. Views of any kind are read: transposed, sliced,
 * reversed, broadcast. Where the elements stand one after the other in an array that stores the dtype, that array is
 * shared; all else is copied.
 *
 * @param dtype default: int32 for typed arrays of integers (bytes too: here they are numbers, not booleans), else
 *   float32. Numbers are rounded to float32, float16 and bfloat16; as bool, all but 0 is true.
 * @throws AutogradError when an element is no number, or no integer of 32 bits for int32, or lies outside of the data
 */
export const fromNdarray = (array: NdArrayLike, dtype?: DType): HostTensor => {
  checkView(array);
  return convert(array, dtype ?? dtypeOf(array));
};

/**
 * A host tensor as an ndarray of the same shape. float32, int32 and bool data is shared, not copied (bool as bytes of
 * 0 and 1); float16 and bfloat16 become float32, a copy.
 *
 * @throws AutogradError when there is no data (tensors of a graph are to be evaluated first), or not what shape and
 *   dtype say
 */
export const toNdarray = (tensor: HostTensor): NdArray<Float32Array | Int32Array | Uint8Array> => {
  if (!ArrayBuffer.isView(tensor?.data))
    throw new AutogradError("toNdarray: takes a host tensor; evaluate a graph's tensor first");
  const { data, shape, dtype } = hostTensor(tensor.data, tensor.shape, tensor.dtype);
  return ndarray(data instanceof Uint16Array ? decodeHalf(dtype as HalfDType, data) : data, [...shape]);
};

/** A host tensor, out of one or an ndarray. */
export const toHost = (value: HostTensor | NdArrayLike): HostTensor =>
  "stride" in value ? fromNdarray(value) : value;

const convert = (array: NdArrayLike, dtype: DType): HostTensor => {
  const shape = [...array.shape];
  const data = isHalf(dtype) ? encodeHalf(dtype, read(array, "float32")) : read(array, dtype);
  return { data, shape, dtype };
};

const isHalf = (dtype: DType): dtype is HalfDType => dtype === "float16" || dtype === "bfloat16";

const dtypeOf = ({ data }: NdArrayLike): DType => {
  const name = ArrayBuffer.isView(data) ? data.constructor.name : "";
  return /int|buffer/i.test(name) ? "int32" : "float32";
};

/** @throws AutogradError unless all elements lie in the data */
const checkView = (array: NdArrayLike): void => {
  const { data, shape, stride, offset } = array ?? {};
  if (
    typeof data !== "object" ||
    data === null ||
    !Array.isArray(shape) ||
    !Array.isArray(stride) ||
    !Number.isInteger(offset)
  )
    throw new AutogradError("fromNdarray: takes an ndarray, with data, shape, stride and offset");
  const counts = [...shape, ...stride];
  if (shape.length !== stride.length || !counts.every(Number.isInteger) || shape.some((size) => size < 0))
    throw new AutogradError(
      `fromNdarray: shape ${showShape(shape)} with stride ${showShape(stride)}; give one integer of each for an axis`,
    );
  if (sizeOf(shape) === 0) return;
  const spans = shape.map((size, axis) => (size - 1) * stride[axis]!);
  const reach = (pick: (a: number, b: number) => number) =>
    spans.reduce((place, span) => place + pick(0, span), offset);
  const [first, last] = [reach(Math.min), reach(Math.max)];
  if (first < 0 || last >= data.length)
    throw new AutogradError(
      `fromNdarray: its elements reach from ${first} to ${last}, the data from 0 to ${data.length - 1}`,
    );
};

/** The elements in row-major order. */
const read = (array: NdArrayLike, dtype: Exclude<DType, HalfDType>): TensorArray => {
  const { data, shape, stride, offset } = array;
  const size = sizeOf(shape);
  const strides = stridesOf(shape);
  const isContiguous = shape.every((length, axis) => length === 1 || stride[axis] === strides[axis]);
  if (isContiguous && isStored(dtype, data)) {
    const part = data.subarray(offset, offset + size);
    // Bytes of other numbers are to become 1.
    if (dtype !== "bool" || part.every((byte) => byte < 2)) return part;
  }
  const values = allocate(dtype, size);
  if (size === 0) return values;
  if (isConverted(data, dtype)) copy(array, data, values);
  else copyChecked(array, dtype, values);
  return values;
};

/** Whether it is the very array of a dtype, of no subclass. */
const isStored = (dtype: DType, data: NdArrayStore): data is TensorArray & NdArrayStore =>
  data.constructor === allocate(dtype, 0).constructor;

/** Whether storing an element converts it as it should, so that none need be looked at. */
const isConverted = (data: NdArrayStore, dtype: DType): data is ArrayLike<number> =>
  dtype === "float32"
    ? ArrayBuffer.isView(data) && !(data instanceof BigInt64Array || data instanceof BigUint64Array)
    : dtype === "int32" && smallIntegers.some((kind) => data instanceof kind);

const smallIntegers = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array];

const copy = (array: NdArrayLike, data: ArrayLike<number>, target: TensorArray): void => {
  const { length, step } = rowOf(array);
  eachRow(array, length, (from, to) => {
    for (let i = 0, place = from; i < length; i++, place += step) target[to + i] = data[place]!;
  });
};

const copyChecked = (array: NdArrayLike, dtype: DType, target: TensorArray): void => {
  const { data, shape } = array;
  const { length, step } = rowOf(array);
  const at = (place: number): unknown => ("get" in data ? data.get(place) : data[place]);
  eachRow(array, length, (from, to) => {
    for (let i = 0; i < length; i++) {
      const element = at(from + i * step);
      const value = toNumber(element, dtype);
      if (value === null)
        throw new AutogradError(
          `fromNdarray: element [${placeOf(to + i, shape).join(", ")}] is ${shown(element)}; give ${allowed[dtype]}`,
        );
      target[to + i] = value;
    }
  });
};

/** What a dtype stores for an element, or null. */
const toNumber = (element: unknown, dtype: DType): number | null => {
  if (typeof element === "boolean") return dtype === "bool" ? Number(element) : null;
  if (typeof element !== "number" && typeof element !== "bigint") return null;
  const value = Number(element);
  if (dtype === "bool") return value === 0 ? 0 : 1;
  return dtype === "int32" && value !== (value | 0) ? null : value;
};

const allowed: Record<DType, string> = {
  float32: 'numbers (or booleans for dtype "bool")',
  float16: "numbers",
  bfloat16: "numbers",
  int32: "integers of 32 bits, or another dtype",
  bool: "numbers or booleans",
};

const shown = (element: unknown): string =>
  typeof element === "string" ? JSON.stringify(element) : String(element);

/** The last axis, which loops run along; a scalar is a row of one. */
const rowOf = ({ shape, stride }: NdArrayLike): { length: number; step: number } => ({
  length: shape.at(-1) ?? 1,
  step: stride.at(-1) ?? 0,
});

/** Visits the rows in row-major order: where each starts in the data, and where in the result. */
const eachRow = (
  { shape, stride, offset }: NdArrayLike,
  length: number,
  visit: (from: number, to: number) => void,
): void => {
  const index = shape.slice(0, -1).map(() => 0);
  const size = sizeOf(shape);
  let from = offset;
  for (let to = 0; to < size; to += length) {
    visit(from, to);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += stride[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
};

/** The index of an element from its place in row-major order. */
const placeOf = (place: number, shape: Shape): number[] =>
  stridesOf(shape).map((stride, axis) => Math.floor(place / stride) % shape[axis]!);
