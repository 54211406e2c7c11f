import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integers, places, setOf, shapes, sizeOf } from "../test/arbitrary";
import {
  blockCoordinates,
  blockGrid,
  blockScores,
  coordinateSet,
  type MatrixShape,
  randomCoordinates,
  scoreCoordinates,
} from "./index";

const cut = shapes.chain((shape) =>
  fc
    .tuple(fc.integer({ min: 1, max: shape[0] }), fc.integer({ min: 1, max: shape[1] }))
    .map((block): [MatrixShape, MatrixShape] => [shape, block]),
);

const blockOf = (place: number, [, width]: MatrixShape, [b, c]: MatrixShape, across: number): number =>
  Math.floor(Math.floor(place / width) / b) * across + Math.floor((place % width) / c);

describe("blockCoordinates", () => {
  it("has all entries of the blocks and no others, block after block, row-major within", () => {
    fc.assert(
      fc.property(
        cut.chain(([shape, block]) =>
          fc.tuple(fc.constant([shape, block]), setOf(blockGrid(shape!, block!))),
        ),
        ([[shape, block], blocks]) => {
          const found = places(blockCoordinates(shape!, block!, blocks));
          const expected = places(blocks).flatMap((wanted) =>
            Array.from({ length: sizeOf(shape!) }, (_, place) => place).filter(
              (place) => blockOf(place, shape!, block!, blocks.shape[1]) === wanted,
            ),
          );
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it("cuts the blocks at the edges", () => {
    expect(blockGrid([5, 7], [2, 3])).toEqual([3, 3]);
    const corner = coordinateSet([3, 3], [2], [2]);
    expect(places(blockCoordinates([5, 7], [2, 3], corner))).toEqual([34]);
    const all = randomCoordinates([3, 3], 9, 5);
    expect(blockCoordinates([5, 7], [2, 3], all).count).toBe(35);
  });

  it("says which grid it wants", () => {
    expect(() => blockCoordinates([5, 7], [2, 3], randomCoordinates([5, 7], 2, 0))).toThrow(
      "a 5×7 matrix has 3×3 blocks of 2×3, the set is of 5×7",
    );
    expect(() => blockGrid([5, 7], [6, 1])).toThrow("a 6×1 block is larger than the 5×7 matrix");
    expect(() => blockGrid([5, 7], [0, 1])).toThrow(/two integers from 1/);
  });
});

describe("blockScores", () => {
  it("reduces the scores of each block", () => {
    fc.assert(
      fc.property(
        cut.chain(([shape, block]) => fc.tuple(fc.constant([shape, block]), integers(sizeOf(shape!)))),
        ([[shape, block], scores]) => {
          const [down, across] = blockGrid(shape!, block!);
          const groups: number[][] = Array.from({ length: down * across }, () => []);
          scores.forEach((score, place) => {
            groups[blockOf(place, shape!, block!, across)]!.push(score);
          });
          const sums = groups.map((group) => group.reduce((sum, score) => sum + score, 0));
          const means = sums.map((sum, i) => sum / groups[i]!.length);
          expect([...blockScores(scores, shape!, block!)]).toEqual(means);
          expect([...blockScores(scores, shape!, block!, { reduce: "mean" })]).toEqual(means);
          expect([...blockScores(scores, shape!, block!, { reduce: "sum" })]).toEqual(sums);
          expect([...blockScores(scores, shape!, block!, { reduce: "max" })]).toEqual(
            groups.map((group) => Math.max(...group)),
          );
        },
      ),
    );
  });

  it("rank blocks for scoreCoordinates", () => {
    const scores = [1, 1, 0, 0, 9, 1, 1, 0, 0, 0]; // blocks of 1×2: 1, 0, 5, 0.5, 0
    const blocks = scoreCoordinates(blockScores(scores, [1, 10], [1, 2]), [1, 5], 2);
    expect(places(blockCoordinates([1, 10], [1, 2], blocks))).toEqual([0, 1, 4, 5]);
  });

  it("pass a NaN on to where scores are ranked, and refuse other reductions", () => {
    for (const reduce of ["mean", "sum", "max"] as const) {
      const reduced = blockScores([1, 2, Number.NaN, 4], [2, 2], [1, 2], { reduce });
      expect(() => scoreCoordinates(reduced, [2, 1], 1)).toThrow(/score 1 is NaN/);
    }
    expect(() => blockScores([1], [1, 1], [1, 1], { reduce: "min" as "max" })).toThrow(
      'blocks are reduced by mean, sum or max, not by "min"',
    );
    expect(() => blockScores([1], [2, 1], [1, 1])).toThrow(/must have 2 entries, got 1/);
  });
});
