import { type BandNames, letterNames, readBands, type SomeBands } from "./bands";
import { readBand } from "./dwt";
import type { Separable } from "./dwtn";
import { checkSameShape } from "./level";
import { checkedCoeffs, somePresent } from "./multilevel";
import type { Dense } from "./signal";
import { copyOf } from "./slices";
import { checkLevels, inverseFilters, recomposeStationary } from "./stationary-axes";

/** How a caller writes the levels of a transform. */
export interface LevelForm {
  /** What the bands of a level may be called. */
  readonly names: BandNames;
  /** The key (a letter per axis) of the band called so. */
  keyOf(name: string): string;
  /** Whether trimmed levels, of one detail each, are that array and no object. */
  readonly bare: boolean;
}

export const levels1 = named({ cA: "a", cD: "d" }, true);
export const levels2 = named({ cA: "aa", cH: "da", cV: "ad", cD: "dd" });

/** Bands called by their keys. */
export function levelsN(axes: number): LevelForm {
  return { names: letterNames(axes), keyOf: (name) => name, bare: false };
}

function named(keys: Readonly<Record<string, string>>, bare = false): LevelForm {
  const rule = `the keys ${Object.keys(keys).join(", ")}`;
  return { names: { rule, allow: (name) => Object.hasOwn(keys, name) }, keyOf: (name) => keys[name]!, bare };
}

/** The coarsest approximation, and the details of every level, coarse first; all of one shape. */
export interface ReadLevels {
  readonly approximation: Dense | undefined;
  readonly details: readonly SomeBands[];
  readonly shape: readonly number[];
}

/** Reads levels with all approximations or, trimmed, with the coarsest only. */
export function readLevels(coeffs: readonly unknown[], form: LevelForm): ReadLevels {
  const [first] = checkedCoeffs(coeffs, "of levels, coarse first");
  if (!isLevel(first, form)) return readTrimmed(coeffs, form);
  const details = coeffs.map((level, i) => readLevel(level, `coeffs[${i}]`, form));
  const lowest = Object.keys(details[0]!).find(isLow);
  return checkedLevels(lowest === undefined ? undefined : details[0]![lowest], details);
}

/** Reads the coarsest approximation, followed by the details of every level. */
export function readTrimmed(coeffs: readonly unknown[], form: LevelForm): ReadLevels {
  const [first, ...rest] = checkedCoeffs(coeffs, "of an approximation and details, coarse first");
  const details = rest.map((level, i) => {
    const what = `coeffs[${i + 1}]`;
    return form.bare ? { d: readBand(level, what) } : readLevel(level, what, form);
  });
  return checkedLevels(readBand(first, "coeffs[0]"), details);
}

function isLevel(value: unknown, { names }: LevelForm): boolean {
  return namesIn(value).some((name) => names.allow(name));
}

/** What is named in an object; in arrays, nothing is. */
function namesIn(value: unknown): string[] {
  const unnamed =
    typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value);
  return unnamed ? [] : Object.keys(value);
}

/** How many axes the keys of levels speak of; 0 if there are none. */
export function lettersOf(coeffs: readonly unknown[]): number {
  if (!Array.isArray(coeffs)) return 0;
  const finest = coeffs.findLast((level) => namesIn(level).some(isKey));
  return namesIn(finest).find(isKey)?.length ?? 0;
}

function isKey(name: string): boolean {
  return /^[ad]+$/.test(name);
}

function readLevel(level: unknown, what: string, { names, keyOf }: LevelForm): SomeBands {
  const bands = readBands(level, names, what);
  return Object.fromEntries(Object.entries(bands).map(([name, band]) => [keyOf(name), band]));
}

function isLow(key: string): boolean {
  return !key.includes("d");
}

function checkedLevels(approximation: Dense | undefined, details: readonly SomeBands[]): ReadLevels {
  const read = details.flatMap((bands, i) =>
    Object.keys(bands).flatMap((key) =>
      isLow(key) ? [] : [[`${key} of level ${details.length - i}`, bands[key]]],
    ),
  );
  const all: SomeBands = { "the approximation": approximation, ...Object.fromEntries(read) };
  return { approximation, details, shape: checkSameShape(all, "the coefficients").shape };
}

/** The data of these coefficients. */
export function recomposeLevels(
  { approximation, details, shape }: ReadLevels,
  separable: Separable,
  norm: boolean | undefined,
): Dense {
  checkLevels(details.length, shape, separable.axes);
  const x = somePresent(recomposeStationary(approximation, details, inverseFilters(separable, norm)));
  return details.length === 0 ? copyOf(x) : x;
}
