import type { BoundaryInverseOptions, BoundaryOptions } from "./core/boundary/dwt";
import * as oneLevel from "./core/boundary/dwt";
import type { BoundaryWavedecOptions } from "./core/boundary/wavedec";
import * as levels from "./core/boundary/wavedec";
import type { BoundaryWavedec2Options, BoundaryWaverec2Options } from "./core/boundary/wavedec2";
import * as levels2 from "./core/boundary/wavedec2";
import type { Bands } from "./core/dwt";
import type { Coeffs1 } from "./core/multilevel";
import type { Signal, Transformed } from "./core/signal";
import type { Coeffs2, Details2 } from "./core/wavedec2";
import { resolve, resolveEach, type WaveletLike, type WaveletLikes } from "./wavelet";

/**
 * One level of the wavelet transform on an interval: n samples give n / 2 + n / 2 coefficients with no extension past
 * the ends. Inside, they are `dwt`'s; near the ends, where its filters do not fit, boundary filters take over: the cut
 * off filters made orthonormal by the Gram–Schmidt method. With an orthogonal wavelet the transform is an orthogonal
 * matrix: it keeps the energy, and its inverse is its transpose. With a biorthogonal one the inverse is as exact.
 *
 * - The energy near an end is the signal's own, where a mode of `dwt` adds that of an extension. In return, boundary
 *   filters have no vanishing moments: a detail near an end is not small where the signal is smooth.
 * - Each end has boundary filters of its own, F − 2 over both (F taps), divided between cA and cD such that the
 *   transform is well conditioned. Inside, cA[i] is `dwt`'s cA[i + s] with a fixed s < F / 2, and cD alike.
 * - An odd length repeats its last sample first; the inverse is told by `length`.
 *
 * @param data a vector, an `ndarray`, nested arrays, or a complex pair; all axes but one are batches; float32 stays
 *   float32, all else gives float64
 * @param wavelet orthogonal or biorthogonal; the inverse is as exact as its taps (dmey's are to 1e-2 only)
 * @returns cA and cD, ⌈n / 2⌉ long along the axis
 * @throws WaveletError for fewer than F samples, filters that do not reconstruct, an unknown wavelet, empty or
 *   non-numeric data, or a wrong axis
 */
export function boundaryDwt<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: BoundaryOptions,
): Bands<Transformed<S>> {
  return oneLevel.boundaryDwt(data, resolve(wavelet), options);
}

/**
 * The inverse of `boundaryDwt`.
 *
 * @param cA approximation; null or undefined stands for zeros (then cD must be given)
 * @param cD detail, of the same shape; null or undefined alike
 * @returns 2L samples along the axis for L coefficients, or `length` (2L or 2L − 1); float32 if both bands are
 * @throws WaveletError for shapes that differ, fewer than F / 2 coefficients, another `length`, and as `boundaryDwt`
 */
export function boundaryIdwt<S extends Signal>(
  cA: S | null | undefined,
  cD: S | null | undefined,
  wavelet: WaveletLike,
  options?: BoundaryInverseOptions,
): Transformed<S> {
  return oneLevel.boundaryIdwt(cA, cD, resolve(wavelet), options);
}

/**
 * Several levels of `boundaryDwt` along one axis. If all lengths on the way are even and the wavelet is orthogonal,
 * this is an orthogonal matrix too, with as many coefficients as samples.
 *
 * @returns `[cA, cDn, …, cD1]`, of ⌈n / 2⌉, ⌈n / 4⌉, … coefficients; of 0 levels `[data]`
 * @throws WaveletError as `boundaryDwt` does, and for a level that is deeper than the filter fits: F samples or more
 *   must go into each. By default it is as deep.
 */
export function boundaryWavedec<S extends Signal>(
  data: S,
  wavelet: WaveletLike,
  options?: BoundaryWavedecOptions,
): Coeffs1<Transformed<S>> {
  return levels.boundaryWavedec(data, resolve(wavelet), options);
}

/**
 * The inverse of `boundaryWavedec`. Bands that are null or undefined stand for zeros.
 *
 * @returns an even number of samples along the axis, or `length`, which may be one less
 * @throws WaveletError as `boundaryIdwt` does, and for details whose lengths do not belong together
 */
export function boundaryWaverec<S extends Signal>(
  coeffs: readonly (S | null | undefined)[],
  wavelet: WaveletLike,
  options?: BoundaryInverseOptions,
): Transformed<S> {
  return levels.boundaryWaverec(coeffs, resolve(wavelet), options);
}

/**
 * Several levels of `boundaryDwt` over two axes, down the rows and along the columns in each.
 *
 * @param data of two or more dimensions (other axes are batches)
 * @param wavelet one, or `[down the rows, along the columns]`
 * @returns `[cA, {cH, cV, cD}, …]` from coarse to fine, with the bands of `dwt2`
 * @throws WaveletError as `boundaryWavedec` does, and for axes that are not two different ones
 */
export function boundaryWavedec2<S extends Signal>(
  data: S,
  wavelet: WaveletLikes,
  options?: BoundaryWavedec2Options,
): Coeffs2<Transformed<S>> {
  return levels2.boundaryWavedec2(data, resolveEach(wavelet), options);
}

/**
 * The inverse of `boundaryWavedec2`. Bands that are missing or null stand for zeros.
 *
 * @returns even numbers of samples along both axes, or `lengths`, each of which may be one less
 * @throws WaveletError as `boundaryWaverec` does
 */
export function boundaryWaverec2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
  wavelet: WaveletLikes,
  options?: BoundaryWaverec2Options,
): Transformed<S> {
  return levels2.boundaryWaverec2(coeffs, resolveEach(wavelet), options);
}
