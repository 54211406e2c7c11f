import { checkCount, checkedSize, type MatrixShape } from "./coordinate-set";
import { SparseError } from "./errors";

// Every budget is a list of counts, one for each matrix in the order given: what coordinates are drawn or selected by.

/** `count` entries for every matrix. */
export function uniformBudget(shapes: readonly MatrixShape[], count: number): number[] {
  return shapes.map((shape) => {
    checkedSize(shape);
    checkCount(count, shape);
    return count;
  });
}

/**
 * count · L entries shared out over L matrices by their sizes, at least one each, as PEFT rounds:
 * n_l = max(1, round(size_l / Σ size · count · L)), halves to even. The sum may miss count · L by rounding;
 * `totalBudget` meets a sum exactly.
 *
 * @throws SparseError when a matrix would get more than it has entries
 */
export function proportionalBudget(shapes: readonly MatrixShape[], count: number): number[] {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new SparseError(`sparse: a count must be an integer from 1 on, got ${count}`, "count");
  }
  const sizes = shapes.map(checkedSize);
  const sum = sizes.reduce((total, size) => total + size, 0);
  const budget = count * shapes.length;
  return shapes.map((shape, l) => {
    const share = Math.max(1, roundHalfEven((sizes[l]! / sum) * budget));
    checkCount(share, shape);
    return share;
  });
}

/** A matrix by its name in the model, such as "decoder.layers.0.q_proj". */
export interface NamedShape {
  readonly name: string;
  readonly shape: MatrixShape;
}

/**
 * A count for each matrix by its name: that of the first pattern that matches the whole name or all of it behind
 * some dot, as PEFT's `n_frequency_pattern` and `rank_pattern` do, else `count`. A pattern is the text of a regular
 * expression; one that matches nothing has no effect.
 *
 * @param patterns in order of precedence: an object, or a Map (objects move keys such as "0" to the front)
 * @throws SparseError for an invalid pattern, or a count that does not fit its matrix
 */
export function patternBudget(
  parameters: readonly NamedShape[],
  patterns: ReadonlyMap<string, number> | Readonly<Record<string, number>>,
  count: number,
): number[] {
  const entries = patterns instanceof Map ? [...patterns] : Object.entries(patterns);
  const rules = entries.map(([pattern, value]) => ({
    matches: suffixPattern(pattern),
    value: value as number,
  }));
  return parameters.map(({ name, shape }) => {
    checkedSize(shape);
    const found = rules.find(({ matches }) => matches.test(name))?.value ?? count;
    checkCount(found, shape, `"${name}", a ${shape.join("×")} matrix,`);
    return found;
  });
}

function suffixPattern(pattern: string): RegExp {
  try {
    // On its own first: "a)|(b" would be valid only inside the group.
    new RegExp(pattern);
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
  } catch {
    throw new SparseError(`sparse: the pattern "${pattern}" is not a valid regular expression`, "name");
  }
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
