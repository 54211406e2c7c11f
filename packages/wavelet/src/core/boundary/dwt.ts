import { type Bands, readBand } from "../dwt";
import type { FilterBank } from "../filter-bank";
import { checkedAxis } from "../layout";
import { checkSameShape } from "../level";
import { readSignal, type Signal, type Transformed, writeSignal } from "../signal";
import { trimmed } from "./lengths";
import { joinBoundary, splitBoundary } from "./level";

export interface BoundaryOptions {
  /** Which axis; negative counts from the last. @default -1 */
  readonly axis?: number;
}

export interface BoundaryInverseOptions extends BoundaryOptions {
  /** The signal's length along the axis. @default the even one that the coefficients tell */
  readonly length?: number;
}

export function boundaryDwt<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: BoundaryOptions = {},
): Bands<Transformed<S>> {
  const x = readSignal(data, "data");
  const [lo, hi] = splitBoundary(x, bank, checkedAxis(options.axis ?? -1, x.shape.length));
  return { cA: writeSignal<S>(lo), cD: writeSignal<S>(hi) };
}

export function boundaryIdwt<S extends Signal>(
  cA: S | null | undefined,
  cD: S | null | undefined,
  bank: FilterBank,
  options: BoundaryInverseOptions = {},
): Transformed<S> {
  const bands = { cA: readBand(cA, "cA"), cD: readBand(cD, "cD") };
  const { shape } = checkSameShape(bands, "cA and cD");
  const axis = checkedAxis(options.axis ?? -1, shape.length);
  const x = joinBoundary(bands.cA, bands.cD, bank, axis)!;
  return writeSignal<S>(trimmed(x, axis, options.length));
}
