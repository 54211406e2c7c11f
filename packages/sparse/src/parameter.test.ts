import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  coordinateSet,
  type MatrixShape,
  proportionalBudget,
  randomCoordinates,
  randpermPrefix,
  SparseError,
  SparseParameter,
  SparseStore,
  sampledProduct,
  uniformBudget,
} from "./index";

const setup = fc
  .tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer(),
    fc.integer({ min: 1, max: 144 }),
  )
  .map(([rows, columns, seed, count]) => {
    const coordinates = randomCoordinates([rows, columns], Math.min(count, rows * columns), seed);
    const dense = Float32Array.from(randpermPrefix(rows * columns, rows * columns, seed), (p) => p - 3.5);
    return { coordinates, dense };
  });

describe("randomCoordinates", () => {
  it("splits torch's places by the row length", () => {
    const { rows, columns, shape, count } = randomCoordinates([3, 5], 15, 777);
    expect([shape, count]).toEqual([[3, 5], 15]);
    const places = [...randpermPrefix(15, 15, 777)];
    expect(Array.from(rows, (row, i) => row * 5 + columns[i]!)).toEqual(places);
    expect(Math.max(...columns)).toBe(4);
  });

  it.each([0, -1, 16, 2.5, Number.NaN])("says what count is allowed instead of %s", (count) => {
    expect(() => randomCoordinates([3, 5], count, 0)).toThrow(
      `a 3×5 matrix takes 1 to 15 coefficients, got ${count}`,
    );
  });

  it("refuses shapes and seeds that are none", () => {
    expect(() => randomCoordinates([0, 5], 1, 0)).toThrow(/two integers from 1/);
    expect(() => randomCoordinates([5] as unknown as MatrixShape, 1, 0)).toThrow(/two integers from 1/);
    expect(() => randomCoordinates([5, 5], 1, 0.5)).toThrow(/seed must be an integer/);
    const error = (() => {
      try {
        return randomCoordinates([5, 5], 26, 0);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(SparseError.isInstance(error) && error.reason).toBe("count");
    expect(SparseError.isInstance(new Error("other"))).toBe(false);
  });
});

describe("coordinateSet", () => {
  it("copies what it is given", () => {
    const rows = [0, 1];
    const set = coordinateSet([2, 2], rows, [1, 0]);
    rows[0] = 1;
    expect([...set.rows]).toEqual([0, 1]);
  });

  it("refuses places outside, twice, or without a partner", () => {
    expect(() => coordinateSet([2, 2], [0, 2], [0, 0])).toThrow(/place 1 is \(2, 0\); a 2×2 matrix/);
    expect(() => coordinateSet([2, 2], [1, 1], [0, 0])).toThrow(/occurs twice/);
    expect(() => coordinateSet([2, 2], [1], [0, 1])).toThrow(/as many rows as columns/);
  });
});

describe("SparseParameter", () => {
  it("gather undoes scatter, and nothing else changes", () => {
    fc.assert(
      fc.property(setup, ({ coordinates, dense }) => {
        const values = Float32Array.from({ length: coordinates.count }, (_, i) => 100 + i);
        const parameter = new SparseParameter(coordinates, values);
        const before = parameter.gather(dense);
        const changed = dense.slice();
        parameter.scatter(changed);
        expect(parameter.gather(changed)).toEqual(values);
        new SparseParameter(coordinates, before).scatter(changed);
        expect(changed).toEqual(dense);
      }),
    );
  });

  it("addTo is the adjoint of gather", () => {
    fc.assert(
      fc.property(setup, ({ coordinates, dense }) => {
        const values = Float32Array.from({ length: coordinates.count }, (_, i) => i - 2);
        const parameter = new SparseParameter(coordinates, values);
        const added = new Float64Array(dense.length);
        parameter.addTo(added, 0.5);
        const left = added.reduce((sum, value, i) => sum + value * dense[i]!, 0);
        const right = parameter.gather(dense).reduce((sum, value, i) => sum + value * 0.5 * values[i]!, 0);
        expect(left).toBeCloseTo(right, 9);
      }),
    );
  });

  it("counts its changes", () => {
    const parameter = new SparseParameter(randomCoordinates([4, 4], 3, 0));
    expect([...parameter.values]).toEqual([0, 0, 0]);
    parameter.set([1, 2, 3]);
    parameter.touch();
    expect(parameter.version).toBe(2);
    expect(parameter.byteLength).toBe(36);
  });

  it("refuses what does not fit", () => {
    const parameter = new SparseParameter(randomCoordinates([4, 4], 3, 0));
    expect(() => parameter.set([1])).toThrow("this parameter has 3 values, got 1");
    expect(() => parameter.gather(new Float32Array(9))).toThrow("4×4 = 16 entries, got 9");
  });
});

it("sampledProduct takes the entries of aᵀb", () => {
  fc.assert(
    fc.property(setup, fc.integer({ min: 0, max: 4 }), ({ coordinates }, steps) => {
      const [height, width] = coordinates.shape;
      const a = Float32Array.from({ length: steps * height }, (_, i) => ((i * 7) % 11) - 5);
      const b = Float32Array.from({ length: steps * width }, (_, i) => ((i * 5) % 13) - 6);
      const dense = new Float32Array(height * width);
      for (let t = 0; t < steps; t++) {
        for (let r = 0; r < height; r++) {
          for (let c = 0; c < width; c++) dense[r * width + c]! += a[t * height + r]! * b[t * width + c]!;
        }
      }
      expect(sampledProduct(coordinates, a, b)).toEqual(new SparseParameter(coordinates).gather(dense));
    }),
  );
  expect(() => sampledProduct(randomCoordinates([2, 3], 1, 0), [1, 2], [1, 2])).toThrow(
    /steps×2 and steps×3/,
  );
});

describe("SparseStore", () => {
  const build = () => {
    const store = new SparseStore();
    const coordinates = randomCoordinates([4, 4], 3, 0);
    store.add("q", new SparseParameter(coordinates, [1, 2, 3]));
    store.add("v", new SparseParameter(coordinates, [4, 5, 6]));
    return store;
  };

  it("saves and loads values", () => {
    const saved = build().state();
    expect(saved.v).toEqual({ dtype: "float32", shape: [3], data: Float32Array.of(4, 5, 6) });
    const other = build();
    other.get("v").set([0, 0, 0]);
    other.loadState(saved);
    expect([...other.get("v").values]).toEqual([4, 5, 6]);
    expect(other.get("v").version).toBe(2);
  });

  it("counts shared coordinates once", () => {
    const store = build();
    expect([store.size, store.parameterCount, store.byteLength]).toEqual([2, 6, 48]);
    expect([...store].map(([name]) => name)).toEqual(["q", "v"]);
  });

  it("names what is missing, unknown or of another length, and then loads nothing", () => {
    const store = build();
    const { q, v } = build().state();
    expect(() => store.loadState({ q: q! })).toThrow('the state lacks "v"');
    expect(() => store.loadState({ q: q!, v: v!, k: v! })).toThrow(
      'the state has "k", which the store has not; it has "q", "v"',
    );
    expect(() => store.loadState({ q: { data: [9, 9, 9] }, v: { data: [1] } })).toThrow(
      '"v" has 3 values here and 1',
    );
    expect([...store.get("q").values]).toEqual([1, 2, 3]);
    expect(() => store.get("k")).toThrow('no parameter "k"; the store has "q", "v"');
    expect(() => store.add("q", store.get("v"))).toThrow(/already/);
  });
});

describe("budgets", () => {
  const shapes: MatrixShape[] = [
    [1024, 1024],
    [4096, 1024],
    [1024, 512],
    [1, 2],
  ];

  it("uniform gives everyone the same, if it fits", () => {
    expect(uniformBudget(shapes.slice(0, 3), 2592)).toEqual([2592, 2592, 2592]);
    expect(() => uniformBudget(shapes, 2592)).toThrow("a 1×2 matrix takes 1 to 2 coefficients, got 2592");
  });

  // Python: max(1, round(size / total * (2592 * 4)))
  it("proportional shares by size, at least one", () => {
    expect(proportionalBudget(shapes, 2592)).toEqual([1885, 7540, 943, 1]);
  });

  it("rounds halves to even, as Python", () => {
    expect(
      proportionalBudget(
        [
          [1, 4],
          [3, 4],
        ],
        1,
      ),
    ).toEqual([1, 2]); // 0.5, 1.5
    expect(
      proportionalBudget(
        [
          [10, 10],
          [10, 30],
        ],
        5,
      ),
    ).toEqual([2, 8]); // 2.5, 7.5
  });

  it("says when a share does not fit", () => {
    expect(() => proportionalBudget([[2, 2]], 5)).toThrow("a 2×2 matrix takes 1 to 4 coefficients, got 5");
    expect(() => proportionalBudget([[2, 2]], 0)).toThrow(/nFrequency must be an integer from 1/);
  });
});
