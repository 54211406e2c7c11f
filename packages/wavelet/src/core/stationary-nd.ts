import { WaveletError } from "../errors";
import { writeBands } from "./bands";
import type { Bands2 } from "./dwt2";
import type { Separable } from "./dwtn";
import { axesOrAll, type BandsN, separableOver } from "./dwtn-bands";
import type { FilterBanks } from "./filter-bank";
import { checkedDistinctAxes } from "./layout";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { copyOf } from "./slices";
import { checkedDepth, decomposeStationary, forwardFilters, trimmedStationary } from "./stationary-axes";
import { lettersOf, levels2, levelsN, readLevels, recomposeLevels } from "./stationary-coeffs";
import { type Coeffs2, distinct2, writeDetails2 } from "./wavedec2";
import type { CoeffsN } from "./wavedecn";

type Shaped = Pick<Dense, "shape">;

interface NormOptions {
  /** Divides the filters by √2, for the inverse multiplies them by it. @default false */
  readonly norm?: boolean;
}

interface LevelOptions {
  /** How many levels; 0 gives none. */
  readonly level: number;
  /** Takes the data as the approximation of this level, so that the next one comes first. @default 0 */
  readonly startLevel?: number;
}

export interface Iswt2Options extends NormOptions {
  /** Which two axes: down the rows, along the columns. @default [-2, -1] */
  readonly axes?: readonly [number, number];
}

export interface IswtnOptions extends NormOptions {
  /** Which axes, in the order of the keys' letters; negative ones count from the last. @default all */
  readonly axes?: number | readonly number[] | null | undefined;
}

export interface Stationary2Options extends Iswt2Options, LevelOptions {}

export interface StationaryNOptions extends IswtnOptions, LevelOptions {}

/** What `iswt2` takes: levels with all approximations, or trimmed. What is missing stands for zeros. */
export type Swt2Coeffs<S> = readonly (Partial<Bands2<S | null | undefined>> | S | null | undefined)[];

export function swt2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Partial<Stationary2Options> = {},
): Bands2<Transformed<S>>[] {
  const x = readSignal(data, "data");
  return decomposeStationary(...checked(x, over2(x, banks, options), options)).map((bands) => ({
    cA: writeSignal<S>(bands.aa!),
    ...writeDetails2<S>(bands),
  }));
}

/** `swt2` without the approximations that can be had from coarser levels. */
export function trimmedSwt2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Partial<Stationary2Options> = {},
): Coeffs2<Transformed<S>> {
  const x = readSignal(data, "data");
  const [cA, ...details] = trimmedStationary(...checked(x, over2(x, banks, options), options));
  return [writeSignal<S>(cA), ...details.map((bands) => writeDetails2<S>(bands))];
}

export function iswt2<S extends Signal>(
  coeffs: Swt2Coeffs<S>,
  banks: FilterBanks,
  options: Iswt2Options = {},
): Transformed<S> {
  const read = readLevels(coeffs, levels2);
  return writeSignal<S>(recomposeLevels(read, over2(read, banks, options), options.norm));
}

export function swtn<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Partial<StationaryNOptions> = {},
): BandsN<Transformed<S>>[] {
  const x = readSignal(data, "data");
  const levels = decomposeStationary(...checked(x, overN(x, banks, options), options));
  return levels.map((bands) => writeBands<S>(bands));
}

/** `swtn` without the approximations that can be had from coarser levels. */
export function trimmedSwtn<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Partial<StationaryNOptions> = {},
): CoeffsN<Transformed<S>> {
  const x = readSignal(data, "data");
  const [cA, ...details] = trimmedStationary(...checked(x, overN(x, banks, options), options));
  return [writeSignal<S>(cA), ...details.map((bands) => writeBands<S>(bands))];
}

export function iswtn<S extends Signal>(
  coeffs: readonly (BandsN<S | null | undefined> | S | null | undefined)[],
  banks: FilterBanks,
  options: IswtnOptions = {},
): Transformed<S> {
  const letters = lettersOf(coeffs);
  const read = readLevels(coeffs, levelsN(letters));
  const separable = overN(read, banks, options);
  if (letters > 0 && letters !== separable.axes.length) {
    throw new WaveletError(
      `the bands' keys have a letter for each of ${letters} axes, but the inverse is over ${separable.axes.length}`,
      "axis",
    );
  }
  return writeSignal<S>(recomposeLevels(read, separable, options.norm));
}

// A stationary transform extends periodically.
const mode = "periodization";

function over2({ shape }: Shaped, banks: FilterBanks, { axes }: Iswt2Options): Separable {
  return distinct2(banks, axes === undefined ? { mode } : { mode, axes }, shape.length);
}

function overN({ shape }: Shaped, banks: FilterBanks, options: IswtnOptions): Separable {
  const axes = checkedDistinctAxes(axesOrAll(options.axes, shape.length), shape.length);
  return separableOver(axes, banks, { mode });
}

/** What the decompositions take; x is copied where it is the result. */
function checked(
  x: Dense,
  separable: Separable,
  options: Partial<LevelOptions & NormOptions>,
): [x: Dense, separable: Separable, level: number, startLevel: number] {
  const { level, startLevel } = checkedDepth(options, 0, x.shape, separable.axes);
  return [level === 0 ? copyOf(x) : x, forwardFilters(separable, options.norm), level, startLevel];
}
