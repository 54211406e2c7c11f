import { readBand } from "../dwt";
import type { FilterBank } from "../filter-bank";
import { checkedAxis } from "../layout";
import { type Coeffs1, checkedCoeffs, firstPresent } from "../multilevel";
import { readSignal, type Signal, type Transformed, writeSignal } from "../signal";
import type { BoundaryInverseOptions, BoundaryOptions } from "./dwt";
import { decomposeBoundary, recomposeBoundary } from "./multilevel";

export interface BoundaryWavedecOptions extends BoundaryOptions {
  /** How many levels, 0 or more. @default as many as have a filter fit into the approximation */
  readonly level?: number | null | undefined;
}

export function boundaryWavedec<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: BoundaryWavedecOptions = {},
): Coeffs1<Transformed<S>> {
  const x = readSignal(data, "data");
  const axis = checkedAxis(options.axis ?? -1, x.shape.length);
  const [cA, ...details] = decomposeBoundary(x, { banks: [bank], axes: [axis] }, options.level);
  return [writeSignal<S>(cA), ...details.map(({ d }) => writeSignal<S>(d!))];
}

export function boundaryWaverec<S extends Signal>(
  coeffs: readonly (S | null | undefined)[],
  bank: FilterBank,
  options: BoundaryInverseOptions = {},
): Transformed<S> {
  const read = checkedCoeffs(coeffs, "[cA, cDn, …, cD1]").map((band, i) => readBand(band, `coeffs[${i}]`));
  const axis = checkedAxis(options.axis ?? -1, firstPresent(read).shape.length);
  const [cA, ...details] = read;
  const along = { banks: [bank], axes: [axis] };
  return writeSignal<S>(recomposeBoundary([cA, ...details.map((d) => ({ d }))], along, [options.length]));
}
