import type { BandsN, DwtnOptions } from "./core/dwtn-bands";
import * as core from "./core/dwtn-bands";
import type { Signal, Transformed } from "./core/signal";
import { resolveEach, type WaveletLikes } from "./wavelet";

/**
 * One level of the discrete wavelet transform along any axes, one after the other, as `pywt.dwtn`.
 *
 * @param data a vector, an `ndarray`, or nested arrays
 * @param wavelet one, or one for each of the axes
 * @returns the bands `{aa, ad, da, dd}` (over two axes): a letter per axis, `a` low-pass and `d` high-pass
 * @throws WaveletError as `dwt` does
 */
export function dwtn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: DwtnOptions,
): BandsN<Transformed<S>> {
  return core.dwtn(data, resolveEach(wavelet), options);
}

/**
 * The inverse of `dwtn`, as `pywt.idwtn`. Bands that are missing or null stand for zeros, as long as one is given.
 * Without `axes`, the keys' letters are for the first axes.
 *
 * @throws WaveletError for keys of other letters or of another length, and as `idwt` does
 */
export function idwtn<S extends Signal>(
  bands: BandsN<S | null | undefined>,
  wavelet: WaveletLikes,
  options?: DwtnOptions,
): Transformed<S> {
  return core.idwtn(bands, resolveEach(wavelet), options);
}
