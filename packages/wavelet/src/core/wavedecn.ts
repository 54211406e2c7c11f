import { letterNames, readBands, writeBands } from "./bands";
import { readBand } from "./dwt";
import { axesOrAll, type BandsN, type DwtnOptions, lettersOf, separableOver } from "./dwtn-bands";
import type { FilterBanks } from "./filter-bank";
import { checkedDistinctAxes } from "./layout";
import { checkedLevel, deepestOver } from "./levels";
import { checkedCoeffs, firstPresent } from "./multilevel";
import { decomposeAxes, recomposeAxes } from "./multilevel-nd";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { copyOf } from "./slices";

/**
 * The coefficients of a transform of n levels along several axes, from coarse to fine: `[cA, {ad, da, dd}, …]` over
 * two axes. cA is the approximation of level n ("aa"); the details of a level are keyed as `dwtn` keys them. Of 0
 * levels: `[data]`.
 */
export type CoeffsN<T> = [cA: T, ...details: BandsN<T>[]];

export interface WavedecnOptions extends DwtnOptions {
  /** How many levels, 0 or more. @default the deepest useful one, as `dwtnMaxLevel` */
  readonly level?: number | null | undefined;
}

export function wavedecn<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: WavedecnOptions = {},
): CoeffsN<Transformed<S>> {
  const x = readSignal(data, "data");
  const axes = checkedDistinctAxes(axesOrAll(options.axes, x.shape.length), x.shape.length);
  const separable = separableOver(axes, banks, options);
  const level = checkedLevel(options.level, deepestOver(x.shape, separable));
  const [cA, ...details] = decomposeAxes(level === 0 ? copyOf(x) : x, separable, level);
  return [writeSignal<S>(cA), ...details.map((bands) => writeBands<S>(bands))];
}

export function waverecn<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: BandsN<S | null | undefined>[]],
  banks: FilterBanks,
  options: DwtnOptions = {},
): Transformed<S> {
  const [first, ...rest] = checkedCoeffs(coeffs, "[cA, {ad, da, dd}, …]");
  const cA = readBand(first, "coeffs[0]");
  const count = cA?.shape.length ?? Math.max(0, ...rest.map(lettersOf));
  const letters = axesOrAll(options.axes, count);
  const details = rest.map((bands, i) =>
    readBands(bands, letterNames(letters.length, true), `coeffs[${i + 1}]`),
  );
  const { shape } = firstPresent([cA, ...details.flatMap(Object.values<Dense | undefined>)]);
  const separable = separableOver(checkedDistinctAxes(letters, shape.length), banks, options);
  const x = recomposeAxes([cA, ...details], separable);
  return writeSignal<S>(details.length === 0 ? copyOf(x) : x);
}
