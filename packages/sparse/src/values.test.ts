import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integers, pairs, places, sets, sizeOf } from "../test/arbitrary";
import { add, gather, randomCoordinates, reindex, SparseParameter, scatter, toDense } from "./index";

const setups = sets.chain((coordinates) =>
  fc.record({
    coordinates: fc.constant(coordinates),
    dense: integers(sizeOf(coordinates.shape)),
    values: integers(coordinates.count),
  }),
);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("gather and scatter", () => {
  it("undo each other, and change nothing else", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, dense, values }) => {
        const before = gather(coordinates, dense);
        expect([...before]).toEqual(places(coordinates).map((place) => dense[place]));
        const changed = dense.slice();
        expect(scatter({ coordinates, values }, changed)).toBe(changed);
        expect(gather(coordinates, changed)).toEqual(values);
        scatter({ coordinates, values: before }, changed);
        expect(changed).toEqual(dense);
      }),
    );
  });

  it("gather writes where it is told to", () => {
    const into = new Float64Array(2);
    expect(gather(randomCoordinates([1, 2], 2, 0), [0.1, 0.1], into)).toBe(into);
    expect([...into]).toEqual([0.1, 0.1]);
  });

  it("toDense is a scatter into zeros", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values }) => {
        const dense = new Float32Array(sizeOf(coordinates.shape));
        places(coordinates).forEach((place, i) => {
          dense[place] = values[i]!;
        });
        expect(toDense({ coordinates, values })).toEqual(dense);
      }),
    );
  });
});

describe("add", () => {
  it("is the adjoint of gather", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, dense, values }) => {
        const added = new Float32Array(dense.length);
        expect(add({ coordinates, values }, added, 0.5)).toBe(added);
        expect(dot(added, dense)).toBe(0.5 * dot(values, gather(coordinates, dense)));
      }),
    );
  });

  it("adds to what is there, once by default", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, dense, values }) => {
        const expected = toDense({ coordinates, values }).map((value, i) => value + dense[i]!);
        expect(add({ coordinates, values }, dense.slice())).toEqual(expected);
      }),
    );
  });
});

it("reindex carries values to other places, zero where there were none", () => {
  fc.assert(
    fc.property(
      pairs.chain((pair) => fc.tuple(fc.constant(pair), integers(pair[0].count))),
      ([[coordinates, wanted], values]) => {
        const sparse = { coordinates, values };
        expect(reindex(sparse, wanted)).toEqual(gather(wanted, toDense(sparse)));
        expect(reindex(sparse, coordinates)).toEqual(values);
      },
    ),
  );
});

it("all say what lengths fit", () => {
  const coordinates = randomCoordinates([4, 4], 3, 0);
  const wrong = { coordinates, values: [1, 2] };
  const right = { coordinates, values: [1, 2, 3] };
  for (const call of [
    () => scatter(wrong, new Float32Array(16)),
    () => add(wrong, new Float32Array(16)),
    () => toDense(wrong),
    () => reindex(wrong, coordinates),
    () => gather(coordinates, new Float32Array(16), new Float32Array(2)),
    () => new SparseParameter(coordinates, [1, 2]),
  ]) {
    expect(call).toThrow("sparse: 3 coordinates take 3 values, got 2");
  }
  for (const call of [
    () => scatter(right, new Float32Array(9)),
    () => add(right, new Float32Array(9)),
    () => gather(coordinates, new Float32Array(9)),
  ]) {
    expect(call).toThrow("sparse: the dense form of a 4×4 matrix must have 16 entries, got 9");
  }
  expect(() => reindex(right, randomCoordinates([2, 2], 1, 0))).toThrow(/both sets must be of one shape/);
});

describe("SparseParameter", () => {
  it("starts with zeros or a copy, and counts its changes", () => {
    const coordinates = randomCoordinates([4, 4], 3, 0);
    const values = [1, 2, 3];
    expect([...new SparseParameter(coordinates).values]).toEqual([0, 0, 0]);
    const parameter = new SparseParameter(coordinates, values);
    values[0] = 9;
    expect([...parameter.values]).toEqual([1, 2, 3]);
    expect(parameter.version).toBe(0);
    parameter.set([4, 5, 6]);
    parameter.touch();
    expect(parameter.version).toBe(2);
    expect(() => parameter.set([1])).toThrow(/got 1/);
    expect([[...parameter.values], parameter.version]).toEqual([[4, 5, 6], 2]);
  });
});
