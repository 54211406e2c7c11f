import { warn } from "../warn";
import type { Separable } from "./dwtn";
import { filterLength } from "./filter-bank";
import { checkedLength, deepestLevel } from "./lengths";

/** The level asked for, or the deepest useful one; a deeper one is done, but said. */
export function checkedLevel(level: unknown, deepest: number): number {
  const checked = checkedLength(level ?? deepest, "level", 0);
  if (checked > deepest) {
    warn(
      `level ${checked} is deeper than ${deepest}, the deepest useful one here: beyond it the borders reach every coefficient`,
    );
  }
  return checked;
}

/** The deepest level that is useful along every axis. */
export function deepestOver(shape: readonly number[], { banks, axes }: Separable): number {
  return Math.min(...axes.map((axis, i) => deepestLevel(shape[axis]!, filterLength(banks[i]!))));
}
