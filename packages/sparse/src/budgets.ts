import { checkCount, checkedSize, type MatrixShape } from "./coordinates";
import { SparseError } from "./errors";

/** `nFrequency` coefficients for every matrix. */
export function uniformBudget(shapes: readonly MatrixShape[], nFrequency: number): number[] {
  return shapes.map((shape) => {
    checkedSize(shape);
    checkCount(nFrequency, shape);
    return nFrequency;
  });
}

/**
 * nFrequency · L coefficients shared out over L matrices by their sizes, at least one each, as PEFT rounds:
 * n_l = max(1, round(size_l / Σ size · nFrequency · L)), halves to even.
 *
 * @throws SparseError when a matrix would get more coefficients than it has entries
 */
export function proportionalBudget(shapes: readonly MatrixShape[], nFrequency: number): number[] {
  if (!Number.isSafeInteger(nFrequency) || nFrequency < 1) {
    throw new SparseError(`sparse: nFrequency must be an integer from 1 on, got ${nFrequency}`, "count");
  }
  const sizes = shapes.map(checkedSize);
  const sum = sizes.reduce((total, size) => total + size, 0);
  const budget = nFrequency * shapes.length;
  return shapes.map((shape, l) => {
    const count = Math.max(1, roundHalfEven((sizes[l]! / sum) * budget));
    checkCount(count, shape);
    return count;
  });
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
