import type { SomeBands } from "./bands";
import { type DenseBands, joinAxes, type Separable, splitAxes } from "./dwtn";
import { checkSameShape } from "./level";
import { fitted, somePresent } from "./multilevel";
import { type Dense, discard } from "./signal";

/**
 * Several levels along several axes: the approximation, then the other bands (ad, da, dd over two axes) from coarse
 * to fine. Of 0 levels: x itself.
 */
export function decomposeAxes(
  x: Dense,
  separable: Separable,
  level: number,
): [cA: Dense, ...details: DenseBands[]] {
  const lowest = "a".repeat(separable.axes.length);
  const details: DenseBands[] = [];
  let approximation = x;
  for (let i = 0; i < level; i++) {
    const { [lowest]: low, ...bands } = splitAxes(approximation, separable);
    if (i > 0) discard(approximation);
    approximation = low!;
    details.unshift(bands);
  }
  return [approximation, ...details];
}

/** The inverse of `decomposeAxes`. */
export function recomposeAxes(
  [cA, ...details]: readonly [cA: Dense | undefined, ...details: SomeBands[]],
  separable: Separable,
): Dense {
  const lowest = "a".repeat(separable.axes.length);
  let x = cA;
  for (const [i, bands] of details.entries()) {
    const made = x;
    const level = details.length - i;
    const given = Object.values(bands).some((band) => band !== undefined);
    if (given) {
      const { shape } = checkSameShape(bands, `the details of level ${level}`);
      if (x !== undefined) x = fitted(x, shape, separable.axes, level);
    }
    x = joinAxes({ ...bands, [lowest]: x }, separable);
    if (i > 0 && made !== undefined) discard(made);
  }
  return somePresent(x);
}
