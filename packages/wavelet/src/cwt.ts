import type { NdArray } from "ndarray";
import { type ContinuousWavelet, continuousWavelet } from "./continuous-wavelet";
import * as core from "./core/cwt";
import { checkedAxis } from "./core/layout";
import { checkedOptions } from "./core/modes";
import { type Complex, readSignal, type Signal, writeSignal } from "./core/signal";
import { shown, WaveletError } from "./errors";
import { integrateWavelet, scale2frequency } from "./frequency";
import type { ComplexName, RealName } from "./wavelet-names";
import { continuousExtents } from "./wavelist";

export interface CwtOptions {
  /** The time between two samples; `freqs` alone depend on it. @default 1 */
  readonly samplingPeriod?: number;
  /** Direct convolution, which suits short signals and small scales, or fast Fourier transforms. @default "conv" */
  readonly method?: core.CwtMethod;
  /** Which axis; negative counts from the last. @default -1 */
  readonly axis?: number;
  /** The wavelet is taken at 2^precision points. @default 12 */
  readonly precision?: number;
}

export interface CwtResult<Coefs> {
  /** An axis of scales, and then the data's own. */
  readonly coefs: Coefs;
  /** The frequency that each scale looks at. */
  readonly freqs: Float64Array;
}

type FloatOf<S> =
  S extends NdArray<infer D>
    ? D extends Float32Array
      ? Float32Array
      : Float64Array
    : S extends Float32Array
      ? Float32Array
      : Float64Array;

/** Coefficients as real as data and wavelet are; float32 for float32 data, else float64. */
export type CwtCoefs<S, IsComplex extends boolean> =
  S extends Complex<infer R>
    ? Complex<NdArray<FloatOf<R>>>
    : IsComplex extends true
      ? Complex<NdArray<FloatOf<S>>>
      : NdArray<FloatOf<S>>;

/**
 * The continuous wavelet transform along one axis, as `pywt.cwt`: how much of the wavelet, stretched by every scale,
 * the signal has around every sample.
 *
 * @param data a vector, an `ndarray`, or nested arrays; float32 stays float32, all else gives float64
 * @param scales one positive number or several
 * @returns `coefs`, an `ndarray` with an axis of scales before those of the data, a pair where data or wavelet are
 *   complex; `freqs` by `scale2frequency`
 * @throws WaveletError for a discrete or unknown wavelet, scales that are not positive or too small to stretch the
 *   wavelet over two samples, an unknown method, empty or non-numeric data, or a wrong axis, precision or period
 */
export function cwt<S extends Signal>(
  data: S,
  scales: number | ArrayLike<number>,
  wavelet: RealName | ContinuousWavelet<false>,
  options?: CwtOptions,
): CwtResult<CwtCoefs<S, false>>;
export function cwt<S extends Signal>(
  data: S,
  scales: number | ArrayLike<number>,
  wavelet: ComplexName | ContinuousWavelet<true>,
  options?: CwtOptions,
): CwtResult<CwtCoefs<S, true>>;
export function cwt<S extends Signal>(
  data: S,
  scales: number | ArrayLike<number>,
  wavelet: string | ContinuousWavelet,
  options?: CwtOptions,
): CwtResult<CwtCoefs<S, boolean>>;
export function cwt(
  data: Signal,
  scales: number | ArrayLike<number>,
  wavelet: string | ContinuousWavelet,
  options: CwtOptions = {},
): CwtResult<unknown> {
  const { samplingPeriod = 1, method = "conv", axis = -1, precision = 12 } = checkedOptions(options);
  const continuous = checkedContinuous(wavelet);
  const stretches = checkedScales(scales);
  const period = checkedPositive(samplingPeriod, "samplingPeriod");
  const x = readSignal(data, "data");
  const along = checkedAxis(axis, x.shape.length);
  const { intPsi, x: grid } = integrateWavelet(continuous, { precision });
  const parts = "re" in intPsi ? [intPsi.re, intPsi.im] : [intPsi];
  const coefs = core.cwt(x, stretches, { parts, x: grid }, checkedMethod(method), along);
  const freqs = scale2frequency(continuous, stretches, { precision }).map((frequency) => frequency / period);
  return { coefs: writeSignal(coefs), freqs };
}

function checkedContinuous(like: unknown): ContinuousWavelet {
  if (typeof like === "string") return continuousWavelet(like);
  if (isContinuous(like)) return like;
  throw new WaveletError(
    `cwt takes a continuous wavelet (${continuousExtents()}) by name or from continuousWavelet, got ${shown(like)}`,
    "wavelet",
  );
}

function isContinuous(like: unknown): like is ContinuousWavelet {
  return typeof like === "object" && like !== null && "complexCwt" in like && "wavefun" in like;
}

function checkedScales(scales: unknown): Float64Array {
  const { parts, shape } = readSignal(typeof scales === "number" ? [scales] : scales, "scales");
  if (parts.length > 1 || shape.length > 1) {
    throw new WaveletError("scales must be one positive number or a list of them", "scale");
  }
  return Float64Array.from(parts[0]!, (scale) => checkedPositive(scale, "every scale"));
}

function checkedPositive(value: unknown, what: string): number {
  if (typeof value === "number" && value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new WaveletError(`${what} must be a positive number, got ${shown(value)}`, "scale");
}

function checkedMethod(method: unknown): core.CwtMethod {
  if (method === "conv" || method === "fft") return method;
  throw new WaveletError(`no method ${shown(method)}; the methods are conv, fft`, "mode");
}
