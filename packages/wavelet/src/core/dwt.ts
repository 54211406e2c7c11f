import type { FilterBank } from "./filter-bank";
import { checkedAxis } from "./layout";
import { checkSameShape, join, split } from "./level";
import { type Mode, modeOf } from "./modes";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal } from "./signal";

export interface DwtOptions {
  /** How the signal goes on past its ends. @default "symmetric" */
  readonly mode?: Mode;
  /** Which axis; negative counts from the last. @default -1 */
  readonly axis?: number;
}

/** Approximation (low-pass) and detail (high-pass) coefficients, of one shape. */
export interface Bands<T> {
  readonly cA: T;
  readonly cD: T;
}

export function dwt<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: DwtOptions = {},
): Bands<Transformed<S>> {
  const mode = modeOf(options);
  const x = readSignal(data, "data");
  const [lo, hi] = split(x, bank, mode, checkedAxis(options.axis ?? -1, x.shape.length));
  return { cA: writeSignal<S>(lo), cD: writeSignal<S>(hi) };
}

export function idwt<S extends Signal>(
  cA: S | null | undefined,
  cD: S | null | undefined,
  bank: FilterBank,
  options: DwtOptions = {},
): Transformed<S> {
  const mode = modeOf(options);
  const bands = { cA: readBand(cA, "cA"), cD: readBand(cD, "cD") };
  const { shape } = checkSameShape(bands, "cA and cD");
  const axis = checkedAxis(options.axis ?? -1, shape.length);
  return writeSignal<S>(join(bands.cA, bands.cD, bank, mode, axis)!);
}

/** A missing band stands for zeros. */
export function readBand(band: unknown, name: string): Dense | undefined {
  return band === null || band === undefined ? undefined : readSignal(band, name);
}
