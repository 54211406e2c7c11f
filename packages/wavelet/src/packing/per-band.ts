import { letterNames } from "../core/bands";
import type { Details2 } from "../core/wavedec2";
import { shown, WaveletError } from "../errors";

/**
 * What is known of each band of several levels, coarse first: of the approximation, then of the details of each level
 * by the keys of `wavedecn` ("d" over one axis, "ad", "da" and "dd" over two: cH is "da" and cV "ad"), whatever the
 * form of the coefficients.
 */
export type PerBand<T> = [approximation: T, ...details: Readonly<Record<string, T>>[]];

export type ReadonlyPerBand<T> = Readonly<PerBand<T>>;

/**
 * A list with one entry for the approximation and one for each level of details. The details may be a single item
 * (`wavedec`), `{ cH, cV, cD }` (`wavedec2`) or keyed by letters (`wavedecn`).
 *
 * @param what names the list in errors
 */
export function perBand(list: unknown, what: string): ReadonlyPerBand<unknown> {
  if (!Array.isArray(list) || list.length === 0) {
    const got = Array.isArray(list) ? "an empty one" : shown(list);
    throw new WaveletError(`${what} must be a list [approximation, details, …]; got ${got}`, "data");
  }
  const [approximation, ...details] = list as [unknown, ...unknown[]];
  return [approximation, ...details.map(byKey)];
}

/** All items as `convert` makes them of an item, its place in the list and its key ("" for the approximation). */
export function mapBands<T, U>(
  [approximation, ...details]: ReadonlyPerBand<T>,
  convert: (item: T, level: number, key: string) => U,
): PerBand<U> {
  const level = (bands: Readonly<Record<string, T>>, i: number) =>
    Object.fromEntries(Object.entries(bands).map(([key, item]) => [key, convert(item, i + 1, key)]));
  return [convert(approximation, 0, ""), ...details.map(level)];
}

export function bandAt<T>(
  [approximation, ...details]: ReadonlyPerBand<T>,
  level: number,
  key: string,
): T | undefined {
  return level === 0 ? approximation : details[level - 1]?.[key];
}

/** How a band is called in errors. */
export function bandName(list: string, level: number, key: string): string {
  return level === 0 ? `${list}[0]` : `${list}[${level}].${key}`;
}

/** How many axes were transformed: the letters of the keys, which must be as many everywhere. None without details. */
export function checkedLetters([, ...details]: ReadonlyPerBand<unknown>, what: string): number | undefined {
  const letters = details.flatMap(Object.keys)[0]?.length;
  if (letters === undefined) return undefined;
  const names = letterNames(letters, true);
  for (const [i, bands] of details.entries()) {
    const wrong = Object.keys(bands).find((key) => !names.allow(key));
    if (wrong !== undefined) {
      throw new WaveletError(`${what}[${i + 1}] has a key ${shown(wrong)}, not ${names.rule}`, "data");
    }
  }
  return letters;
}

const keyed2: readonly (readonly [string, keyof Details2<unknown>])[] = [
  ["ad", "cV"],
  ["da", "cH"],
  ["dd", "cD"],
];

/** The items of one level by the letters of `wavedecn`. */
function byKey(details: unknown): Readonly<Record<string, unknown>> {
  if (typeof details !== "object" || details === null) return { d: details };
  if (Array.isArray(details) || ArrayBuffer.isView(details)) return { d: details };
  if (keyed2.some(([, name]) => name in details)) {
    const bands = details as Partial<Details2<unknown>>;
    return Object.fromEntries(keyed2.map(([key, name]) => [key, bands[name]]));
  }
  const keys = Object.keys(details);
  return keys.every((key) => /^[ad]+$/.test(key)) ? { ...details } : { d: details };
}
