import type { DwtOptions } from "./core/dwt";
import type { Coeffs1, WavedecOptions } from "./core/multilevel";
import * as core from "./core/multilevel";
import type { Signal, Transformed } from "./core/signal";
import { resolve, type WaveletLike } from "./wavelet";

/**
 * A discrete wavelet transform of several levels along one axis, as `pywt.wavedec`: `dwt` of the data, then of its
 * approximation, and so on. A level deeper than `dwtMaxLevel` is done, with a warning.
 *
 * @param data a vector, an `ndarray`, or nested arrays; float32 stays float32, all else gives float64
 * @returns `[cA, cDn, …, cD1]`; of 0 levels `[a copy of the data]`
 * @throws WaveletError for a level that is no integer from 0 on, and as `dwt` does
 */
export function wavedec<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: WavedecOptions,
): Coeffs1<Transformed<S>> {
  return core.wavedec(data, resolve(wavelet), options);
}

/**
 * The inverse of `wavedec`, as `pywt.waverec`. Data of odd length comes back one sample longer. Inside, where a
 * detail is one shorter than the approximation it meets, the approximation's last sample is left out.
 *
 * @param coeffs `[cA, cDn, …, cD1]`; null or undefined stands for zeros, as long as one is given
 * @returns float32 if all coefficients are
 * @throws WaveletError for an empty list, shapes that do not fit, and as `idwt` does
 */
export function waverec<S extends Signal>(
  coeffs: readonly (S | null | undefined)[],
  wavelet: WaveletLike,
  options?: DwtOptions,
): Transformed<S> {
  return core.waverec(coeffs, resolve(wavelet), options);
}
