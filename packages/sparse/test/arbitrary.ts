import fc from "fast-check";
import { type CoordinateSet, type MatrixShape, randomCoordinates } from "../src";

/** Shapes up to 12 × 12, single rows and columns often among them. */
export const shapes: fc.Arbitrary<MatrixShape> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
  fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constant(1)),
);

export const sizeOf = ([rows, columns]: MatrixShape): number => rows * columns;

/** A set of 1 to all places of a shape, in random order. */
export const setOf = (shape: MatrixShape): fc.Arbitrary<CoordinateSet> =>
  fc
    .tuple(fc.oneof(fc.constant(sizeOf(shape)), fc.integer({ min: 1, max: sizeOf(shape) })), fc.integer())
    .map(([count, seed]) => randomCoordinates(shape, count, seed));

export const sets: fc.Arbitrary<CoordinateSet> = shapes.chain(setOf);

/** Two sets of one shape. */
export const pairs: fc.Arbitrary<[CoordinateSet, CoordinateSet]> = shapes.chain((shape) =>
  fc.tuple(setOf(shape), setOf(shape)),
);

/** Small integers, of which sums and products are exact in float32. */
export const integers = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.integer({ min: -8, max: 8 }), { minLength: length, maxLength: length })
    .map((numbers) => Float32Array.from(numbers));

/** Flat places of a set, in its order. */
export const places = ({ shape, rows, columns }: CoordinateSet): number[] =>
  Array.from(rows, (row, i) => row * shape[1] + columns[i]!);

export const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

/** What a call throws. */
export const thrown = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
};
