import { type CoordinateSet, checkDense, checkedSize, type MatrixShape, trustedSet } from "./coordinate-set";
import { SparseError } from "./errors";
import { asScores, eachPiece, type Scores } from "./scores";

/**
 * How many blocks there are down and across when a matrix is cut into b × c blocks from its first entry on. The
 * last ones are smaller where the block does not divide the shape. Draw or select blocks as places of this grid.
 */
export function blockGrid(shape: MatrixShape, block: MatrixShape): [down: number, across: number] {
  checkedSize(shape);
  checkedSize(block);
  if (block[0] > shape[0] || block[1] > shape[1]) {
    throw new SparseError(
      `sparse: a ${block.join("×")} block is larger than the ${shape.join("×")} matrix; give a smaller one`,
      "shape",
    );
  }
  return [Math.ceil(shape[0] / block[0]), Math.ceil(shape[1] / block[1])];
}

/**
 * All entries of the given blocks: block after block in their order, row-major within each, as block-sparse (BSR)
 * values lie. Blocks at the edges give the entries that they have.
 *
 * @param blocks places of `blockGrid(shape, block)`: `randomCoordinates(grid, count, seed)`,
 *   `scoreCoordinates(blockScores(…), grid, count)`, or any other set
 */
export function blockCoordinates(
  shape: MatrixShape,
  block: MatrixShape,
  blocks: CoordinateSet,
): CoordinateSet {
  const grid = blockGrid(shape, block);
  if (blocks.shape[0] !== grid[0] || blocks.shape[1] !== grid[1]) {
    throw new SparseError(
      `sparse: a ${shape.join("×")} matrix has ${grid.join("×")} blocks of ${block.join("×")}, the set is of ${blocks.shape.join("×")}`,
      "shape",
    );
  }
  const spans = Array.from(blocks.rows, (down, i) => span(shape, block, down, blocks.columns[i]!));
  const count = spans.reduce((sum, { height, width }) => sum + height * width, 0);
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  let n = 0;
  for (const { top, left, height, width } of spans) {
    for (let row = top; row < top + height; row++) {
      for (let column = left; column < left + width; column++) {
        rows[n] = row;
        columns[n++] = column;
      }
    }
  }
  return trustedSet(shape, rows, columns);
}

export interface BlockScoreOptions {
  /**
   * What a block's score is of its entries' scores. The mean, the default, ranks whole blocks as the sum does, and
   * is fair to the smaller ones at the edges.
   */
  readonly reduce?: "mean" | "sum" | "max";
}

/**
 * One score for each block, row-major over `blockGrid(shape, block)`, in double precision.
 *
 * @param scores row-major, one for each entry: an array, or what `scoreOf` gives
 */
export function blockScores(
  scores: Scores | ArrayLike<number>,
  shape: MatrixShape,
  block: MatrixShape,
  { reduce = "mean" }: BlockScoreOptions = {},
): Float64Array {
  checkDense("the scores", scores.length, shape);
  const [down, across] = blockGrid(shape, block);
  if (reduce !== "mean" && reduce !== "sum" && reduce !== "max") {
    throw new SparseError(`sparse: blocks are reduced by mean, sum or max, not by "${reduce}"`, "name");
  }
  const reduced = new Float64Array(down * across).fill(reduce === "max" ? Number.NEGATIVE_INFINITY : 0);
  const width = shape[1];
  eachPiece(asScores(scores), (piece, start) => {
    let row = Math.floor(start / width);
    let column = start - row * width;
    for (let i = 0; i < piece.length; i++) {
      const at = Math.floor(row / block[0]) * across + Math.floor(column / block[1]);
      reduced[at] = reduce === "max" ? Math.max(reduced[at]!, piece[i]!) : reduced[at]! + piece[i]!;
      if (++column === width) {
        column = 0;
        row++;
      }
    }
  });
  if (reduce !== "mean") return reduced;
  return reduced.map((sum, i) => {
    const { height, width } = span(shape, block, Math.floor(i / across), i % across);
    return sum / (height * width);
  });
}

function span([rows, columns]: MatrixShape, [b, c]: MatrixShape, down: number, across: number) {
  const top = down * b;
  const left = across * c;
  return { top, left, height: Math.min(b, rows - top), width: Math.min(c, columns - left) };
}
