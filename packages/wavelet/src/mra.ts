import type { BandsN } from "./core/dwtn-bands";
import type { Mra2Options, MranOptions, MraOptions } from "./core/mra";
import * as core from "./core/mra";
import type { Coeffs1 } from "./core/multilevel";
import type { Signal, Transformed } from "./core/signal";
import type { Coeffs2, Details2 } from "./core/wavedec2";
import type { CoeffsN } from "./core/wavedecn";
import { resolve, resolveEach, type WaveletLike, type WaveletLikes } from "./wavelet";

/**
 * Multiresolution analysis along one axis, as `pywt.mra`: components of the data's shape whose sum is the data. Each
 * is the inverse transform of one band of coefficients alone, so that it lies where its part of the data does.
 *
 * @param data a vector, an `ndarray`, or nested arrays; float32 stays float32, all else gives float64
 * @param options `transform` "swt" (with `norm`; the default) or "dwt"; `mode` for the latter
 * @returns `[A, Dn, …, D1]` from coarse to fine
 * @throws WaveletError as `swt` or `wavedec` does, and for another transform or, with "swt", another mode
 */
export function mra<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: MraOptions,
): Coeffs1<Transformed<S>> {
  return core.mra(data, resolve(wavelet), options);
}

/**
 * `mra` over two axes, as `pywt.mra2`. By default all lengths of the data set the level of "swt2", as in PyWavelets.
 *
 * @param wavelet one, or `[down the rows, along the columns]`
 * @param options `transform` "swt2" (the default) or "dwt2"
 * @returns `[A, { cH, cV, cD }, …]` from coarse to fine, bands named as by `dwt2`; of 0 levels `[data]`
 * @throws WaveletError as `mra` does
 */
export function mra2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: Mra2Options,
): Coeffs2<Transformed<S>> {
  return core.mra2(data, resolveEach(wavelet), options);
}

/**
 * `mra` over any axes, as `pywt.mran`. By default all lengths of the data set the level of "swtn", as in PyWavelets.
 *
 * @param wavelet one, or one for each of the axes
 * @param options `transform` "swtn" (the default) or "dwtn"
 * @returns `[A, { ad, da, dd }, …]` from coarse to fine, bands keyed as by `dwtn`; of 0 levels `[data]`
 * @throws WaveletError as `mra` does
 */
export function mran<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: MranOptions,
): CoeffsN<Transformed<S>> {
  return core.mran(data, resolveEach(wavelet), options);
}

/**
 * The sum of the components of `mra`, as `pywt.imra`. Those that are missing, null or undefined are left out.
 *
 * @throws WaveletError for shapes that differ, and for no component at all
 */
export function imra<S extends Signal>(coeffs: readonly (S | null | undefined)[]): Transformed<S> {
  return core.imra(coeffs);
}

/** The sum of the components of `mra2`, as `pywt.imra2`; otherwise as `imra`. */
export function imra2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
): Transformed<S> {
  return core.imra2(coeffs);
}

/** The sum of the components of `mran`, as `pywt.imran`; otherwise as `imra`. */
export function imran<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: BandsN<S | null | undefined>[]],
): Transformed<S> {
  return core.imran(coeffs);
}
