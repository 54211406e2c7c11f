import type { Choice } from "../../method";

/** What decides the cost of a layer's coefficients. */
export interface Size {
  readonly out: number;
  readonly width: number;
  readonly count: number;
  /** Filter length; 1 without the inverse transform. */
  readonly taps: number;
}

// Nanoseconds on two cores of a server processor with ONNX Runtime, measured by `pnpm bench peft`, which also shows
// that the choice is the fastest way, or near it. On other machines they differ together, more or less.

/** A multiply-add of a matrix product. */
const PRODUCT = 0.011;
/** One number of a sequence analysed or synthesised, in all, and for each tap. */
const FILTER = 0.5;
const TAP = 0.1;
/** A number gathered, multiplied and summed; and one that is multiplied and scattered. */
const SAMPLE = 0.5;
const SCATTER = 1.9;
/** One entry of a matrix made in the graph, beside its filtering. */
const ENTRY = 1;
/** On the host: one entry of one coefficient's square, and one entry set back and added. */
const HOST_TAP = 1.7;
const HOST_ENTRY = 3;

/** Batches of an update that comes in small launches have at least about so many. */
const TOKENS_OF_AN_UPDATE = 256;

/**
 * What costs least for so many tokens. The merged weight of frozen coefficients (null) is made once, and costs nothing
 * then.
 */
export const choose = (size: Size, tokens: number | null): Choice => {
  if (tokens === null) return { strategy: "merged", forward: "matrix", gradient: "product" };
  const { out, width, count, taps } = size;
  const entries = out * width;
  const filter = taps === 1 ? 0 : FILTER + TAP * taps;
  const sequences = tokens * (out + width) * filter;
  // Along both axes, forward and again backward.
  const matrix = entries * (4 * filter + ENTRY);
  const product = sequences + count * tokens * SCATTER;
  // The host's part is due once an update, however few tokens there are.
  const updates = product * Math.max(1, TOKENS_OF_AN_UPDATE / tokens);
  return {
    strategy: hostCost(size) <= Math.min(matrix, updates) ? "merged" : "factored",
    forward: matrix < product ? "matrix" : "product",
    gradient:
      entries * (tokens * PRODUCT + 2 * filter) < sequences + count * tokens * SAMPLE ? "matrix" : "product",
  };
};

/** The host writes a square of taps² entries for each coefficient, or transforms the whole matrix. */
const hostCost = ({ out, width, count, taps }: Size): number => {
  const entries = out * width;
  const squares = count * taps ** 2;
  const written = Math.min(squares, 2 * entries * taps) * HOST_TAP;
  return written + Math.min(squares, entries) * HOST_ENTRY;
};
