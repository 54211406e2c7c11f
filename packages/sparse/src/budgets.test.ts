import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integers, shapes, sizeOf } from "../test/arbitrary";
import {
  globalBudget,
  type MatrixShape,
  patternBudget,
  proportionalBudget,
  scoreCoordinates,
  scoreOf,
  totalBudget,
  uniformBudget,
} from "./index";

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const layers: MatrixShape[] = [
  [1024, 1024],
  [4096, 1024],
  [1024, 512],
  [1, 2],
];

const lists = fc.array(shapes, { minLength: 1, maxLength: 8 });

describe("uniformBudget", () => {
  it("gives everyone the same, if it fits", () => {
    expect(uniformBudget(layers.slice(0, 3), 2592)).toEqual([2592, 2592, 2592]);
    expect(() => uniformBudget(layers, 2592)).toThrow("a 1×2 matrix takes 1 to 2 entries, got 2592");
    expect(() => uniformBudget([[0, 1]], 1)).toThrow(/two integers from 1/);
  });
});

describe("proportionalBudget", () => {
  // Python: max(1, round(size / total * (2592 * 4)))
  it("shares by size, at least one", () => {
    expect(proportionalBudget(layers, 2592)).toEqual([1885, 7540, 943, 1]);
  });

  it("rounds halves to even, as Python", () => {
    const shares = (shapes: MatrixShape[], count: number) => proportionalBudget(shapes, count);
    expect(
      shares(
        [
          [1, 4],
          [3, 4],
        ],
        1,
      ),
    ).toEqual([1, 2]); // 0.5, 1.5
    expect(
      shares(
        [
          [10, 10],
          [10, 30],
        ],
        5,
      ),
    ).toEqual([2, 8]); // 2.5, 7.5
  });

  it("says when a share does not fit", () => {
    expect(() => proportionalBudget([[2, 2]], 5)).toThrow("a 2×2 matrix takes 1 to 4 entries, got 5");
    expect(() => proportionalBudget([[2, 2]], 0)).toThrow(/a count must be an integer from 1 on, got 0/);
  });
});

describe("patternBudget", () => {
  const named = ["layers.0.q_proj", "layers.1.q_proj", "layers.1.xq_proj", "head"].map((name) => ({
    name,
    shape: [4, 4] as const,
  }));

  it("takes the first pattern that matches a name or its end behind a dot", () => {
    expect(patternBudget(named, { q_proj: 3, "layers\\.1\\..*": 2 }, 1)).toEqual([3, 3, 2, 1]);
    expect(patternBudget(named, { "layers\\.1\\..*": 2, q_proj: 3 }, 1)).toEqual([3, 2, 2, 1]);
    expect(patternBudget(named, { nothing: 9 }, 1)).toEqual([1, 1, 1, 1]);
    const numbered = [{ name: "blocks.0", shape: [4, 4] as const }];
    const ordered = new Map([
      ["blocks.0", 2],
      ["0", 3],
    ]);
    expect(patternBudget(numbered, ordered, 1)).toEqual([2]);
  });

  it("names what does not fit or is no expression", () => {
    expect(() => patternBudget(named, { head: 17 }, 1)).toThrow(
      'sparse: "head", a 4×4 matrix, takes 1 to 16 entries, got 17',
    );
    for (const pattern of ["(", "a)|(b"]) {
      expect(() => patternBudget(named, { [pattern]: 1 }, 1)).toThrow(
        `the pattern "${pattern}" is not a valid regular expression`,
      );
    }
  });
});

