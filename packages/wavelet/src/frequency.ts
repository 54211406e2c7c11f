import {
  type ContinuousFunctions,
  type ContinuousWavelet,
  discreteContinuousWavelet,
} from "./continuous-wavelet";
import { dft } from "./core/fft";
import type { Complex } from "./core/signal";
import { shown, WaveletError } from "./errors";
import { type BiorthogonalFunctions, checkedLevel, type OrthogonalFunctions } from "./wavefun";
import { type Wavelet, type WaveletLike, wavelet } from "./wavelet";
import type { BiorthogonalName, ComplexName, OrthogonalName, RealName } from "./wavelet-names";

/** A wavelet of either kind: by name, as an object, or as four filters. */
export type AnyWavelet = WaveletLike | ContinuousWavelet;

export interface PrecisionOptions {
  /** The wavelet is taken from `wavefun({ level: precision })`. @default 8 */
  readonly precision?: number;
}

/** What `wavefun` gives. */
export type WaveletFunctions = OrthogonalFunctions | BiorthogonalFunctions | ContinuousFunctions;

/** ∫ψ up to each point x; a pair for a complex ψ. */
export interface IntegratedWavelet<Psi = Float64Array | Complex<Float64Array>> {
  readonly intPsi: Psi;
  readonly x: Float64Array;
}

/** The same for both ψ of a wavelet that is not orthogonal. */
export interface IntegratedBiorthogonal {
  readonly intPsiD: Float64Array;
  readonly intPsiR: Float64Array;
  readonly x: Float64Array;
}

/**
 * Integrates ψ from its left end to every point of its grid by rectangles, as `pywt.integrate_wavelet`.
 *
 * @param like a wavelet, or what its `wavefun` gave
 * @throws WaveletError for an unknown wavelet and for a precision that is no integer from 1 to 30
 */
export function integrateWavelet(
  like: OrthogonalName | RealName | Wavelet<true> | ContinuousWavelet<false> | OrthogonalFunctions,
  options?: PrecisionOptions,
): IntegratedWavelet<Float64Array>;
export function integrateWavelet(
  like: ComplexName | ContinuousWavelet<true> | ContinuousFunctions<true>,
  options?: PrecisionOptions,
): IntegratedWavelet<Complex<Float64Array>>;
export function integrateWavelet(
  like: BiorthogonalName | Wavelet<false> | BiorthogonalFunctions,
  options?: PrecisionOptions,
): IntegratedBiorthogonal;
export function integrateWavelet(like: ContinuousWavelet, options?: PrecisionOptions): IntegratedWavelet;
export function integrateWavelet(
  like: AnyWavelet | WaveletFunctions,
  options?: PrecisionOptions,
): IntegratedWavelet | IntegratedBiorthogonal;
export function integrateWavelet(
  like: AnyWavelet | WaveletFunctions,
  options: PrecisionOptions = {},
): IntegratedWavelet | IntegratedBiorthogonal {
  const functions = isFunctions(like) ? like : functionsOf(like, options.precision);
  const { x } = functions;
  if (x.length < 2) throw new WaveletError(`ψ must be given at 2 points at least, got ${x.length}`, "length");
  const step = x[1]! - x[0]!;
  if ("psiD" in functions) {
    return { intPsiD: integral(functions.psiD, step), intPsiR: integral(functions.psiR, step), x };
  }
  const { psi } = functions;
  if (!("re" in psi)) return { intPsi: integral(psi, step), x };
  return { intPsi: { re: integral(psi.re, step), im: integral(psi.im, step) }, x };
}

/**
 * The frequency, in cycles per unit of x, at which the spectrum of ψ is largest, as `pywt.central_frequency`; of a
 * biorthogonal wavelet it is that of the decomposition's ψ.
 *
 * @throws WaveletError as `integrateWavelet` does
 */
export function centralFrequency(like: AnyWavelet, options: PrecisionOptions = {}): number {
  const functions = functionsOf(like, options.precision);
  const { x } = functions;
  const psi = "psiD" in functions ? functions.psiD : functions.psi;
  const domain = x.at(-1)! - x[0]!;
  const bins = x.length;
  const peak = "re" in psi ? largestBin(psi.re, psi.im, bins - 1) : largestBin(psi, undefined, bins / 2);
  // The upper half of the bins are negative frequencies; they count by their size.
  return 1 / (domain / (peak + 1 > bins / 2 ? bins - peak : peak));
}

/**
 * The frequency, as a share of the sampling frequency, that a scale of `cwt` looks at, as `pywt.scale2frequency`;
 * of several scales, several frequencies.
 *
 * @throws WaveletError as `integrateWavelet` does, and for scales that are not numbers
 */
export function scale2frequency(like: AnyWavelet, scale: number, options?: PrecisionOptions): number;
export function scale2frequency(
  like: AnyWavelet,
  scale: ArrayLike<number>,
  options?: PrecisionOptions,
): Float64Array;
export function scale2frequency(
  like: AnyWavelet,
  scale: number | ArrayLike<number>,
  options: PrecisionOptions = {},
): number | Float64Array {
  return divided(centralFrequency(like, options), scale, "scale");
}

/** The scale for a frequency, as `pywt.frequency2scale`: the inverse of `scale2frequency`. */
export function frequency2scale(like: AnyWavelet, frequency: number, options?: PrecisionOptions): number;
export function frequency2scale(
  like: AnyWavelet,
  frequency: ArrayLike<number>,
  options?: PrecisionOptions,
): Float64Array;
export function frequency2scale(
  like: AnyWavelet,
  frequency: number | ArrayLike<number>,
  options: PrecisionOptions = {},
): number | Float64Array {
  return divided(centralFrequency(like, options), frequency, "frequency");
}

function divided(by: number, value: unknown, what: string): number | Float64Array {
  if (typeof value === "number") return by / value;
  const list =
    Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [];
  if (list.length > 0 && list.every((entry) => typeof entry === "number")) {
    return Float64Array.from(list, (entry) => by / entry);
  }
  throw new WaveletError(`${what} must be a number or a list of numbers, got ${shown(value)}`, "scale");
}

function isFunctions(like: AnyWavelet | WaveletFunctions): like is WaveletFunctions {
  return typeof like === "object" && like !== null && "x" in like;
}

function functionsOf(like: AnyWavelet, precision: unknown = 8): WaveletFunctions {
  const level = checkedLevel(precision, "precision", 1);
  if (typeof like === "string") return discreteContinuousWavelet(like).wavefun({ level });
  return isWavelet(like) ? like.wavefun({ level }) : wavelet("", like).wavefun({ level });
}

function isWavelet(like: Exclude<AnyWavelet, string>): like is Wavelet | ContinuousWavelet {
  return typeof like === "object" && like !== null && "wavefun" in like;
}

function integral(psi: Float64Array, step: number): Float64Array {
  let sum = 0;
  return psi.map((value) => {
    sum += value;
    return sum * step;
  });
}

/** The bin from 1 to `last` with the largest magnitude; the first of equal ones. */
function largestBin(re: Float64Array, im: Float64Array | undefined, last: number): number {
  const [a, b] = dft(re, im ?? new Float64Array(re.length));
  let peak = 1;
  let largest = -1;
  for (let k = 1; k <= last; k++) {
    const magnitude = Math.hypot(a[k]!, b[k]!);
    if (magnitude > largest) [peak, largest] = [k, magnitude];
  }
  return peak;
}
