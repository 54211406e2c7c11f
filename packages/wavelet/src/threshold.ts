import ndarray, { type NdArray } from "ndarray";
import { type FloatArray, isFloat32 } from "./core/extension";
import {
  type Complex,
  type Dense,
  type RealSignal,
  readSignal,
  type Signal,
  sizeOf,
  type Transformed,
  writeSignal,
  zerosLike,
} from "./core/signal";
import { shown, WaveletError } from "./errors";

const shrinking = ["soft", "garrote", "garotte"] as const;
const selecting = ["hard", "greater", "less"] as const;

export type ShrinkingMode = (typeof shrinking)[number];
export type SelectingMode = (typeof selecting)[number];
export type ThresholdMode = ShrinkingMode | SelectingMode;

const integers = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
} satisfies { [T in keyof Integers]: { from(values: ArrayLike<number>): Integers[T] } };
interface Integers {
  Int8Array: Int8Array;
  Uint8Array: Uint8Array;
  Uint8ClampedArray: Uint8ClampedArray;
  Int16Array: Int16Array;
  Uint16Array: Uint16Array;
  Int32Array: Int32Array;
  Uint32Array: Uint32Array;
}

/** What the selecting modes give: as `Transformed`, but typed arrays of integers keep their type. */
export type Selected<S> =
  S extends NdArray<infer D>
    ? NdArray<SelectedArray<D>>
    : S extends Complex<RealSignal> | readonly unknown[]
      ? Transformed<S>
      : SelectedArray<S>;
type SelectedArray<D> = D extends { readonly [Symbol.toStringTag]: infer T extends keyof Integers }
  ? Integers[T]
  : D extends Float32Array
    ? Float32Array
    : Float64Array;

export interface ThresholdOptions<M extends ThresholdMode = ThresholdMode> {
  /** @default "soft" */
  readonly mode?: M;
  /** What stands for samples below the threshold (with "less": above it). @default 0 */
  readonly substitute?: number;
}

/**
 * Samples set to `substitute` or shrunk by a threshold v, as `pywt.threshold`:
 *
 * | mode                   | becomes `substitute`  | other samples   |
 * | ---------------------- | --------------------- | --------------- |
 * | `soft`                 | \|x\| < v             | x (1 − v/\|x\|)   |
 * | `garrote` (`garotte`)  | \|x\| < v             | x (1 − v²/\|x\|²) |
 * | `hard`                 | \|x\| < v             | x               |
 * | `greater`              | x < v                 | x               |
 * | `less`                 | x > v                 | x               |
 *
 * NaN stays NaN, and 0 stays 0 at a threshold of 0, where PyWavelets up to 1.9 makes NaN of it.
 *
 * @param data real, or complex but for `greater` and `less`; float32 stays float32, all else gives float64, but
 *   `hard`, `greater` and `less` keep typed arrays of integers (then `substitute` must fit them)
 * @param value v, or a real array of them that broadcasts to the data's shape as NumPy does
 * @throws WaveletError for an unknown mode, complex data it does not take, data or thresholds that are not numbers,
 *   and a `value` that does not broadcast
 */
export function threshold<S extends Signal>(
  data: S,
  value: number | RealSignal,
  options?: ThresholdOptions<ShrinkingMode>,
): Transformed<S>;
export function threshold<S extends Signal>(
  data: S,
  value: number | RealSignal,
  options: ThresholdOptions<SelectingMode> & { readonly mode: SelectingMode },
): Selected<S>;
export function threshold<S extends Signal>(
  data: S,
  value: number | RealSignal,
  options?: ThresholdOptions,
): Transformed<S> | Selected<S>;
export function threshold<S extends Signal>(
  data: S,
  value: number | RealSignal,
  options: ThresholdOptions = {},
): Transformed<S> | Selected<S> {
  const mode = checkedMode(options.mode ?? "soft");
  const substitute = checkedNumber(options.substitute ?? 0, "substitute");
  const x = readSignal(data, "data");
  const bound = readBound(value, x);
  if (isSelecting(mode)) {
    const fill = checkedFill(data, substitute);
    return writeSelected<S>(data, replaceBelow(x, ...compared(x, bound, mode), fill));
  }
  const magnitude = magnitudeOf(x, bound);
  const factor =
    mode === "soft"
      ? shrinkFactor(magnitude, bound)
      : shrinkFactor(squared(magnitude), readBound(value, x, 2));
  const shrunk = scaled(x, factor);
  return writeSignal<S>(substitute === 0 ? shrunk : replaceBelow(shrunk, magnitude, bound, substitute));
}

