import { filterLength } from "./core/filter-bank";
import { checkedLength, coefficientLength, deepestLevel } from "./core/lengths";
import { checkedMode, type Mode } from "./core/modes";
import { resolve, type WaveletLike } from "./wavelet";

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

function taps(filter: number | WaveletLike, least: number): number {
  return typeof filter === "number"
    ? checkedLength(filter, "the filter's length", least)
    : filterLength(resolve(filter));
}
