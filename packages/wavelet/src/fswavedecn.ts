import type { FilterBank } from "./core/filter-bank";
import type { FswavedecnOptions } from "./core/separable";
import * as core from "./core/separable";
import type { FswavedecnResult } from "./core/separable-result";
import type { Signal, Transformed } from "./core/signal";
import { wavelet as named, type WaveletLikes } from "./wavelet";

/**
 * A fully separable (hyperbolic, tensor-product) transform, as `pywt.fswavedecn`: all levels along the first axis,
 * then all along the next. Axes may differ in their levels. A level deeper than `dwtMaxLevel` is done, with a warning.
 *
 * @param data a vector, an `ndarray`, or nested arrays
 * @param wavelet one, or one for each of the axes
 * @returns all coefficients in one array, and where each band lies
 * @throws WaveletError for an axis that comes twice, a level that is no integer from 0 on, and as `dwt` does
 */
export function fswavedecn<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: FswavedecnOptions,
): FswavedecnResult<S> {
  return core.fswavedecn(data, ownEach(wavelet), options);
}

/**
 * The inverse of `fswavedecn`, as `pywt.fswaverecn`. Odd lengths come back one sample longer, as with `waverec`.
 *
 * @throws WaveletError for anything but a result of `fswavedecn`
 */
export function fswaverecn<S extends Signal>(result: FswavedecnResult<S>): Transformed<S> {
  return core.fswaverecn(result);
}

/** The wavelets, made anew where they are named: the result hands them out. */
function ownEach(likes: WaveletLikes): FilterBank[] {
  return [likes].flat().map((like) => (typeof like === "string" ? named(like) : like));
}
