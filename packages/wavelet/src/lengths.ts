import { axesOrAll, type DwtnOptions, separableOver } from "./core/dwtn-bands";
import { filterLength } from "./core/filter-bank";
import { checkedDistinctAxes } from "./core/layout";
import { checkedLength, coefficientLength, deepestLevel } from "./core/lengths";
import { deepestOver } from "./core/levels";
import { checkedMode, type Mode } from "./core/modes";
import { deepestStationaryLevel } from "./core/stationary-axes";
import { shown, WaveletError } from "./errors";
import { warn } from "./warn";
import { resolve, resolveEach, type WaveletLike, type WaveletLikes } from "./wavelet";

/**
 * How many coefficients per band `dwt` gives for a signal of `dataLength`, as `pywt.dwt_coeff_len`.
 *
 * @param filter the filter's length, or the wavelet
 */
export function dwtCoeffLen(dataLength: number, filter: number | WaveletLike, mode: Mode): number {
  const n = checkedLength(dataLength, "dataLength", 1);
  return coefficientLength(n, taps(filter, 1), checkedMode(mode));
}

/**
 * The deepest useful level of decomposition, ⌊log2(n / (F − 1))⌋ and at least 0, as `pywt.dwt_max_level`.
 *
 * @param filter the filter's length (2 or more), or the wavelet
 */
export function dwtMaxLevel(dataLength: number, filter: number | WaveletLike): number {
  return deepestLevel(checkedLength(dataLength, "dataLength", 0), taps(filter, 2));
}

/**
 * The deepest level that is useful along every axis, as `pywt.dwtn_max_level`: the least of `dwtMaxLevel`.
 *
 * @param wavelet one, or one for each of the axes
 */
export function dwtnMaxLevel(
  shape: readonly number[],
  wavelet: WaveletLikes,
  { axes }: Pick<DwtnOptions, "axes"> = {},
): number {
  if (!Array.isArray(shape)) throw new WaveletError(`shape must be a list, got ${shown(shape)}`, "shape");
  for (const length of shape) checkedLength(length, "a length of the shape", 0);
  const checked = checkedDistinctAxes(axesOrAll(axes, shape.length), shape.length);
  return deepestOver(shape, separableOver(checked, resolveEach(wavelet), {}));
}

/**
 * The deepest level of the stationary transform: how often 2 divides the length, as `pywt.swt_max_level`.
 * Warns where that is 0.
 */
export function swtMaxLevel(dataLength: number): number {
  const level = deepestStationaryLevel(checkedLength(dataLength, "dataLength", 1));
  if (level === 0) warn(`a length of ${dataLength} allows no stationary level; pad to a multiple of 2^level`);
  return level;
}

function taps(filter: number | WaveletLike, least: number): number {
  return typeof filter === "number"
    ? checkedLength(filter, "the filter's length", least)
    : filterLength(resolve(filter));
}