/**
 * The firm threshold, between soft and hard, as `pywt.threshold_firm`: |x| ≤ low becomes 0, |x| > high stays, and
 * between them x · high (1 − low / |x|) / (high − low), which is `soft` where high is infinite. (PyWavelets up to 1.9
 * makes NaN of 0 where low is 0, of |x| = low = high, and of all where high is infinite, and shrinks samples beyond high,
 * too, where all of them lie at the first index of the first axis; here the definition holds for each sample.)
 *
 * @param data real or complex; float32 stays float32, all else gives float64
 * @throws WaveletError unless 0 ≤ valueLow ≤ valueHigh, and as `threshold` does
 */
export function thresholdFirm<S extends Signal>(
  data: S,
  valueLow: number,
  valueHigh: number,
): Transformed<S> {
  const low = checkedNumber(valueLow, "valueLow");
  const high = checkedNumber(valueHigh, "valueHigh");
  if (low < 0 || high < low) {
    throw new WaveletError(`0 ≤ valueLow ≤ valueHigh must hold, got ${low} and ${high}`, "data");
  }
  const x = readSignal(data, "data");
  const [below, above, width] = [low, high, high - low].map((each) => readBound(each, x)) as Three;
  const magnitude = magnitudeOf(x, below);
  const factor =
    above.values[0] === Number.POSITIVE_INFINITY
      ? shrinkFactor(magnitude, below)
      : firmFactor(magnitude, below.values[0]!, above.values[0]!, width.values[0]!);
  const out = scaled(x, factor);
  for (const [p, part] of out.parts.entries()) {
    for (let i = 0; i < part.length; i++) if (magnitude[i]! > above.values[0]!) part[i] = x.parts[p]![i]!;
  }
  return writeSignal<S>(out);
}

type Three = [Bound, Bound, Bound];

/** Thresholds in the type in which NumPy computes: sample i has number i · step. */
interface Bound {
  readonly values: FloatArray;
  readonly step: 0 | 1;
}

/** A single number takes the data's type; an array widens float32 to float64 unless it is float32 itself. */
function readBound(value: number | RealSignal, x: Dense, power: 1 | 2 = 1): Bound {
  const single = typeof value === "number";
  const given = single ? Float64Array.of(value) : readBounds(value, x.shape);
  const values = power === 1 ? given : squared(given);
  if (!isFloat32(x.parts[0]!)) return { values: Float64Array.from(values), step: single ? 0 : 1 };
  return single ? { values: Float32Array.from(values), step: 0 } : { values, step: 1 };
}

function readBounds(value: RealSignal, shape: readonly number[]): FloatArray {
  const read = readSignal(value, "value");
  if (read.parts.length === 1) return broadcast(read, shape);
  throw new WaveletError("value must be real, got complex numbers", "data");
}

/** All samples of an array of the given shape, as NumPy repeats a smaller one. */
function broadcast({ parts, shape: own }: Dense, shape: readonly number[]): FloatArray {
  const missing = shape.length - own.length;
  if (missing < 0 || own.some((length, axis) => length !== 1 && length !== shape[axis + missing])) {
    throw new WaveletError(
      `value of shape [${own.join(", ")}] does not broadcast to the data's shape [${shape.join(", ")}]`,
      "shape",
    );
  }
  const source = parts[0]!;
  const size = sizeOf(shape);
  const out = isFloat32(source) ? new Float32Array(size) : new Float64Array(size);
  let written = 0;
  const walk = (axis: number, at: number): void => {
    if (axis === shape.length) out[written++] = source[at]!;
    else {
      const length = own[axis - missing] ?? 1;
      for (let i = 0; i < shape[axis]!; i++) walk(axis + 1, at * length + (length === 1 ? 0 : i));
    }
  };
  walk(0, 0);
  return out;
}

/** |x|, rounded to the data's type and then in the one in which NumPy computes. */
function magnitudeOf(x: Dense, { values }: Bound): FloatArray {
  const [re, im] = x.parts as [FloatArray, FloatArray?];
  const out = zerosLike({ ...x, parts: [re] }).parts[0]!;
  if (im === undefined) for (let i = 0; i < re.length; i++) out[i] = Math.abs(re[i]!);
  else for (let i = 0; i < re.length; i++) out[i] = modulus(re[i]!, im[i]!);
  return isFloat32(values) ? out : Float64Array.from(out);
}

/** √(re² + im²), exact where the root is; `Math.hypot`, slower and less so, where squares do not fit. */
function modulus(re: number, im: number): number {
  const square = re * re + im * im;
  return square > 1e-280 && square < 1e300 ? Math.sqrt(square) : Math.hypot(re, im);
}

