import type { Bands2 } from "./core/dwt2";
import type { Signal, Transformed } from "./core/signal";
import type { Iswt2Options, Stationary2Options, Swt2Coeffs } from "./core/stationary-nd";
import * as core from "./core/stationary-nd";
import type { Coeffs2 } from "./core/wavedec2";
import { resolveEach, type WaveletLikes } from "./wavelet";

export interface Swt2Options extends Stationary2Options {
  /** Gives the approximation of the coarsest level only: `[cA, { cH, cV, cD }, …]`. @default false */
  readonly trimApprox?: boolean;
}

/**
 * The stationary wavelet transform over two axes, as `pywt.swt2`: `swt` along one, then the other, level by level.
 *
 * @param data an `ndarray` of two or more dimensions (other axes are batches), or nested arrays
 * @param wavelet one, or `[down the rows, along the columns]`
 * @returns `[{ cA, cH, cV, cD }, …]` of levels startLevel + level to startLevel + 1, every band of the data's shape;
 *   with `trimApprox` `[cA, { cH, cV, cD }, …]`; bands are named as by `dwt2`. Of 0 levels `[]`, or `[data]`
 * @throws WaveletError as `swt` does, but for a level of 0, and for an axis given twice
 */
export function swt2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: Swt2Options & { readonly trimApprox: true },
): Coeffs2<Transformed<S>>;
export function swt2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: Swt2Options & { readonly trimApprox?: false },
): Bands2<Transformed<S>>[];
export function swt2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: Swt2Options,
): Bands2<Transformed<S>>[] | Coeffs2<Transformed<S>>;
export function swt2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: Partial<Swt2Options> = {},
): Bands2<Transformed<S>>[] | Coeffs2<Transformed<S>> {
  const banks = resolveEach(wavelet);
  return options.trimApprox ? core.trimmedSwt2(data, banks, options) : core.swt2(data, banks, options);
}

/**
 * The inverse of `swt2`, as `pywt.iswt2`.
 *
 * @param coeffs either form that `swt2` gives; finer approximations are not read, and bands that are missing or null
 *   stand for zeros
 * @param options `norm` and `axes` as they were for `swt2`
 * @throws WaveletError as `iswt` does
 */
export function iswt2<S extends Signal>(
  coeffs: Swt2Coeffs<S>,
  wavelet: WaveletLikes,
  options?: Iswt2Options,
): Transformed<S> {
  return core.iswt2(coeffs, resolveEach(wavelet), options);
}
