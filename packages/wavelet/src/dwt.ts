import type { Bands, DwtOptions } from "./core/dwt";
import * as core from "./core/dwt";
import type { Signal, Transformed } from "./core/signal";
import { resolve, type WaveletLike } from "./wavelet";

/**
 * One level of the discrete wavelet transform along one axis, as `pywt.dwt`:
 * cA[k] = Σ_j decLo[j] · x̃[2k + 1 − j], cD with decHi, x̃ being the signal extended by `mode`.
 *
 * @param data a vector, an `ndarray`, or nested arrays; float32 stays float32, all else gives float64
 * @returns cA and cD, ⌊(n + F − 1) / 2⌋ long along the axis (F taps), ⌈n / 2⌉ with periodization
 * @throws WaveletError for an unknown wavelet or mode, empty or non-numeric data, a wrong axis, or one sample with
 *   a reflecting mode
 */
export function dwt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: DwtOptions,
): Bands<Transformed<S>> {
  return core.dwt(data, resolve(wavelet), options);
}

/**
 * The inverse of `dwt`, as `pywt.idwt`: y[m] = Σ_k recLo[m + F − 2 − 2k] · cA[k] + recHi[…] · cD[k].
 * Only whether `mode` is periodization matters. An odd signal comes back one sample longer.
 *
 * @param cA approximation; null or undefined stands for zeros (then cD must be given)
 * @param cD detail, of the same shape; null or undefined alike
 * @returns 2L − F + 2 samples along the axis for L coefficients, 2L with periodization; float32 if both bands are
 * @throws WaveletError for shapes that differ, too few coefficients for the filter, and as `dwt` does
 */
export function idwt<S extends Signal>(
  cA: S | null | undefined,
  cD: S | null | undefined,
  wavelet: WaveletLike,
  options?: DwtOptions,
): Transformed<S> {
  return core.idwt(cA, cD, resolve(wavelet), options);
}
