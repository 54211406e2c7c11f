import { checkedSize, type MatrixShape } from "./coordinate-set";
import { SparseError } from "./errors";
import type { SelectionOptions } from "./score-coordinates";
import { asScores, type Scores } from "./scores";
import { checkRanked, eachSelected, findThreshold } from "./select";

/** What matrices weigh when a total is shared out over them. */
const weighings = {
  /** All the same. */
  uniform: () => 1,
  /** Their sizes: one density everywhere. */
  proportional: ([rows, columns]) => rows * columns,
  /** rows + columns, the Erdős–Rényi rule of sparse training: small matrices stay denser (SET, RigL). */
  erdosRenyi: ([rows, columns]) => rows + columns,
} satisfies Record<string, (shape: MatrixShape) => number>;

/**
 * Exactly `total` entries shared out over matrices: each gets between 1 and all of its entries, otherwise in
 * proportion to its weight. What rounding leaves goes to the largest fractions, of equal ones to the first.
 *
 * @param by `proportional` to the sizes, `uniform`, `erdosRenyi` (rows + columns), or one positive weight a matrix
 * @throws SparseError when the total is below the number of matrices or above that of their entries
 */
export function totalBudget(
  shapes: readonly MatrixShape[],
  total: number,
  by: keyof typeof weighings | readonly number[] = "proportional",
): number[] {
  const sizes = shapes.map(checkedSize);
  checkTotal(total, sizes, 1);
  return rounded(shares(sizes, weightsOf(shapes, by), total), total);
}

export interface GlobalBudgetOptions extends SelectionOptions {
  /** The fewest entries that a matrix gets, 1 when left out, so that none is cut off (0 allows that). */
  readonly atLeast?: number;
}

/**
 * How many of the `total` best scores of all matrices together fall to each: global pruning. The coordinates are
 * `scoreCoordinates(scores[l], shapes[l], budget[l], …)`. Of equal scores those of the first matrix are taken.
 *
 * @param scores of each matrix: an array, or what `scoreOf` gives
 * @throws SparseError when the total does not fit, or a score is NaN
 */
export function globalBudget(
  scores: readonly (Scores | ArrayLike<number>)[],
  total: number,
  { largest = true, atLeast = 1 }: GlobalBudgetOptions = {},
): number[] {
  const sources = scores.map(checkedScores);
  if (!Number.isSafeInteger(atLeast) || atLeast < 0) {
    throw new SparseError(`sparse: atLeast must be an integer from 0 on, got ${atLeast}`, "count");
  }
  const sizes = sources.map((source) => source.length);
  checkTotal(total, sizes, atLeast);
  // Raising a matrix to its least takes from the others, which may bring one of them below its own.
  const counts = sizes.map((size) => Math.min(size, atLeast));
  let open = sources.map((_, l) => l);
  for (;;) {
    const taken = counts.reduce((sum, count, l) => (open.includes(l) ? sum : sum + count), 0);
    const found = countSelected(
      open.map((l) => sources[l]!),
      total - taken,
      largest,
    );
    const short = open.filter((l, at) => found[at]! < counts[l]!);
    if (short.length === 0) {
      open.forEach((l, at) => {
        counts[l] = found[at]!;
      });
      return counts;
    }
    open = open.filter((l) => !short.includes(l));
  }
}

/** A NaN among the scores of many matrices is told with its matrix. */
function checkedScores(given: Scores | ArrayLike<number>, l: number): Scores {
  const scores = asScores(given);
  const read = (start: number, out: Float64Array): void => {
    scores.read(start, out);
    checkRanked(out, start, ` of matrix ${l}`);
  };
  return { length: scores.length, read };
}

function countSelected(sources: readonly Scores[], total: number, largest: boolean): number[] {
  if (total === 0) return sources.map(() => 0);
  let threshold = findThreshold(sources, total, largest);
  return sources.map((source) => {
    let count = 0;
    threshold = eachSelected(source, threshold, largest, () => {
      count++;
    });
    return count;
  });
}

function checkTotal(total: number, sizes: readonly number[], atLeast: number): void {
  const least = sizes.reduce((sum, size) => sum + Math.min(size, atLeast), 0);
  const most = sizes.reduce((sum, size) => sum + size, 0);
  if (!Number.isSafeInteger(total) || total < least || total > most) {
    throw new SparseError(
      `sparse: ${sizes.length} matrices share a total of ${least} to ${most} entries, got ${total}`,
      "count",
    );
  }
}

function weightsOf(shapes: readonly MatrixShape[], by: keyof typeof weighings | readonly number[]): number[] {
  if (typeof by === "string") {
    if (Object.hasOwn(weighings, by)) return shapes.map(weighings[by]);
    throw new SparseError(
      `sparse: a total is shared by ${Object.keys(weighings).join(", ")} or weights of your own, not by "${by}"`,
      "name",
    );
  }
  if (by.length !== shapes.length || !by.every((weight) => weight > 0 && Number.isFinite(weight))) {
    throw new SparseError(
      `sparse: ${shapes.length} matrices need as many positive weights, got [${by.join(", ")}]`,
      "count",
    );
  }
  return [...by];
}

/**
 * x_l = clamp(λ · w_l, 1, size_l) with Σ x = total. Those past the bound that is violated more are fixed there and
 * λ is found again for the rest: each round fixes one at least, and none wrongly.
 */
function shares(sizes: readonly number[], weights: readonly number[], total: number): number[] {
  const result = sizes.map(() => Number.NaN);
  let open = sizes.map((_, l) => l);
  let rest = total;
  while (open.length > 0) {
    const factor = rest / open.reduce((sum, l) => sum + weights[l]!, 0);
    const wanted = (l: number): number => factor * weights[l]!;
    const bounded = (l: number): number => Math.min(Math.max(wanted(l), 1), sizes[l]!);
    const violation = open.reduce((sum, l) => sum + bounded(l) - wanted(l), 0);
    const fixed = open.filter((l) => {
      const change = bounded(l) - wanted(l);
      return violation > 0 ? change > 0 : violation < 0 ? change < 0 : true;
    });
    for (const l of fixed) {
      result[l] = bounded(l);
      rest -= result[l]!;
    }
    open = open.filter((l) => !fixed.includes(l));
  }
  return result;
}

function rounded(real: readonly number[], total: number): number[] {
  const counts = real.map(Math.floor);
  const left = total - counts.reduce((sum, count) => sum + count, 0);
  const fraction = (l: number): number => real[l]! - counts[l]!;
  const byFraction = real.map((_, l) => l).sort((a, b) => fraction(b) - fraction(a));
  for (const l of byFraction.slice(0, left)) counts[l]!++;
  return counts;
}
