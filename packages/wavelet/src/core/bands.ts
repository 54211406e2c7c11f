import { shown, WaveletError } from "../errors";
import { readBand } from "./dwt";
import type { DenseBands } from "./dwtn";
import { type Dense, type Transformed, writeSignal } from "./signal";

/** Bands of which those that are missing stand for zeros. */
export type SomeBands = Readonly<Record<string, Dense | undefined>>;

/** What the keys of a record of bands may be; `rule` says it in errors. */
export interface BandNames {
  readonly rule: string;
  allow(key: string): boolean;
}

/** Reads a record of bands. `what` names it in errors. */
export function readBands(bands: unknown, { rule, allow }: BandNames, what: string): SomeBands {
  if (typeof bands !== "object" || bands === null || Array.isArray(bands)) {
    throw new WaveletError(`${what} must be an object of bands with ${rule}; got ${shown(bands)}`, "data");
  }
  const entries = Object.entries(bands).map(([key, band]) => {
    if (!allow(key)) throw new WaveletError(`${what} has a key ${shown(key)}, not ${rule}`, "data");
    return [key, readBand(band, `${what}.${key}`)] as const;
  });
  return Object.fromEntries(entries);
}

export function writeBands<S>(bands: DenseBands): Record<string, Transformed<S>> {
  return Object.fromEntries(Object.entries(bands).map(([key, band]) => [key, writeSignal<S>(band)]));
}

/** Keys of that many letters, all but the lowest band's if that is `apart`. */
export function letterNames(letters: number, apart = false): BandNames {
  const lowest = "a".repeat(letters);
  return {
    rule: `keys of ${letters} ${letters === 1 ? "letter" : "letters"} a or d, one per axis${apart ? `, but "${lowest}", which comes first in coeffs` : ""}`,
    allow: (key) => key.length === letters && /^[ad]*$/.test(key) && !(apart && key === lowest),
  };
}
