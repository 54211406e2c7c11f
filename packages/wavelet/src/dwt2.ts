import type { Bands2, Dwt2Options, FilterBanks2 } from "./core/dwt2";
import * as core from "./core/dwt2";
import type { Signal, Transformed } from "./core/signal";
import { resolve, type WaveletLike } from "./wavelet";

/** One wavelet for both axes, or `[down the rows, along the columns]`. */
export type WaveletLike2 = WaveletLike | readonly [WaveletLike, WaveletLike];

/**
 * One level of the 2-D discrete wavelet transform over two axes, as `pywt.dwt2`.
 *
 * @param data an `ndarray` of two or more dimensions (other axes are batches), or nested arrays
 * @returns the four bands; `cH` is high-pass down the rows, `cV` along the columns
 * @throws WaveletError as `dwt` does
 */
export function dwt2<S extends Signal>(
  data: S,
  wavelet: WaveletLike2,
  options?: Dwt2Options,
): Bands2<Transformed<S>> {
  return core.dwt2(data, resolve2(wavelet), options);
}

/**
 * The inverse of `dwt2`, as `pywt.idwt2`. Bands that are missing or null stand for zeros.
 *
 * @throws WaveletError as `idwt` does
 */
export function idwt2<S extends Signal>(
  bands: Partial<Bands2<S | null | undefined>>,
  wavelet: WaveletLike2,
  options?: Dwt2Options,
): Transformed<S> {
  return core.idwt2(bands, resolve2(wavelet), options);
}

function resolve2(wavelet: WaveletLike2): FilterBanks2 {
  return isPair(wavelet) ? [resolve(wavelet[0]), resolve(wavelet[1])] : resolve(wavelet);
}

function isPair(wavelet: WaveletLike2): wavelet is readonly [WaveletLike, WaveletLike] {
  return Array.isArray(wavelet);
}
