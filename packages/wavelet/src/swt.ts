import type { Bands } from "./core/dwt";
import type { Coeffs1 } from "./core/multilevel";
import type { Signal, Transformed } from "./core/signal";
import type { IswtOptions, StationaryOptions, SwtCoeffs } from "./core/stationary";
import * as core from "./core/stationary";
import { resolve, type WaveletLike } from "./wavelet";

export interface SwtOptions extends StationaryOptions {
  /** Gives the approximation of the coarsest level only: `[cAn, cDn, …, cD1]`. @default false */
  readonly trimApprox?: boolean;
}

/**
 * The stationary (undecimated, à trous) wavelet transform along one axis, as `pywt.swt`: with s = 2^(j − 1) and the
 * data as a₀, a_j[n] = Σ_t decLo[t] · a_{j−1}[(n + s · (F/2 − t)) mod N], and d_j with decHi.
 *
 * With `norm` and an orthogonal wavelet, the trimmed coefficients have the energy of the data; another wavelet draws
 * a warning.
 *
 * @param data a vector, an `ndarray`, or nested arrays; float32 stays float32, all else gives float64
 * @returns `[{ cA, cD }, …]` of levels startLevel + level to startLevel + 1, every band of the data's shape; with
 *   `trimApprox` `[cAn, cDn, …, cD1]`
 * @throws WaveletError for a length along the axis that is no multiple of 2^(startLevel + level), a level below 1,
 *   and as `dwt` does
 */
export function swt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options: SwtOptions & { readonly trimApprox: true },
): Coeffs1<Transformed<S>>;
export function swt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: SwtOptions & { readonly trimApprox?: false },
): Bands<Transformed<S>>[];
export function swt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: SwtOptions,
): Bands<Transformed<S>>[] | Coeffs1<Transformed<S>>;
export function swt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options: SwtOptions = {},
): Bands<Transformed<S>>[] | Coeffs1<Transformed<S>> {
  const bank = resolve(wavelet);
  return options.trimApprox ? core.trimmedSwt(data, bank, options) : core.swt(data, bank, options);
}

/**
 * The inverse of `swt`, as `pywt.iswt`: level by level the mean of what the samples at even and at odd multiples of
 * s give, y[n] = ½ Σ_t recLo[t] · a[(n + s · (F/2 − 1 − t)) mod N] + recHi[t] · d[…]. It takes level 1 to be the last
 * of `coeffs`: those of another `startLevel` do not give the data back.
 *
 * @param coeffs either form that `swt` gives; finer approximations are not read, and bands that are missing, null or
 *   undefined stand for zeros
 * @param options `norm` as it was for `swt`
 * @throws WaveletError for shapes that differ, no band at all, a length that is no multiple of 2^levels, a wrong axis
 */
export function iswt<S extends Signal>(
  coeffs: SwtCoeffs<S>,
  wavelet: WaveletLike,
  options?: IswtOptions,
): Transformed<S> {
  return core.iswt(coeffs, resolve(wavelet), options);
}
