import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascending, integers, pairs, places, sets, shapes, sizeOf } from "../test/arbitrary";
import {
  applyMask,
  type CoordinateSet,
  complement,
  contains,
  coordinateSet,
  difference,
  intersection,
  nonzeroCoordinates,
  positions,
  randomCoordinates,
  toMask,
  union,
} from "./index";

const merged = (a: CoordinateSet, b: CoordinateSet, keep: (inA: boolean, inB: boolean) => boolean) => {
  const [left, right] = [new Set(places(a)), new Set(places(b))];
  return ascending(new Set([...left, ...right])).filter((place) => keep(left.has(place), right.has(place)));
};

describe("set operations", () => {
  it("are those of the places, in row-major order", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(places(union(a, b))).toEqual(merged(a, b, () => true));
        expect(places(intersection(a, b))).toEqual(merged(a, b, (inA, inB) => inA && inB));
        expect(places(difference(a, b))).toEqual(merged(a, b, (inA, inB) => inA && !inB));
      }),
    );
  });

  it("complement has every other place, and may be empty", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const rest = complement(set);
        expect(rest.count + set.count).toBe(sizeOf(set.shape));
        expect(intersection(rest, set).count).toBe(0);
        expect(union(rest, set).count).toBe(sizeOf(set.shape));
        expect(places(complement(rest))).toEqual(ascending(places(set)));
      }),
    );
  });

  it("positions say where each place stands", () => {
    fc.assert(
      fc.property(pairs, ([set, wanted]) => {
        const where = places(set);
        expect([...positions(set, wanted)]).toEqual(places(wanted).map((place) => where.indexOf(place)));
        expect(contains(set, wanted)).toBe(difference(wanted, set).count === 0);
        expect(contains(set, intersection(set, wanted))).toBe(true);
      }),
    );
  });

  it("want sets of one shape, and need not fit in memory densely", () => {
    const small = randomCoordinates([2, 3], 2, 0);
    for (const operation of [union, intersection, difference, positions, contains]) {
      expect(() => operation(small, randomCoordinates([3, 2], 2, 0))).toThrow(
        "both sets must be of one shape, got 2×3 and 3×2",
      );
    }
    const end = 2 ** 31 - 1;
    const a = coordinateSet([2 ** 31, 2 ** 31], [end, 5], [end, end]);
    const b = coordinateSet([2 ** 31, 2 ** 31], [5, end], [0, end]);
    expect([...union(a, b).rows]).toEqual([5, 5, end]);
    expect([...positions(a, b)]).toEqual([-1, 0]);
  });
});

describe("masks", () => {
  it("a set is the nonzero places of its mask", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const mask = toMask(set);
        expect(mask.reduce((sum, bit) => sum + bit, 0)).toBe(set.count);
        expect(places(nonzeroCoordinates(mask, set.shape))).toEqual(ascending(places(set)));
      }),
    );
  });

  it("applyMask keeps the set's entries and zeroes all others", () => {
    fc.assert(
      fc.property(
        sets.chain((set) => fc.tuple(fc.constant(set), integers(sizeOf(set.shape)))),
        ([set, dense]) => {
          const expected = dense.map((value, place) => (places(set).includes(place) ? value : 0));
          expect(applyMask(set, dense)).toBe(dense);
          expect(dense).toEqual(expected);
        },
      ),
    );
  });

  it("applyMask writes zeros over NaN too, and an empty set clears all", () => {
    const dense = Float64Array.of(Number.NaN, 1, Number.NaN, Number.POSITIVE_INFINITY);
    expect([...applyMask(coordinateSet([2, 2], [0], [1]), dense)]).toEqual([0, 1, 0, 0]);
    expect([...applyMask(nonzeroCoordinates([0, 0, 0, 0], [2, 2]), dense)]).toEqual([0, 0, 0, 0]);
  });

  it("nonzeroCoordinates takes NaN as a number, −0 as none, and nothing at all", () => {
    expect(places(nonzeroCoordinates([0, Number.NaN, -0, 2], [2, 2]))).toEqual([1, 3]);
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(nonzeroCoordinates(new Float32Array(sizeOf(shape)), shape).count).toBe(0);
      }),
    );
  });

  it("say what length fits", () => {
    expect(() => nonzeroCoordinates([1, 0, 1], [2, 2])).toThrow(
      "the mask of a 2×2 matrix must have 4 entries, got 3",
    );
    expect(() => applyMask(randomCoordinates([2, 2], 1, 0), new Float32Array(3))).toThrow(
      /must have 4 entries, got 3/,
    );
  });
});
