import { shown, WaveletError } from "../../errors";
import type { FilterBanks } from "../filter-bank";
import { readSignal, type Signal, type Transformed, writeSignal } from "../signal";
import { type Coeffs2, type Details2, distinct2, readCoeffs2, writeDetails2 } from "../wavedec2";
import { type BoundaryAxes, decomposeBoundary, recomposeBoundary } from "./multilevel";

export interface Boundary2Options {
  /** Which two axes: down the rows, along the columns. @default [-2, -1] */
  readonly axes?: readonly [number, number];
}

export interface BoundaryWavedec2Options extends Boundary2Options {
  /** How many levels, 0 or more. @default as many as have a filter fit into the approximation along both axes */
  readonly level?: number | null | undefined;
}

export interface BoundaryWaverec2Options extends Boundary2Options {
  /** The signal's lengths along the two axes. @default the even ones that the coefficients tell */
  readonly lengths?: readonly [number, number];
}

export function boundaryWavedec2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: BoundaryWavedec2Options = {},
): Coeffs2<Transformed<S>> {
  const x = readSignal(data, "data");
  const along = axes2(banks, options, x.shape.length);
  const [cA, ...details] = decomposeBoundary(x, along, options.level);
  return [writeSignal<S>(cA), ...details.map((bands) => writeDetails2<S>(bands))];
}

export function boundaryWaverec2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
  banks: FilterBanks,
  options: BoundaryWaverec2Options = {},
): Transformed<S> {
  const { bands, dimensions } = readCoeffs2(coeffs);
  const along = axes2(banks, options, dimensions);
  return writeSignal<S>(recomposeBoundary(bands, along, checkedPair(options.lengths)));
}

function axes2(banks: FilterBanks, { axes }: Boundary2Options, dimensions: number): BoundaryAxes {
  return distinct2(banks, axes === undefined ? {} : { axes }, dimensions);
}

function checkedPair(lengths: unknown): readonly unknown[] {
  if (lengths === undefined || lengths === null) return [];
  if (Array.isArray(lengths) && lengths.length === 2) return lengths;
  throw new WaveletError(`lengths must be two integers such as [480, 641], got ${shown(lengths)}`, "length");
}
