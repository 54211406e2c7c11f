import type { Bands } from "./dwt";
import type { DenseBands, Separable } from "./dwtn";
import type { FilterBank } from "./filter-bank";
import { checkedAxis } from "./layout";
import { checkedOptions } from "./modes";
import type { Coeffs1 } from "./multilevel";
import { readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { checkedDepth, decomposeStationary, deepestStationaryLevel, forwardFilters } from "./stationary-axes";
import { levels1, readLevels, recomposeLevels } from "./stationary-coeffs";

export interface IswtOptions {
  /** Which axis; negative counts from the last. @default -1 */
  readonly axis?: number;
  /** Divides the filters by √2, for the inverse multiplies them by it. @default false */
  readonly norm?: boolean;
}

/** What every form of the stationary transform takes. */
export interface StationaryOptions extends IswtOptions {
  /** How many levels, 1 or more. @default all that the length allows, `swtMaxLevel` without `startLevel` */
  readonly level?: number | null | undefined;
  /** Takes the data as the approximation of this level, so that the next one comes first. @default 0 */
  readonly startLevel?: number;
}

/** What `iswt` takes: levels with all approximations, or trimmed. What is missing stands for zeros. */
export type SwtCoeffs<S> = readonly (Partial<Bands<S | null | undefined>> | S | null | undefined)[];

export function swt<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: StationaryOptions = {},
): Bands<Transformed<S>>[] {
  const levels = decompose(data, bank, options);
  return levels.map(({ a, d }) => ({ cA: writeSignal<S>(a!), cD: writeSignal<S>(d!) }));
}

/** `swt` without the approximations that can be had from coarser levels. */
export function trimmedSwt<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: StationaryOptions = {},
): Coeffs1<Transformed<S>> {
  const levels = decompose(data, bank, options);
  return [writeSignal<S>(levels[0]!.a!), ...levels.map(({ d }) => writeSignal<S>(d!))];
}

export function iswt<S extends Signal>(
  coeffs: SwtCoeffs<S>,
  bank: FilterBank,
  options: IswtOptions = {},
): Transformed<S> {
  const read = readLevels(coeffs, levels1);
  const axis = checkedAxis(options.axis ?? -1, read.shape.length);
  return writeSignal<S>(recomposeLevels(read, alongOne(axis, bank), options.norm));
}

function decompose(data: Signal, bank: FilterBank, options: StationaryOptions): DenseBands[] {
  const x = readSignal(data, "data");
  const axis = checkedAxis(checkedOptions(options).axis ?? -1, x.shape.length);
  const rest = deepestStationaryLevel(x.shape[axis]!) - (options.startLevel ?? 0);
  const asked = { ...options, level: options.level ?? Math.max(1, rest) };
  const { level, startLevel } = checkedDepth(asked, 1, x.shape, [axis]);
  return decomposeStationary(x, forwardFilters(alongOne(axis, bank), options.norm), level, startLevel);
}

/** A stationary transform along one axis; its extension is always periodic. */
export function alongOne(axis: number, bank: FilterBank): Separable {
  return { banks: [bank], modes: ["periodization"], axes: [axis] };
}
