import { SparseError } from "./errors";

/**
 * Numbers that rank the entries of a matrix, row-major, read in pieces: selecting by them takes no array of them.
 * A plain array of scores does wherever `Scores` are taken; write your own `read` for other formulas.
 */
export interface Scores {
  readonly length: number;
  /** Fills `out` with the scores from `start` on. */
  read(start: number, out: Float64Array): void;
}

/** What a score is computed of: flat arrays of one length. */
export interface ScoreInputs {
  readonly magnitude: { readonly weight: ArrayLike<number> };
  readonly gradient: { readonly gradient: ArrayLike<number> };
  readonly fisher: { readonly gradient: ArrayLike<number> };
  readonly snip: { readonly weight: ArrayLike<number>; readonly gradient: ArrayLike<number> };
  readonly movement: { readonly weight: ArrayLike<number>; readonly gradient: ArrayLike<number> };
}

export type ScoreName = keyof ScoreInputs;

type Reader = (
  start: number,
  out: Float64Array,
  weight: ArrayLike<number>,
  gradient: ArrayLike<number>,
) => void;

// Each formula has a loop of its own: a call per entry would cost more than the formula.
const formulas = {
  // |w|
  magnitude: (start, out, w) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(w[start + i]!);
  },
  // |g|
  gradient: (start, out, _, g) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(g[start + i]!);
  },
  // g²
  fisher: (start, out, _, g) => {
    for (let i = 0; i < out.length; i++) out[i] = g[start + i]! ** 2;
  },
  // |w·g|
  snip: (start, out, w, g) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(w[start + i]! * g[start + i]!);
  },
  // −w·g
  movement: (start, out, w, g) => {
    for (let i = 0; i < out.length; i++) out[i] = -w[start + i]! * g[start + i]!;
  },
} satisfies Record<ScoreName, Reader>;

const needs: Record<ScoreName, readonly ("weight" | "gradient")[]> = {
  magnitude: ["weight"],
  gradient: ["gradient"],
  fisher: ["gradient"],
  snip: ["weight", "gradient"],
  movement: ["weight", "gradient"],
};

/**
 * Scores by name, computed in double precision as they are read:
 *
 * - `magnitude` |w|
 * - `gradient` |g|, as RigL grows connections
 * - `snip` |w·g|, connection sensitivity (Lee et al., 2019); over several batches give the summed gradient
 * - `fisher` g², the diagonal of the empirical Fisher information (FISH masks, Sung et al., 2021); add up examples
 *   with `addScore`
 * - `movement` −w·g, large where training moves weights away from zero (Sanh et al., 2020); add up steps with
 *   `addScore`
 *
 * @throws SparseError for an unknown name, an array that is missing, or arrays of different lengths
 */
export function scoreOf<N extends ScoreName>(name: N, inputs: ScoreInputs[N]): Scores {
  if (!Object.hasOwn(formulas, name)) {
    throw new SparseError(
      `sparse: no score "${name}"; there are ${Object.keys(formulas).join(", ")}, and arrays of your own`,
      "name",
    );
  }
  const given = inputs as Partial<Record<"weight" | "gradient", ArrayLike<number>>>;
  const arrays = needs[name].map((input) => {
    const array = given[input];
    if (array === undefined) {
      throw new SparseError(`sparse: the score ${name} needs the ${needs[name].join(" and the ")}`, "values");
    }
    return array;
  });
  const { length } = arrays[0]!;
  if (arrays.some((array) => array.length !== length)) {
    throw new SparseError(
      `sparse: weight and gradient must be of one length, got ${arrays.map((array) => array.length).join(" and ")}`,
      "shape",
    );
  }
  const read: Reader = formulas[name];
  // A formula that does not need one of the two never looks at it.
  const weight = given.weight ?? [];
  const gradient = given.gradient ?? [];
  return { length, read: (start, out) => read(start, out, weight, gradient) };
}

/**
 * sums[i] += score of entry i: accumulates `fisher` over examples or `movement` over steps.
 *
 * @returns `sums`
 * @throws SparseError as `scoreOf` does, and when `sums` is of another length
 */
export function addScore<N extends ScoreName, D extends Float32Array | Float64Array>(
  sums: D,
  name: N,
  inputs: ScoreInputs[N],
): D {
  const scores = scoreOf(name, inputs);
  if (sums.length !== scores.length) {
    throw new SparseError(
      `sparse: ${scores.length} scores cannot be added to ${sums.length} sums; give one sum for each`,
      "shape",
    );
  }
  eachPiece(scores, (piece, start) => {
    for (let i = 0; i < piece.length; i++) sums[start + i]! += piece[i]!;
  });
  return sums;
}

export function asScores(scores: Scores | ArrayLike<number>): Scores {
  if ("read" in scores && typeof scores.read === "function") return scores as Scores;
  const array = scores as ArrayLike<number>;
  return {
    length: array.length,
    read: (start, out) => {
      for (let i = 0; i < out.length; i++) out[i] = array[start + i]!;
    },
  };
}

/** Small enough for the first cache, large enough that a piece's overhead does not show. */
const pieceLength = 2048;

/** Calls back with the scores, piece after piece, in a buffer that the next piece overwrites. */
export function eachPiece(scores: Scores, visit: (piece: Float64Array, start: number) => void): void {
  const buffer = new Float64Array(Math.min(pieceLength, scores.length));
  for (let start = 0; start < scores.length; start += pieceLength) {
    const left = scores.length - start;
    const piece = left < buffer.length ? buffer.subarray(0, left) : buffer;
    scores.read(start, piece);
    visit(piece, start);
  }
}
