import { bandKeys } from "../core/dwtn";
import { axesOrAll, separableOver } from "../core/dwtn-bands";
import { filterLength } from "../core/filter-bank";
import { checkedDistinctAxes } from "../core/layout";
import { coefficientLength } from "../core/lengths";
import { checkedLevel, deepestOver } from "../core/levels";
import { readSignal, type Signal, sizeOf } from "../core/signal";
import type { WavedecnOptions } from "../core/wavedecn";
import { resolveEach, type WaveletLikes } from "../wavelet";
import { checkedShape } from "./block";
import type { PackableCoeffs } from "./coefficients";
import { bandName, mapBands, type PerBand, perBand, type ReadonlyPerBand } from "./per-band";

/**
 * The shapes of all bands that `wavedecn` gives for data of a shape, as `pywt.wavedecn_shapes`; nothing is transformed.
 *
 * @param wavelet one for all axes, or one for each of `axes`
 * @returns `[shape of cA, {ad, da, dd}, …]`, coarse first
 * @throws WaveletError for a shape that is no list of lengths from 1 on, an unknown wavelet or mode, and wrong axes or
 *   levels
 */
export function wavedecnShapes(
  shape: readonly number[],
  wavelet: WaveletLikes,
  options: WavedecnOptions = {},
): PerBand<readonly number[]> {
  let lengths = checkedShape(shape, "shape");
  const axes = checkedDistinctAxes(axesOrAll(options.axes, lengths.length), lengths.length);
  const separable = separableOver(axes, resolveEach(wavelet), options);
  const level = checkedLevel(options.level, deepestOver(lengths, separable));
  const keys = bandKeys(axes.length).slice(1);
  const details: Record<string, readonly number[]>[] = [];
  for (let i = 0; i < level; i++) {
    lengths = axes.reduce((all, axis, k) => {
      const taps = filterLength(separable.banks[k]!);
      return all.with(axis, coefficientLength(all[axis]!, taps, separable.modes[k]!));
    }, lengths);
    const band = lengths;
    details.unshift(Object.fromEntries(keys.map((key) => [key, [...band]])));
  }
  return [lengths, ...details];
}

/**
 * How many coefficients there are in all, as `pywt.wavedecn_size`.
 *
 * @param shapes as `wavedecnShapes` gives them, or coefficients of `wavedec`, `wavedec2` or `wavedecn`; a plain array
 *   of numbers is a shape
 * @throws WaveletError for what is neither, and for missing bands
 */
export function wavedecnSize(shapes: ReadonlyPerBand<readonly number[]> | PackableCoeffs<Signal>): number {
  let size = 0;
  mapBands(perBand(shapes, "shapes"), (item, level, key) => {
    const name = bandName("shapes", level, key);
    size += sizeOf(isShape(item) ? checkedShape(item, name) : readSignal(item, name).shape);
  });
  return size;
}

function isShape(item: unknown): boolean {
  return Array.isArray(item) && !Array.isArray(item[0]);
}
