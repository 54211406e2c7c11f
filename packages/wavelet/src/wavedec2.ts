import type { Dwt2Options } from "./core/dwt2";
import type { Signal, Transformed } from "./core/signal";
import type { Coeffs2, Details2, Wavedec2Options } from "./core/wavedec2";
import * as core from "./core/wavedec2";
import { resolveEach, type WaveletLikes } from "./wavelet";

/**
 * A 2-D discrete wavelet transform of several levels over two axes, as `pywt.wavedec2`: `dwt2` of the data, then of
 * its approximation, and so on. A level deeper than `dwtnMaxLevel` is done, with a warning.
 *
 * @param data an `ndarray` of two or more dimensions (other axes are batches), or nested arrays
 * @param wavelet one, or `[down the rows, along the columns]`
 * @returns `[cA, {cH, cV, cD}, …]`, the coarsest details first; of 0 levels `[a copy of the data]`
 * @throws WaveletError for an axis that comes twice, a level that is no integer from 0 on, and as `dwt2` does
 */
export function wavedec2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: Wavedec2Options,
): Coeffs2<Transformed<S>> {
  return core.wavedec2(data, resolveEach(wavelet), options);
}

/**
 * The inverse of `wavedec2`, as `pywt.waverec2`. Odd lengths come back one sample longer, as with `waverec`.
 *
 * @param coeffs `[cA, {cH, cV, cD}, …]`; bands that are missing or null stand for zeros, as long as one is given
 * @throws WaveletError for an empty list, other keys, shapes that do not fit, and as `idwt2` does
 */
export function waverec2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
  wavelet: WaveletLikes,
  options?: Dwt2Options,
): Transformed<S> {
  return core.waverec2(coeffs, resolveEach(wavelet), options);
}
