import type { Choice } from "../../method";

/** What decides the cost of a layer's coefficients. */
export interface Size {
  readonly out: number;
  readonly width: number;
  readonly count: number;
  /** Filter length; 1 without the inverse transform. */
  readonly taps: number;
}

// Nanoseconds on two cores of a server processor with ONNX Runtime. `pnpm bench peft --only strategies` measures every
// way beside the one that is chosen here. On other machines they differ together, more or less.

/** A multiply-add of a matrix product. */
const PRODUCT = 0.011;
/** One number of a sequence filtered, in all, and for each tap: in analysis, and in synthesis. */
const FILTER = 0.5;
const ANALYSIS_TAP = 0.12;
const SYNTHESIS_TAP = 0.07;
/** A number gathered, multiplied and summed; and one that is multiplied and scattered. */
const SAMPLE = 0.5;
const SCATTER = 1.9;
/** One entry, and one coefficient, of a matrix made in the graph, beside its filtering. */
const ENTRY = 3;
const COEFFICIENT = 20;
/** On the host: one coefficient, one entry of its square, and one entry set back and added. */
const HOST_COEFFICIENT = 20;
const HOST_TAP = 1;
const HOST_ENTRY = 2.5;

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
  const sequences = tokens * (out + width);
  const isDirect = taps === 1;
  const analysis = isDirect ? 0 : FILTER + ANALYSIS_TAP * taps;
  const synthesis = isDirect ? 0 : FILTER + SYNTHESIS_TAP * taps;
  // Along both axes, forward and again backward.
  const matrix = entries * (4 * synthesis + ENTRY) + count * COEFFICIENT;
  const product = sequences * synthesis + count * tokens * SCATTER;
  const matrixGradient = entries * (tokens * PRODUCT + 2 * analysis) + count * COEFFICIENT;
  const productGradient = sequences * analysis + count * tokens * SAMPLE;
  // The host's part is due once an update, however few tokens there are.
  const updates = product * Math.max(1, TOKENS_OF_AN_UPDATE / tokens);
  return {
    strategy: hostCost(size) <= Math.min(matrix, updates) ? "merged" : "factored",
    forward: matrix < product ? "matrix" : "product",
    gradient: matrixGradient < productGradient ? "matrix" : "product",
  };
};

/** The host writes a square of taps² entries for each coefficient, or transforms the whole matrix. */
const hostCost = ({ out, width, count, taps }: Size): number => {
  const entries = out * width;
  const squares = count * taps ** 2;
  return (
    count * HOST_COEFFICIENT +
    Math.min(squares, 2 * entries * taps) * HOST_TAP +
    Math.min(squares, entries) * HOST_ENTRY
  );
};