describe("totalBudget", () => {
  const shared = lists.chain((list) =>
    fc.record({
      list: fc.constant(list),
      total: fc.integer({ min: list.length, max: sum(list.map(sizeOf)) }),
      weights: fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), {
        minLength: list.length,
        maxLength: list.length,
      }),
    }),
  );

  it("meets the total, each matrix between 1 and all of its entries", () => {
    fc.assert(
      fc.property(
        shared,
        fc.constantFrom("uniform", "proportional", "erdosRenyi", "weights"),
        (drawn, by) => {
          const { list, total, weights } = drawn;
          const counts = totalBudget(list, total, by === "weights" ? weights : by);
          expect(sum(counts)).toBe(total);
          counts.forEach((count, l) => {
            expect(Number.isInteger(count) && count >= 1 && count <= sizeOf(list[l]!)).toBe(true);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it("follows the weights: who is within bounds gets one share per weight, to rounding", () => {
    fc.assert(
      fc.property(shared, ({ list, total, weights }) => {
        const counts = totalBudget(list, total, weights);
        // count ≈ λ·w: whoever could give one has no smaller λ than whoever could take one, but for one entry.
        for (const [a, weight] of weights.entries()) {
          for (const [b, other] of weights.entries()) {
            if (counts[a]! > 1 && counts[b]! < sizeOf(list[b]!)) {
              expect((counts[a]! - 1) / weight).toBeLessThanOrEqual(((counts[b]! + 1) / other) * (1 + 1e-9));
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("by names", () => {
    const list: MatrixShape[] = [
      [10, 10],
      [10, 30],
      [1, 2],
    ];
    expect(totalBudget(list, 201)).toEqual([50, 150, 1]);
    expect(totalBudget(list, 20, "uniform")).toEqual([9, 9, 2]);
    expect(totalBudget(list, 61, "erdosRenyi")).toEqual([20, 39, 2]); // 20 : 40 : 3, the last has two entries
    expect(totalBudget(list, 402)).toEqual([100, 300, 2]);
  });

  it("says what fits", () => {
    expect(() => totalBudget([[2, 2]], 5)).toThrow("1 matrices share a total of 1 to 4 entries, got 5");
    expect(() => totalBudget(layers, 3)).toThrow(/share a total of 4 to 5767170 entries, got 3/);
    expect(() => totalBudget([[2, 2]], 2, [1, 2])).toThrow(
      "1 matrices need as many positive weights, got [1, 2]",
    );
    expect(() => totalBudget([[2, 2]], 2, [0])).toThrow(/positive weights, got \[0\]/);
    expect(() => totalBudget([[2, 2]], 2, "size" as "uniform")).toThrow(
      'a total is shared by uniform, proportional, erdosRenyi or weights of your own, not by "size"',
    );
  });
});

describe("globalBudget", () => {
  const scored = lists.chain((list) =>
    fc.record({
      list: fc.constant(list),
      scores: fc.tuple(...list.map((shape) => integers(sizeOf(shape)))),
      total: fc.integer({ min: list.length, max: sum(list.map(sizeOf)) }),
      largest: fc.boolean(),
    }),
  );

  it("counts the best of all, those of the first matrices where scores are equal", () => {
    fc.assert(
      fc.property(scored, ({ list, scores, total, largest }) => {
        const all = scores.flatMap((layer) => [...layer]);
        const chosen = scoreCoordinates(all, [1, all.length], total, { largest });
        let start = 0;
        const counts = list.map((shape) => {
          const from = start;
          start += sizeOf(shape);
          return chosen.columns.filter((place) => place >= from && place < start).length;
        });
        expect(globalBudget(scores, total, { largest, atLeast: 0 })).toEqual(counts);
      }),
    );
  });

  it("leaves each matrix its least, and takes it from the worst of the others", () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 1, max: 3 }), ({ scores, total, largest }, atLeast) => {
        const sizes = scores.map((layer) => layer.length);
        const least = sizes.map((size) => Math.min(size, atLeast));
        fc.pre(total >= sum(least));
        const counts = globalBudget(scores, total, { largest, atLeast });
        expect(sum(counts)).toBe(total);
        // By definition: the best `least` of each, then the best of what remains.
        const sign = largest ? 1 : -1;
        const sorted = scores.map((layer) => [...layer].map((score) => sign * score).sort((a, b) => b - a));
        const rest = sorted.flatMap((layer, l) => layer.slice(least[l]));
        const bound = rest.sort((a, b) => b - a)[total - sum(least) - 1] ?? Number.POSITIVE_INFINITY;
        counts.forEach((count, l) => {
          const above = sorted[l]!.slice(least[l]).filter((score) => score > bound).length;
          const equal = sorted[l]!.slice(least[l]).filter((score) => score === bound).length;
          expect(count).toBeGreaterThanOrEqual(least[l]! + above);
          expect(count).toBeLessThanOrEqual(least[l]! + above + equal);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("takes scores by name, and keeps one of each by default", () => {
    const weights = [Float32Array.of(9, -8, 7), Float32Array.of(0.1, -0.2)];
    const scores = weights.map((weight) => scoreOf("magnitude", { weight }));
    expect(globalBudget(scores, 3)).toEqual([2, 1]);
    expect(globalBudget(scores, 3, { atLeast: 0 })).toEqual([3, 0]);
    expect(globalBudget(scores, 0, { atLeast: 0 })).toEqual([0, 0]);
  });

  it("says what fits", () => {
    expect(() => globalBudget([[1, 2], [3]], 4)).toThrow("2 matrices share a total of 2 to 3 entries, got 4");
    expect(() => globalBudget([[1, 2], [3]], 1)).toThrow(/2 to 3 entries, got 1/);
    expect(() => globalBudget([[1, 2]], 1, { atLeast: -1 })).toThrow(
      /atLeast must be an integer from 0 on, got -1/,
    );
    expect(() => globalBudget([[1], [1, Number.NaN]], 2)).toThrow(/score 1 of matrix 1 is NaN/);
  });
});
