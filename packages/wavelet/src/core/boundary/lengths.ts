import { shown, WaveletError } from "../../errors";
import { checkedLength } from "../lengths";
import type { Dense } from "../signal";
import { sliceAlong } from "../slices";

/** How many levels have a filter of F taps fit into what there is: n ≥ F, then ⌈n / 2⌉ ≥ F, … */
export function deepestBoundaryLevel(dataLength: number, filterLength: number): number {
  let level = 0;
  for (let n = dataLength; n >= filterLength; n = Math.ceil(n / 2)) level++;
  return level;
}

/** The level asked for, or the deepest. There is none beyond: a filter longer than the signal is cut off at both ends. */
export function checkedBoundaryLevel(level: unknown, deepest: number): number {
  const checked = checkedLength(level ?? deepest, "level", 0);
  if (checked <= deepest) return checked;
  throw new WaveletError(
    `level ${checked} is too deep: at level ${deepest + 1} the filter is longer than the signal; give at most ${deepest}`,
    "length",
  );
}

/** A reconstruction at the signal's own length, if that is known: what was `padded` may be odd. */
export function trimmed(x: Dense, axis: number, length: unknown, padded = true): Dense {
  if (length === undefined || length === null) return x;
  const longest = x.shape[axis]!;
  const allowed = padded ? [longest - 1, longest] : [longest];
  if (!allowed.some((one) => one === length)) {
    throw new WaveletError(
      `these coefficients come from ${allowed.join(" or ")} samples along axis ${axis}; got the length ${shown(length)}`,
      "length",
    );
  }
  return sliceAlong(x, axis, 0, length as number);
}
