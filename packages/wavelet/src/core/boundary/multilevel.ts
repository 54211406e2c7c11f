import type { SomeBands } from "../bands";
import type { DenseBands, Separable } from "../dwtn";
import { joinEach, splitEach } from "../each-axis";
import { filterLength } from "../filter-bank";
import { checkSameShape } from "../level";
import { fitted, somePresent } from "../multilevel";
import type { Dense } from "../signal";
import { copyOf } from "../slices";
import { checkedBoundaryLevel, deepestBoundaryLevel, trimmed } from "./lengths";
import { joinBoundary, splitBoundary } from "./level";

/** Along which axes and with which wavelet each; the lists are parallel. */
export type BoundaryAxes = Omit<Separable, "modes">;

/** The approximation, then the other bands of each level from coarse to fine. */
export function decomposeBoundary(
  x: Dense,
  { banks, axes }: BoundaryAxes,
  wanted: unknown,
): [cA: Dense, ...details: DenseBands[]] {
  const deepest = Math.min(
    ...axes.map((axis, i) => deepestBoundaryLevel(x.shape[axis]!, filterLength(banks[i]!))),
  );
  const level = checkedBoundaryLevel(wanted, deepest);
  const lowest = "a".repeat(axes.length);
  const details: DenseBands[] = [];
  let approximation = level === 0 ? copyOf(x) : x;
  for (let i = 0; i < level; i++) {
    const { [lowest]: low, ...bands } = splitEach(approximation, axes.length, (band, k) =>
      splitBoundary(band, banks[k]!, axes[k]!),
    );
    approximation = low!;
    details.unshift(bands);
  }
  return [approximation, ...details];
}

/** The inverse; bands that are missing stand for zeros. `lengths` are the signal's along the axes, if known. */
export function recomposeBoundary(
  [cA, ...details]: readonly [cA: Dense | undefined, ...details: SomeBands[]],
  { banks, axes }: BoundaryAxes,
  lengths: readonly unknown[],
): Dense {
  const lowest = "a".repeat(axes.length);
  let x = details.length === 0 ? copyOf(somePresent(cA)) : cA;
  for (const [i, bands] of details.entries()) {
    const level = details.length - i;
    if (Object.values(bands).some((band) => band !== undefined)) {
      const { shape } = checkSameShape(bands, `the details of level ${level}`);
      if (x !== undefined) x = fitted(x, shape, axes, level);
    }
    x = joinEach({ ...bands, [lowest]: x }, axes.length, (lo, hi, k) =>
      joinBoundary(lo, hi, banks[k]!, axes[k]!),
    );
  }
  return axes.reduce(
    (signal, axis, k) => trimmed(signal, axis, lengths[k], details.length > 0),
    somePresent(x),
  );
}
