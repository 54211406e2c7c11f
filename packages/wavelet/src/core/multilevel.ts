import { shown, WaveletError } from "../errors";
import { type DwtOptions, readBand } from "./dwt";
import { type FilterBank, filterLength } from "./filter-bank";
import { checkedAxis } from "./layout";
import { deepestLevel } from "./lengths";
import { join, split } from "./level";
import { checkedLevel } from "./levels";
import { type Mode, modeOf } from "./modes";
import { type Dense, discard, readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { copyOf, sliceAlong } from "./slices";

/**
 * The coefficients of a transform of n levels along one axis, from coarse to fine: `[cA, cDn, …, cD1]`. cA is the
 * approximation of level n (low-pass every time), cDj the detail of level j (low-pass j − 1 times, then high-pass
 * with decHi, whose sign is PyWavelets'). Of 0 levels: `[data]`.
 */
export type Coeffs1<T> = [cA: T, ...details: T[]];

export interface WavedecOptions extends DwtOptions {
  /** How many levels, 0 or more. @default the deepest useful one, as `dwtMaxLevel` */
  readonly level?: number | null | undefined;
}

export function wavedec<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: WavedecOptions = {},
): Coeffs1<Transformed<S>> {
  const mode = modeOf(options);
  const x = readSignal(data, "data");
  const axis = checkedAxis(options.axis ?? -1, x.shape.length);
  const level = checkedLevel(options.level, deepestLevel(x.shape[axis]!, filterLength(bank)));
  const [cA, ...details] = decompose(level === 0 ? copyOf(x) : x, bank, mode, level, axis);
  return [writeSignal<S>(cA!), ...details.map((detail) => writeSignal<S>(detail))];
}

export function waverec<S extends Signal>(
  coeffs: readonly (S | null | undefined)[],
  bank: FilterBank,
  options: DwtOptions = {},
): Transformed<S> {
  const mode = modeOf(options);
  const read = checkedCoeffs(coeffs, "[cA, cDn, …, cD1]").map((band, i) => readBand(band, `coeffs[${i}]`));
  const axis = checkedAxis(options.axis ?? -1, firstPresent(read).shape.length);
  const x = recompose(read, bank, mode, axis);
  return writeSignal<S>(read.length === 1 ? copyOf(x) : x);
}

/** Several levels along one axis: the approximation, then the details from coarse to fine. Of 0 levels: x itself. */
export function decompose(x: Dense, bank: FilterBank, mode: Mode, level: number, axis: number): Dense[] {
  const coeffs = [x];
  for (let i = 0; i < level; i++) {
    const approximation = coeffs[0]!;
    coeffs.splice(0, 1, ...split(approximation, bank, mode, axis));
    if (i > 0) discard(approximation);
  }
  return coeffs;
}

/** The inverse of `decompose`; bands that are missing stand for zeros. */
export function recompose(
  coeffs: readonly (Dense | undefined)[],
  bank: FilterBank,
  mode: Mode,
  axis: number,
): Dense {
  let [x, ...details] = coeffs;
  for (const [i, detail] of details.entries()) {
    const made = x;
    if (x !== undefined && detail !== undefined) x = fitted(x, detail.shape, [axis], details.length - i);
    x = join(x, detail, bank, mode, axis);
    if (i > 0 && made !== undefined) discard(made);
  }
  return somePresent(x);
}

/**
 * An approximation for details of the given shape. Synthesis gives an even number of samples, so that along the
 * axes of the transform it may have one too many.
 */
export function fitted(
  approximation: Dense,
  shape: readonly number[],
  axes: readonly number[],
  level: number,
): Dense {
  let fit = approximation;
  if (shape.length === fit.shape.length) {
    for (const axis of axes) {
      if (fit.shape[axis] === shape[axis]! + 1) fit = sliceAlong(fit, axis, 0, shape[axis]!);
    }
  }
  if (fit.shape.join() === shape.join()) return fit;
  throw new WaveletError(
    `the details of level ${level} have shape [${shape.join(", ")}], which the approximation there must have too or exceed by 1 along the axes of the transform; it has [${approximation.shape.join(", ")}]`,
    "shape",
  );
}

export function somePresent(band: Dense | undefined): Dense {
  if (band !== undefined) return band;
  throw new WaveletError("give at least one band of coefficients; all are missing", "data");
}

/** The first band that is there: all have its number of dimensions. */
export function firstPresent(bands: readonly (Dense | undefined)[]): Dense {
  return somePresent(bands.find((band) => band !== undefined));
}

/** A list with an approximation and perhaps details. */
export function checkedCoeffs<T extends readonly unknown[]>(coeffs: T, layout: string): T {
  if (Array.isArray(coeffs) && coeffs.length > 0) return coeffs;
  throw new WaveletError(
    `coeffs must be a list ${layout}; got ${Array.isArray(coeffs) ? "an empty one" : shown(coeffs)}`,
    "data",
  );
}
