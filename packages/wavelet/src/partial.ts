import type { DowncoefOptions, Part, UpcoefOptions } from "./core/partial";
import * as core from "./core/partial";
import type { Signal, Transformed } from "./core/signal";
import { resolve, type WaveletLike } from "./wavelet";

/**
 * Only the approximation or only the detail of one level, as `pywt.downcoef`: what `wavedec` of that level begins
 * with, cA or cDn.
 *
 * @param part `"a"` or `"d"`
 * @param data of one axis
 * @throws WaveletError for another part, data of several axes, a level that is no integer from 1 on, and as `dwt` does
 */
export function downcoef<S extends Signal>(
  part: Part,
  data: S,
  wavelet: WaveletLike,
  options?: DowncoefOptions,
): Transformed<S> {
  return core.downcoef(part, data, resolve(wavelet), options);
}

/**
 * What coefficients of one level contribute to the signal, wherever they reach, as `pywt.upcoef`: upsampling and
 * convolution with recLo or recHi, then with recLo at every further level.
 *
 * @param part `"a"` or `"d"`
 * @param coeffs of one axis
 * @returns 2L + F − 2 samples per level for L coefficients (F taps); with `take`, that many from their middle (one
 *   more is left out after it than before it, if it cannot be the same)
 * @throws WaveletError for another part, coefficients of several axes, a level that is no integer from 1 on
 */
export function upcoef<S extends Signal>(
  part: Part,
  coeffs: S,
  wavelet: WaveletLike,
  options?: UpcoefOptions,
): Transformed<S> {
  return core.upcoef(part, coeffs, resolve(wavelet), options);
}
