import type { Choice } from "../../method";

/** What decides the cost of a layer's coefficients. */
export interface Size {
  readonly out: number;
  readonly width: number;
  readonly count: number;
  /** Filter length; 1 without the inverse transform. */
  readonly taps: number;
}

/** What costs least for so many tokens. Frozen (null), the merged weight is made once and costs nothing then. */
export const choose = ({ out, width, count, taps }: Size, tokens: number | null): Choice => {
  if (tokens === null) return { strategy: "merged", forward: "matrix", gradient: "product" };
  const entries = out * width;
  return {
    // Merged, the host writes about count · taps² entries at each step.
    strategy: count * taps * taps <= 4 * entries ? "merged" : "factored",
    forward: count * tokens > entries * 4 ? "matrix" : "product",
    gradient: count * tokens > entries * Math.min(tokens, 64) ? "matrix" : "product",
  };
};
