import ndarray, { type NdArray } from "ndarray";
import { shown, WaveletError } from "../errors";
import type { FloatArray } from "./extension";

type RealArray =
  | FloatArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Arrays in arrays, all of one depth and each depth of one length. */
export type NestedNumbers = readonly (readonly number[] | NestedNumbers)[];

/**
 * What the transforms take: a vector (typed array or plain numbers), an `ndarray` of any dimension and strides,
 * or nested plain arrays.
 */
export type Signal = RealArray | readonly number[] | NestedNumbers | NdArray;

/**
 * What they give back for it: float32 for float32 and float64 for everything else; a typed array for a vector and
 * an `ndarray` (row-major) for an `ndarray` or nested arrays.
 */
export type Transformed<S> =
  S extends NdArray<infer D>
    ? NdArray<D extends Float32Array ? Float32Array : Float64Array>
    : S extends Float32Array
      ? Float32Array
      : S extends RealArray | readonly number[]
        ? Float64Array
        : NdArray<Float64Array>;

/** A signal as the kernels read it: row-major. Its data may be the caller's own and is never written to. */
export interface Dense {
  readonly data: FloatArray;
  readonly shape: readonly number[];
  /** Whether it came as, and goes back as, a plain vector. */
  readonly vector: boolean;
}

/** Reads any signal. `what` names the argument in errors. */
export function readSignal(signal: unknown, what: string): Dense {
  const dense = isNdArray(signal)
    ? readNdArray(signal, what)
    : Array.isArray(signal) && Array.isArray(signal[0])
      ? readNested(signal, what)
      : { data: readNumbers(signal, what), shape: [(signal as ArrayLike<number>).length], vector: true };
  if (dense.shape.length === 0 || dense.data.length === 0) {
    throw new WaveletError(
      `${what} is empty (shape [${dense.shape.join(", ")}]); every axis needs at least one sample`,
      "data",
    );
  }
  return dense;
}

/** An array of zeros of the given shape, float32 or float64 as `like`. */
export function zeros(shape: readonly number[], like: FloatArray): FloatArray {
  const size = shape.reduce((product, length) => product * length, 1);
  return isFloat32(like) ? new Float32Array(size) : new Float64Array(size);
}

/** The result in the caller's form. The cast is checked by the tests of `Transformed`. */
export function writeSignal<S>({ data, shape, vector }: Dense): Transformed<S> {
  return (vector ? data : ndarray(data, [...shape])) as Transformed<S>;
}

export function isFloat32(data: FloatArray): data is Float32Array {
  return data[Symbol.toStringTag] === "Float32Array";
}

function isNdArray(signal: unknown): signal is NdArray {
  const fields = signal as Partial<NdArray> | null | undefined;
  return typeof signal === "object" && Array.isArray(fields?.shape) && Array.isArray(fields?.stride);
}

function readNdArray({ shape, stride, offset, data: source }: NdArray, what: string): Dense {
  const size = shape.reduce((product, length) => product * length, 1);
  const contiguous = shape.every((length, axis) => {
    const below = shape.slice(axis + 1).reduce((product, other) => product * other, 1);
    return length === 1 || stride[axis] === below;
  });
  if (contiguous && isFloatArray(source) && source.length >= offset + size) {
    return { data: source.subarray(offset, offset + size), shape: [...shape], vector: false };
  }
  const data = isFloatArray(source) && isFloat32(source) ? new Float32Array(size) : new Float64Array(size);
  // ndarray also wraps objects with get and set.
  const entry = "get" in source ? (at: number) => source.get(at) : (at: number) => source[at];
  let written = 0;
  const copy = (axis: number, at: number): void => {
    for (let i = 0; i < shape[axis]!; i++) {
      const place = at + i * stride[axis]!;
      if (axis + 1 < shape.length) copy(axis + 1, place);
      else data[written++] = checkedNumber(entry(place), what, () => unravel(written - 1, shape));
    }
  };
  if (size > 0 && shape.length > 0) copy(0, offset);
  return { data, shape: [...shape], vector: false };
}

function readNested(nested: readonly unknown[], what: string): Dense {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1));
  let written = 0;
  const walk = (part: unknown, index: number[]): void => {
    const depth = index.length;
    if (depth === shape.length) {
      data[written++] = checkedNumber(part, what, () => index);
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[depth]) {
      throw new WaveletError(
        `${what} must be a full array of shape [${shape.join(", ")}]; [${index.join(", ")}] has ${
          Array.isArray(part) ? `${part.length} entries` : "none"
        }`,
        "data",
      );
    }
    for (let i = 0; i < part.length; i++) walk(part[i], [...index, i]);
  };
  walk(nested, []);
  return { data, shape, vector: false };
}

function readNumbers(signal: unknown, what: string): FloatArray {
  if (isFloatArray(signal)) return signal;
  if (ArrayBuffer.isView(signal) && !isUnfit(signal)) return Float64Array.from(signal as RealArray);
  if (!Array.isArray(signal)) {
    throw new WaveletError(
      `${what} must be a typed array, an array of numbers or an ndarray; got ${shown(signal)}`,
      "data",
    );
  }
  return Float64Array.from(signal, (value, i) => checkedNumber(value, what, () => [i]));
}

function isUnfit(view: ArrayBufferView): boolean {
  const tag = (view as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "DataView";
  return tag === "DataView" || tag.startsWith("Big");
}

function isFloatArray(value: unknown): value is FloatArray {
  if (!ArrayBuffer.isView(value)) return false;
  const tag = (value as FloatArray)[Symbol.toStringTag] as string;
  return tag === "Float32Array" || tag === "Float64Array";
}

function checkedNumber(value: unknown, what: string, index: () => readonly number[]): number {
  if (typeof value === "number") return value;
  throw new WaveletError(
    `${what} must hold numbers; entry [${index().join(", ")}] is ${shown(value)}`,
    "data",
  );
}

/** The index of a place in row-major order. */
function unravel(place: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const length of shape.toReversed()) {
    index.unshift(place % length);
    place = Math.floor(place / length);
  }
  return index;
}
