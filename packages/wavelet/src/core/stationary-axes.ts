import { WaveletError } from "../errors";
import { warn } from "../warn";
import type { SomeBands } from "./bands";
import type { DenseBands, Separable } from "./dwtn";
import { joinEach, splitEach } from "./each-axis";
import { analysisFilters, type FilterBank, synthesisFilters } from "./filter-bank";
import { checkedLength } from "./lengths";
import type { Dense } from "./signal";
import { joinStationary, splitStationary } from "./stationary-level";

/** Stationary levels over several axes, coarse first; each has all its bands, of the shape of x. */
export function decomposeStationary(
  x: Dense,
  { banks, axes }: Separable,
  level: number,
  startLevel: number,
): DenseBands[] {
  const levels: DenseBands[] = [];
  let approximation = x;
  for (let j = startLevel; j < startLevel + level; j++) {
    const bands = splitEach(approximation, axes.length, (band, i) =>
      splitStationary(band, banks[i]!, axes[i]!, 2 ** j),
    );
    levels.unshift(bands);
    approximation = bands[lowest(axes)]!;
  }
  return levels;
}

/** The coarsest approximation, then the details of every level, coarse first. Of 0 levels: x itself. */
export function trimmedStationary(
  x: Dense,
  separable: Separable,
  level: number,
  startLevel: number,
): [cA: Dense, ...details: DenseBands[]] {
  const low = lowest(separable.axes);
  const levels = decomposeStationary(x, separable, level, startLevel);
  return [levels[0]?.[low] ?? x, ...levels.map(({ [low]: _, ...details }) => details)];
}

/**
 * The inverse of `decomposeStationary` that starts at level 0, from the coarsest approximation and the details of
 * every level; approximations among these are not read.
 */
export function recomposeStationary(
  approximation: Dense | undefined,
  details: readonly SomeBands[],
  { banks, axes }: Separable,
): Dense | undefined {
  let x = approximation;
  for (const [done, bands] of details.entries()) {
    const step = 2 ** (details.length - 1 - done);
    x = joinEach({ ...bands, [lowest(axes)]: x }, axes.length, (lo, hi, i) =>
      joinStationary(lo, hi, banks[i]!, axes[i]!, step),
    );
  }
  return x;
}

/** The key of the approximation. */
function lowest(axes: readonly number[]): string {
  return "a".repeat(axes.length);
}

/** How often 2 divides the length. */
export function deepestStationaryLevel(length: number): number {
  let level = 0;
  while (length % 2 ** (level + 1) === 0) level++;
  return level;
}

/** The levels that a stationary transform is to make, checked against the lengths of the axes. */
export function checkedDepth(
  options: { readonly level?: unknown; readonly startLevel?: unknown },
  least: 0 | 1,
  shape: readonly number[],
  axes: readonly number[],
): { level: number; startLevel: number } {
  const level = checkedLength(options.level, "level", least);
  const startLevel = checkedLength(options.startLevel ?? 0, "startLevel", 0);
  if (level > 0) for (const axis of axes) checkDepth(shape[axis]!, axis, level, startLevel);
  return { level, startLevel };
}

function checkDepth(length: number, axis: number, level: number, startLevel: number): void {
  const deepest = deepestStationaryLevel(length);
  if (startLevel + level <= deepest) return;
  const along = `along axis ${axis}, whose length is ${length}`;
  if (deepest === 0) throw new WaveletError(`a stationary transform needs an even length ${along}`, "length");
  if (startLevel >= deepest) {
    throw new WaveletError(`startLevel must be less than ${deepest} ${along}; got ${startLevel}`, "length");
  }
  throw new WaveletError(
    `level must be at most ${deepest - startLevel} ${along}, from startLevel ${startLevel}; got ${level}`,
    "length",
  );
}

/** Refuses coefficients of more levels than their length can have. */
export function checkLevels(levels: number, shape: readonly number[], axes: readonly number[]): void {
  for (const axis of axes) {
    if (shape[axis]! % 2 ** levels === 0) continue;
    throw new WaveletError(
      `coefficients of ${levels} levels need a length that is a multiple of ${2 ** levels} along axis ${axis}, got ${shape[axis]}`,
      "shape",
    );
  }
}

/** The filters of a forward transform: divided by √2 if `norm`. */
export function forwardFilters(separable: Separable, norm = false): Separable {
  if (!norm) return separable;
  if (!separable.banks.every(isOrthogonal)) {
    warn(
      "norm is true, but the wavelet is not orthogonal: the coefficients will not have the energy of the data",
    );
  }
  return scaled(separable, 1 / Math.SQRT2);
}

/** The filters of the inverse: times √2 if `norm`. */
export function inverseFilters(separable: Separable, norm = false): Separable {
  return norm ? scaled(separable, Math.SQRT2) : separable;
}

/** As a named wavelet says of itself; a bank that does not say is none. */
function isOrthogonal(bank: FilterBank): boolean {
  return "orthogonal" in bank && bank.orthogonal === true;
}

function scaled({ banks, ...others }: Separable, by: number): Separable {
  const scale = (taps: ArrayLike<number>) => Float64Array.from(taps, (tap) => tap * by);
  return {
    ...others,
    banks: banks.map((bank) => {
      // Both refuse taps that are no numbers, which NaN would hide.
      analysisFilters(bank);
      synthesisFilters(bank);
      const { decLo, decHi, recLo, recHi } = bank;
      return { decLo: scale(decLo), decHi: scale(decHi), recLo: scale(recLo), recHi: scale(recHi) };
    }),
  };
}
