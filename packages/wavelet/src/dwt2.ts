import type { Bands2, Dwt2Options } from "./core/dwt2";
import * as core from "./core/dwt2";
import type { Signal, Transformed } from "./core/signal";
import { resolveEach, type WaveletLikes } from "./wavelet";

/**
 * One level of the 2-D discrete wavelet transform over two axes, as `pywt.dwt2`.
 *
 * @param data an `ndarray` of two or more dimensions (other axes are batches), or nested arrays
 * @param wavelet one, or `[down the rows, along the columns]`
 * @returns the four bands; `cH` is high-pass down the rows, `cV` along the columns
 * @throws WaveletError as `dwt` does
 */
export function dwt2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: Dwt2Options,
): Bands2<Transformed<S>> {
  return core.dwt2(data, resolveEach(wavelet), options);
}

/**
 * The inverse of `dwt2`, as `pywt.idwt2`. Bands that are missing or null stand for zeros.
 *
 * @throws WaveletError as `idwt` does
 */
export function idwt2<S extends Signal>(
  bands: Partial<Bands2<S | null | undefined>>,
  wavelet: WaveletLikes,
  options?: Dwt2Options,
): Transformed<S> {
  return core.idwt2(bands, resolveEach(wavelet), options);
}
