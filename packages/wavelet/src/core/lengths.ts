import { shown, WaveletError } from "../errors";
import type { Mode } from "./modes";

/** Coefficients per band of one level: ⌊(n + F − 1) / 2⌋, with periodization ⌈n / 2⌉. */
export function coefficientLength(dataLength: number, filterLength: number, mode: Mode): number {
  return mode === "periodization"
    ? Math.ceil(dataLength / 2)
    : Math.floor((dataLength + filterLength - 1) / 2);
}

/** Samples that one level gives back: 2L − F + 2, with periodization 2L. */
export function signalLength(coefficients: number, filterLength: number, mode: Mode): number {
  return mode === "periodization" ? 2 * coefficients : 2 * coefficients - filterLength + 2;
}

/** The deepest level at which a coefficient is still free of the borders: ⌊log2(n / (F − 1))⌋, at least 0. */
export function deepestLevel(dataLength: number, filterLength: number): number {
  let level = 0;
  while ((filterLength - 1) * 2 ** (level + 1) <= dataLength) level++;
  return level;
}

export function checkedLength(value: unknown, what: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new WaveletError(`${what} must be an integer from ${least} on, got ${shown(value)}`, "length");
}
