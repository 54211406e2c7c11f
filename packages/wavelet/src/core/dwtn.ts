import { joinEach, splitEach } from "./each-axis";
import type { FilterBank } from "./filter-bank";
import { join, split } from "./level";
import type { Mode } from "./modes";
import type { Dense } from "./signal";

/** Bands by key: a letter per axis in the order of the axes, `a` low-pass and `d` high-pass. */
export type DenseBands = Readonly<Record<string, Dense>>;

/** What a level along several axes needs; the lists are parallel. */
export interface Separable {
  readonly banks: readonly FilterBank[];
  readonly modes: readonly Mode[];
  readonly axes: readonly number[];
}

/** One level along several axes, one after the other: 2ᵏ bands for k axes. */
export function splitAxes(x: Dense, { banks, modes, axes }: Separable): DenseBands {
  return splitEach(x, axes.length, (band, i) => split(band, banks[i]!, modes[i]!, axes[i]!));
}

/** The inverse of `splitAxes`; bands that are missing stand for zeros, all missing give undefined. */
export function joinAxes(
  bands: Readonly<Record<string, Dense | undefined>>,
  { banks, modes, axes }: Separable,
): Dense | undefined {
  return joinEach(bands, axes.length, (lo, hi, i) => join(lo, hi, banks[i]!, modes[i]!, axes[i]!));
}

/** The keys of the bands over so many axes: aa, ad, da, dd. */
export function bandKeys(axes: number): string[] {
  let keys = [""];
  for (let axis = 0; axis < axes; axis++) keys = keys.flatMap((key) => [`${key}a`, `${key}d`]);
  return keys;
}
