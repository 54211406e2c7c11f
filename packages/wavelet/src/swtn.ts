import type { BandsN } from "./core/dwtn-bands";
import type { Signal, Transformed } from "./core/signal";
import type { IswtnOptions, StationaryNOptions } from "./core/stationary-nd";
import * as core from "./core/stationary-nd";
import type { CoeffsN } from "./core/wavedecn";
import { resolveEach, type WaveletLikes } from "./wavelet";

export interface SwtnOptions extends StationaryNOptions {
  /** Gives the approximation of the coarsest level only: `[aa, { ad, da, dd }, …]`. @default false */
  readonly trimApprox?: boolean;
}

/**
 * The stationary wavelet transform over any axes, as `pywt.swtn`: `swt` along one after the other, level by level.
 *
 * @param wavelet one, or one for each of the axes
 * @returns `[{ aa, ad, da, dd }, …]` of levels startLevel + level to startLevel + 1, keyed as by `dwtn`, every band of
 *   the data's shape; with `trimApprox` `[aa, { ad, da, dd }, …]`. Of 0 levels `[]`, or `[data]`
 * @throws WaveletError as `swt2` does
 */
export function swtn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: SwtnOptions & { readonly trimApprox: true },
): CoeffsN<Transformed<S>>;
export function swtn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: SwtnOptions & { readonly trimApprox?: false },
): BandsN<Transformed<S>>[];
export function swtn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: SwtnOptions,
): BandsN<Transformed<S>>[] | CoeffsN<Transformed<S>>;
export function swtn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options: Partial<SwtnOptions> = {},
): BandsN<Transformed<S>>[] | CoeffsN<Transformed<S>> {
  const banks = resolveEach(wavelet);
  return options.trimApprox ? core.trimmedSwtn(data, banks, options) : core.swtn(data, banks, options);
}

/**
 * The inverse of `swtn`, as `pywt.iswtn`.
 *
 * @param coeffs either form that `swtn` gives; finer approximations are not read, and bands that are missing or null
 *   stand for zeros
 * @param options `norm` and `axes` as they were for `swtn`
 * @throws WaveletError as `iswt` does, and for keys with more or fewer letters than there are axes
 */
export function iswtn<S extends Signal>(
  coeffs: readonly BandsN<S | null | undefined>[],
  wavelet: WaveletLikes,
  options?: IswtnOptions,
): Transformed<S>;
export function iswtn<S extends Signal>(
  coeffs: readonly [S | null | undefined, ...BandsN<S | null | undefined>[]],
  wavelet: WaveletLikes,
  options?: IswtnOptions,
): Transformed<S>;
export function iswtn<S extends Signal>(
  coeffs: readonly (BandsN<S | null | undefined> | S | null | undefined)[],
  wavelet: WaveletLikes,
  options?: IswtnOptions,
): Transformed<S> {
  return core.iswtn<S>(coeffs, resolveEach(wavelet), options);
}
