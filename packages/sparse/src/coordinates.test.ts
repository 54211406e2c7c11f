import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { places, sets, sizeOf, thrown } from "../test/arbitrary";
import {
  coordinateSet,
  flatCoordinates,
  flatIndices,
  type MatrixShape,
  randomCoordinates,
  randpermPrefix,
  SparseError,
} from "./index";

describe("randomCoordinates", () => {
  it("splits torch's places by the row length", () => {
    const set = randomCoordinates([3, 5], 15, 777);
    expect([set.shape, set.count]).toEqual([[3, 5], 15]);
    expect(places(set)).toEqual([...randpermPrefix(15, 15, 777)]);
    expect(Math.max(...set.columns)).toBe(4);
  });

  it.each([0, -1, 16, 2.5, Number.NaN])("says what count is allowed instead of %s", (count) => {
    expect(() => randomCoordinates([3, 5], count, 0)).toThrow(
      `sparse: a 3×5 matrix takes 1 to 15 entries, got ${count}`,
    );
  });

  it("refuses shapes and seeds that are none", () => {
    for (const shape of [[0, 5], [5], [5, 2 ** 31 + 1], [1.5, 2], [1, 2, 3]]) {
      expect(() => randomCoordinates(shape as unknown as MatrixShape, 1, 0)).toThrow(/two integers from 1/);
    }
    expect(() => randomCoordinates([5, 5], 1, 0.5)).toThrow(/seed must be an integer/);
  });

  it("errors carry a brand and a reason", () => {
    const error = thrown(() => randomCoordinates([5, 5], 26, 0));
    expect(SparseError.isInstance(error) && error.reason).toBe("count");
    expect(SparseError.isInstance(new Error("other"))).toBe(false);
  });
});

describe("coordinateSet and flatCoordinates", () => {
  it("keep places and their order, whether given by row and column or flat", () => {
    fc.assert(
      fc.property(sets, (set) => {
        expect(coordinateSet(set.shape, set.rows, Array.from(set.columns))).toEqual(set);
        expect(flatCoordinates(set.shape, flatIndices(set))).toEqual(set);
        expect([...flatIndices(set)]).toEqual(places(set));
      }),
    );
  });

  it("copy what they are given", () => {
    const rows = Int32Array.of(0, 1);
    const set = coordinateSet([2, 2], rows, [1, 0]);
    rows[0] = 1;
    expect([...set.rows]).toEqual([0, 1]);
  });

  it("refuse any place that occurs twice, wherever it stands", () => {
    fc.assert(
      fc.property(sets, fc.nat(), fc.nat(), (set, some, other) => {
        const again = places(set);
        again.splice(other % (again.length + 1), 0, again[some % again.length]!);
        const expected =
          again.length > sizeOf(set.shape) ? /takes 1 to/ : /occurs twice; give each place once/;
        expect(() => flatCoordinates(set.shape, again)).toThrow(expected);
      }),
    );
  });

  it("refuse places outside, without a partner, or none", () => {
    expect(() => coordinateSet([2, 2], [0, 2], [0, 0])).toThrow(
      "place 1 is (2, 0); a 2×2 matrix has rows 0 to 1 and columns 0 to 1",
    );
    expect(() => coordinateSet([2, 2], [0], [-1])).toThrow(/place 0 is \(0, -1\)/);
    expect(() => coordinateSet([2, 2], [0], [0.5])).toThrow(/place 0 is \(0, 0.5\)/);
    expect(() => flatCoordinates([2, 3], [6])).toThrow("place 0 is 6; the places of a 2×3 matrix are 0 to 5");
    expect(() => coordinateSet([2, 2], [1], [0, 1])).toThrow(/as many rows as columns, got 1 and 2/);
    expect(() => coordinateSet([2, 2], [], [])).toThrow(/takes 1 to 4 entries, got 0/);
    expect(() => flatCoordinates([2, 2], [])).toThrow(/takes 1 to 4 entries, got 0/);
  });

  it("take the largest matrix", () => {
    const end = 2 ** 31 - 1;
    const set = coordinateSet([2 ** 31, 2 ** 31], [end, 0, end], [end, end, 0]);
    expect([...set.rows]).toEqual([end, 0, end]);
    expect(() => coordinateSet(set.shape, [end, end], [end, end])).toThrow(/occurs twice/);
    expect(() => flatIndices(set)).toThrow(/past 2\^53/);
    expect([...flatIndices(coordinateSet([2 ** 22, 2 ** 31], [2 ** 22 - 1], [end]))]).toEqual([2 ** 53 - 1]);
  });
});
