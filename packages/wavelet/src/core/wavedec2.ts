import { type BandNames, readBands, type SomeBands } from "./bands";
import { readBand } from "./dwt";
import { type Bands2, type Dwt2Options, separable2 } from "./dwt2";
import type { DenseBands, Separable } from "./dwtn";
import type { FilterBanks } from "./filter-bank";
import { checkedDistinctAxes } from "./layout";
import { checkedLevel, deepestOver } from "./levels";
import { checkedCoeffs, firstPresent } from "./multilevel";
import { decomposeAxes, recomposeAxes } from "./multilevel-nd";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { copyOf } from "./slices";

/** The details of one level: all of `Bands2` but the approximation. */
export type Details2<T> = Omit<Bands2<T>, "cA">;

/**
 * The coefficients of a 2-D transform of n levels, from coarse to fine: `[cA, {cH, cV, cD}, …]`. cA is the
 * approximation of level n; the first details are level n's, the last level 1's. Of 0 levels: `[data]`.
 */
export type Coeffs2<T> = [cA: T, ...details: Details2<T>[]];

export interface Wavedec2Options extends Dwt2Options {
  /** How many levels, 0 or more. @default the deepest useful one along both axes, as `dwtnMaxLevel` */
  readonly level?: number | null | undefined;
}

export function wavedec2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Wavedec2Options = {},
): Coeffs2<Transformed<S>> {
  const x = readSignal(data, "data");
  const separable = distinct2(banks, options, x.shape.length);
  const level = checkedLevel(options.level, deepestOver(x.shape, separable));
  const [cA, ...details] = decomposeAxes(level === 0 ? copyOf(x) : x, separable, level);
  return [writeSignal<S>(cA), ...details.map((bands) => writeDetails2<S>(bands))];
}

export function waverec2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
  banks: FilterBanks,
  options: Dwt2Options = {},
): Transformed<S> {
  const { bands, dimensions } = readCoeffs2(coeffs);
  const x = recomposeAxes(bands, distinct2(banks, options, dimensions));
  return writeSignal<S>(bands.length === 1 ? copyOf(x) : x);
}

const names: BandNames = {
  rule: "the keys cH, cV and cD",
  allow: (key) => key === "cH" || key === "cV" || key === "cD",
};

/** A caller's coefficients by the keys of the bands, and the number of dimensions that they have. */
export function readCoeffs2(coeffs: readonly unknown[]): {
  bands: [cA: Dense | undefined, ...details: SomeBands[]];
  dimensions: number;
} {
  const [first, ...rest] = checkedCoeffs(coeffs, "[cA, {cH, cV, cD}, …]");
  const cA = readBand(first, "coeffs[0]");
  const details = rest.map((level, i) => {
    const { cH: da, cV: ad, cD: dd } = readBands(level, names, `coeffs[${i + 1}]`);
    return { da, ad, dd };
  });
  const { shape } = firstPresent([cA, ...details.flatMap(({ da, ad, dd }) => [da, ad, dd])]);
  return { bands: [cA, ...details], dimensions: shape.length };
}

/** The three details as a caller sees them. */
export function writeDetails2<S>({ da, ad, dd }: DenseBands): Details2<Transformed<S>> {
  return { cH: writeSignal<S>(da!), cV: writeSignal<S>(ad!), cD: writeSignal<S>(dd!) };
}

/** The checked arguments of a 2-D transform of several levels. */
export function distinct2(banks: FilterBanks, options: Dwt2Options, dimensions: number): Separable {
  const separable = separable2(banks, options, dimensions);
  return { ...separable, axes: checkedDistinctAxes(separable.axes, dimensions) };
}
