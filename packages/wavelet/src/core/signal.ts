import ndarray, { type NdArray } from "ndarray";
import { shown, WaveletError } from "../errors";
import { type FloatArray, isFloat32 } from "./extension";
import { give, take } from "./pool";

export { isFloat32 } from "./extension";

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

/** Real data: a vector (typed array or plain numbers), an `ndarray` of any strides, or nested plain arrays. */
export type RealSignal = RealArray | readonly number[] | NestedNumbers | NdArray;

/** A complex array as a pair of real ones, of one shape. */
export interface Complex<S> {
  readonly re: S;
  readonly im: S;
}

/** What the transforms take. */
export type Signal = RealSignal | Complex<RealSignal>;

/**
 * What they give back for it: float32 for float32 and float64 for everything else; a typed array for a vector and
 * an `ndarray` (row-major) for an `ndarray` or nested arrays; a pair for a pair.
 */
export type Transformed<S> =
  S extends Complex<infer R>
    ? Complex<Transformed<R>>
    : S extends NdArray<infer D>
      ? NdArray<D extends Float32Array ? Float32Array : Float64Array>
      : S extends Float32Array
        ? Float32Array
        : S extends RealArray | readonly number[]
          ? Float64Array
          : NdArray<Float64Array>;

/** A signal as the kernels read it: row-major. Its parts may be the caller's own and are never written to. */
export interface Dense {
  /** The real part, and the imaginary one if the signal is complex; both float32 or both float64. */
  readonly parts: readonly FloatArray[];
  readonly shape: readonly number[];
  /** Whether it came as, and goes back as, a plain vector. */
  readonly vector: boolean;
}

/** Reads any signal. `what` names the argument in errors. */
export function readSignal(signal: unknown, what: string): Dense {
  if (isFloatArray(signal) && signal.length > 0) {
    return { parts: [signal], shape: [signal.length], vector: true };
  }
  if (!isComplex(signal)) return readReal(signal, what);
  const re = readReal(signal.re, `${what}.re`);
  const im = readReal(signal.im, `${what}.im`);
  if (re.shape.join() !== im.shape.join()) {
    throw new WaveletError(
      `${what}.re and ${what}.im must have one shape; got [${re.shape.join(", ")}] and [${im.shape.join(", ")}]`,
      "shape",
    );
  }
  return { ...re, parts: sameType([...re.parts, ...im.parts]) };
}

function readReal(signal: unknown, what: string): Dense {
  const { data, ...form } = isNdArray(signal)
    ? readNdArray(signal, what)
    : Array.isArray(signal) && Array.isArray(signal[0])
      ? readNested(signal, what)
      : readVector(signal, what);
  if (form.shape.length === 0 || data.length === 0) {
    throw new WaveletError(
      `${what} is empty (shape [${form.shape.join(", ")}]); every axis needs at least one sample`,
      "data",
    );
  }
  return { ...form, parts: [data] };
}

/** What the readers give: one part. */
type Real = Omit<Dense, "parts"> & { readonly data: FloatArray };

function isComplex(signal: unknown): signal is Complex<unknown> {
  return typeof signal === "object" && signal !== null && "re" in signal && "im" in signal;
}

/** Arrays of one type: float32 if all are, else float64. */
function sameType(arrays: readonly FloatArray[]): FloatArray[] {
  return arrays.every(isFloat32) ? [...arrays] : arrays.map((data) => Float64Array.from(data));
}

/** Zeros of the given shape, with the type, the form and as many parts as `like`. */
export function zerosLike(like: Dense, shape: readonly number[] = like.shape): Dense {
  const size = sizeOf(shape);
  const single = isFloat32(like.parts[0]!);
  const parts = like.parts.map(() => (single ? new Float32Array(size) : new Float64Array(size)));
  return { parts, shape, vector: like.vector };
}

/** The same with unspecified numbers: for results that are written as a whole. */
export function emptyLike(like: Dense, shape: readonly number[]): Dense {
  const size = sizeOf(shape);
  const single = isFloat32(like.parts[0]!);
  const parts = like.parts.map(() => take(size, single) ?? uncleared(size, single));
  return { parts, shape, vector: like.vector };
}

/** Gives the memory of an array back that no caller has seen. */
export function discard(x: Dense): void {
  for (const part of x.parts) give(part);
}

/** As `numpy.empty`, where the host can (Node); elsewhere zeros. */
function uncleared(size: number, single: boolean): FloatArray {
  const bytes = size * (single ? 4 : 8);
  const buffer = globalThis.Buffer?.allocUnsafeSlow?.(bytes).buffer;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== bytes) {
    return single ? new Float32Array(size) : new Float64Array(size);
  }
  return single ? new Float32Array(buffer) : new Float64Array(buffer);
}

/**
 * The same signals with one type and one number of parts: complex if any is; float32 if all are and all are real or
 * all complex, as in PyWavelets.
 */
export function unify(signals: readonly Dense[]): Dense[] {
  const parts = Math.max(...signals.map((signal) => signal.parts.length));
  const single = signals.every((signal) => isFloat32(signal.parts[0]!) && signal.parts.length === parts);
  return signals.map((signal) => {
    if (signal.parts.length === parts && isFloat32(signal.parts[0]!) === single) return signal;
    const size = sizeOf(signal.shape);
    const convert = (data: FloatArray | undefined) =>
      data === undefined ? new Float64Array(size) : Float64Array.from(data);
    const all = Array.from({ length: parts }, (_, part) => convert(signal.parts[part]));
    return { ...signal, parts: all };
  });
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** The result in the caller's form. The cast is checked by the tests of `Transformed`. */
export function writeSignal<S>({ parts, shape, vector }: Dense): Transformed<S> {
  const [re, im] = parts.map((data) => (vector ? data : ndarray(data, [...shape])));
  return (im === undefined ? re : { re, im }) as Transformed<S>;
}

function isNdArray(signal: unknown): signal is NdArray {
  const fields = signal as Partial<NdArray> | null | undefined;
  return typeof signal === "object" && Array.isArray(fields?.shape) && Array.isArray(fields?.stride);
}

function readNdArray({ shape, stride, offset, data: source }: NdArray, what: string): Real {
  const size = sizeOf(shape);
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

function readNested(nested: readonly unknown[], what: string): Real {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Float64Array(sizeOf(shape));
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

function readVector(signal: unknown, what: string): Real {
  const data = readNumbers(signal, what);
  return { data, shape: [data.length], vector: true };
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
  if (value instanceof Float64Array || value instanceof Float32Array) return true;
  // Those of another realm are no instances.
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
