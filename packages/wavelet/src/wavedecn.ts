import type { BandsN, DwtnOptions } from "./core/dwtn-bands";
import type { Signal, Transformed } from "./core/signal";
import type { CoeffsN, WavedecnOptions } from "./core/wavedecn";
import * as core from "./core/wavedecn";
import { resolveEach, type WaveletLikes } from "./wavelet";

/**
 * A discrete wavelet transform of several levels over any axes, as `pywt.wavedecn`: `dwtn` of the data, then of its
 * approximation, and so on. A level deeper than `dwtnMaxLevel` is done, with a warning.
 *
 * @param data a vector, an `ndarray`, or nested arrays
 * @param wavelet one, or one for each of the axes
 * @returns `[cA, {ad, da, dd}, …]` (over two axes), the coarsest details first; of 0 levels `[a copy of the data]`
 * @throws WaveletError for an axis that comes twice, a level that is no integer from 0 on, and as `dwtn` does
 */
export function wavedecn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: WavedecnOptions,
): CoeffsN<Transformed<S>> {
  return core.wavedecn(data, resolveEach(wavelet), options);
}

/**
 * The inverse of `wavedecn`, as `pywt.waverecn`. Odd lengths come back one sample longer, as with `waverec`.
 *
 * @param coeffs `[cA, {ad, da, dd}, …]`; bands that are missing or null stand for zeros, as long as one is given
 * @throws WaveletError for an empty list, other keys, shapes that do not fit, and as `idwtn` does
 */
export function waverecn<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: BandsN<S | null | undefined>[]],
  wavelet: WaveletLikes,
  options?: DwtnOptions,
): Transformed<S> {
  return core.waverecn(coeffs, resolveEach(wavelet), options);
}