/** max(0, 1 − v / m), step by step into the array, whose type rounds as NumPy's does. */
function shrinkFactor(magnitude: FloatArray, { values, step }: Bound): FloatArray {
  const factor = magnitude.slice();
  for (let i = 0; i < factor.length; i++) factor[i] = values[i * step]! / factor[i]!;
  for (let i = 0; i < factor.length; i++) {
    // 0 / 0 is no number, but 0 shrinks to 0.
    const isZero = magnitude[i] === 0 && !Number.isNaN(values[i * step]!);
    factor[i] = isZero ? 0 : Math.max(0, 1 - factor[i]!);
  }
  return factor;
}

/** max(0, high (1 − low / |x|) / (high − low)), likewise. */
function firmFactor(magnitude: FloatArray, low: number, high: number, width: number): FloatArray {
  const factor = magnitude.slice();
  for (let i = 0; i < factor.length; i++) factor[i] = low / factor[i]!;
  for (let i = 0; i < factor.length; i++) factor[i] = 1 - factor[i]!;
  for (let i = 0; i < factor.length; i++) factor[i] = high * factor[i]!;
  for (let i = 0; i < factor.length; i++)
    factor[i] = magnitude[i]! <= low ? 0 : Math.max(0, factor[i]! / width);
  return factor;
}

function squared(values: FloatArray): FloatArray {
  const out = values.slice();
  for (let i = 0; i < out.length; i++) out[i] = out[i]! * out[i]!;
  return out;
}

function negated(values: FloatArray): FloatArray {
  const out = values.slice();
  for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  return out;
}

/** x times a real factor per sample; complex as a product of complex numbers, so that ∞ + 0i has NaN as in NumPy. */
function scaled(x: Dense, factor: FloatArray): Dense {
  const out = zerosLike(x);
  const [re, im] = x.parts as [FloatArray, FloatArray?];
  const [outRe, outIm] = out.parts as [FloatArray, FloatArray?];
  if (im === undefined || outIm === undefined) {
    for (let i = 0; i < re.length; i++) outRe[i] = re[i]! * factor[i]!;
    return out;
  }
  for (let i = 0; i < re.length; i++) {
    outRe[i] = re[i]! * factor[i]! - im[i]! * 0;
    outIm[i] = re[i]! * 0 + im[i]! * factor[i]!;
  }
  return out;
}

/** What a selecting mode compares: keys below their bound are replaced. */
function compared(x: Dense, bound: Bound, mode: SelectingMode): [key: FloatArray, bound: Bound] {
  if (mode === "hard") return [magnitudeOf(x, bound), bound];
  if (x.parts.length > 1) {
    throw new WaveletError(
      `mode "${mode}" takes real data only; soft, hard and garrote take complex`,
      "data",
    );
  }
  const key = x.parts[0]!;
  if (mode === "greater") return [key, bound];
  return [negated(key), { ...bound, values: negated(bound.values) }];
}

function replaceBelow(x: Dense, key: FloatArray, { values, step }: Bound, substitute: number): Dense {
  const parts = x.parts.map((part, p) => {
    const out = part.slice();
    const fill = p === 0 ? substitute : 0;
    for (let i = 0; i < out.length; i++) if (key[i]! < values[i * step]!) out[i] = fill;
    return out;
  });
  return { ...x, parts };
}

/** The integer array type of the data, if it has one. */
function integerType(data: unknown): (typeof integers)[keyof typeof integers] | undefined {
  const array: unknown = ArrayBuffer.isView(data) ? data : (data as Partial<NdArray>).data;
  const tag = (array as { [Symbol.toStringTag]?: string } | undefined)?.[Symbol.toStringTag];
  return Object.hasOwn(integers, tag ?? "") ? integers[tag as keyof typeof integers] : undefined;
}

function checkedFill(data: unknown, substitute: number): number {
  const type = integerType(data);
  if (type === undefined || type.of(substitute)[0] === substitute) return substitute;
  throw new WaveletError(
    `substitute ${substitute} does not fit ${type.name} data, which this mode keeps; pass the data as Float64Array`,
    "data",
  );
}

/** The cast is checked by the tests of `Selected`. */
function writeSelected<S extends Signal>(data: S, out: Dense): Selected<S> {
  const type = integerType(data);
  if (type === undefined) return writeSignal<S>(out) as Selected<S>;
  const array = type.from(out.parts[0]!);
  return (out.vector ? array : ndarray(array, [...out.shape])) as Selected<S>;
}

function isSelecting(mode: ThresholdMode): mode is SelectingMode {
  return (selecting as readonly string[]).includes(mode);
}

function checkedMode(mode: unknown): ThresholdMode {
  const all: readonly unknown[] = [...shrinking, ...selecting];
  if (all.includes(mode)) return mode as ThresholdMode;
  throw new WaveletError(`no threshold mode ${shown(mode)}; the modes are ${all.join(", ")}`, "mode");
}

function checkedNumber(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  throw new WaveletError(`${what} must be a number, got ${shown(value)}`, "data");
}
