import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { integers, places, shapes, sizeOf } from "../test/arbitrary";
import {
  addScore,
  magnitudeCoordinates,
  nmCoordinates,
  type ScoreName,
  type Scores,
  scoreCoordinates,
  scoreOf,
} from "./index";
import { quickselect } from "./quickselect";
import { asScores } from "./scores";
import { eachSelected, findThreshold } from "./select";

/** All doubles but NaN, often equal ones, zeros of both signs and infinities. */
const score = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE, 1 + 2 ** -52),
);

const scored = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    scores: fc.array(score, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
    count: fc.oneof(fc.constant(sizeOf(shape)), fc.integer({ min: 1, max: sizeOf(shape) })),
    largest: fc.boolean(),
  }),
);

/** By definition: sorted by score, then by index. */
const best = (scores: readonly number[], count: number, largest: boolean): number[] =>
  [...scores.keys()]
    .sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! > scores[b]! === largest ? -1 : 1))
    .slice(0, count)
    .sort((a, b) => a - b);

describe("scoreCoordinates", () => {
  it("takes the best scores, of equal ones the first, in row-major order", () => {
    fc.assert(
      fc.property(scored, ({ shape, scores, count, largest }) => {
        const set = scoreCoordinates(scores, shape, count, { largest });
        expect(set.shape).toEqual(shape);
        expect(places(set)).toEqual(best(scores, count, largest));
      }),
    );
  });

  it("finds the same threshold when it counts bits, as it does for long arrays", () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 0, max: 8 }), ({ scores, count, largest }, few) => {
        const source = asScores(scores);
        const found: number[] = [];
        const threshold = findThreshold([source], count, largest, few);
        eachSelected(source, threshold, largest, (index) => found.push(index));
        expect(found).toEqual(best(scores, count, largest));
      }),
      { numRuns: 300 },
    );
  });

  it("reads arrays that are longer than a piece, and than what is sorted at once", () => {
    const size = 2 ** 21 + 12345;
    const scores = new Float32Array(size);
    for (let i = 0; i < size; i++) scores[i] = (Math.imul(i, 0x9e3779b1) >>> 8) / 64 - 99;
    for (const [count, largest] of [
      [1000, true],
      [size - 1000, false],
    ] as const) {
      const bound = scores.toSorted().at(largest ? -count : count - 1)!;
      const { rows, columns } = scoreCoordinates(scores, [1, size], count, { largest });
      expect(rows.length).toBe(count);
      let last = -1;
      const wrong = columns.filter((column) => {
        const ordered = column > last;
        last = column;
        return !ordered || (largest ? scores[column]! < bound : scores[column]! > bound);
      });
      expect([...wrong]).toEqual([]);
    }
  });

  it("names the score that is NaN, once", () => {
    const scores = new Float32Array(5000).fill(1);
    scores[4321] = Number.NaN;
    expect(() => scoreCoordinates(scores, [50, 100], 3)).toThrow(
      "sparse: score 4321 is NaN, which ranks nowhere; replace it by a number or an infinity",
    );
    expect(() => nmCoordinates(scores, [50, 100], 2, 4)).toThrow(/score 4321 is NaN/);
  });

  it("says what lengths and counts fit", () => {
    expect(() => scoreCoordinates([1, 2, 3], [2, 2], 1)).toThrow(
      "the scores of a 2×2 matrix must have 4 entries, got 3",
    );
    expect(() => scoreCoordinates([1, 2], [1, 2], 3)).toThrow("a 1×2 matrix takes 1 to 2 entries, got 3");
    expect(() => scoreCoordinates([1, 2], [1, 2], 0)).toThrow(/takes 1 to 2 entries, got 0/);
    expect(() => scoreCoordinates([], [0, 0] as const, 1)).toThrow(/two integers from 1/);
  });
});

describe("scores", () => {
  const formulas: Record<ScoreName, (w: number, g: number) => number> = {
    magnitude: (w) => Math.abs(w),
    gradient: (_, g) => Math.abs(g),
    fisher: (_, g) => g * g,
    snip: (w, g) => Math.abs(w * g),
    movement: (w, g) => -(w * g),
  };
  const names = Object.keys(formulas) as ScoreName[];
  const inputs = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      weight: integers(sizeOf(shape)),
      gradient: integers(sizeOf(shape)),
      count: fc.integer({ min: 1, max: sizeOf(shape) }),
    }),
  );

  it.each(names)("%s ranks and adds up by its formula", (name) => {
    fc.assert(
      fc.property(inputs, ({ shape, weight, gradient, count }) => {
        const scores = Array.from(weight, (w, i) => formulas[name](w, gradient[i]!));
        const set = scoreCoordinates(scoreOf(name, { weight, gradient }), shape, count);
        expect(places(set)).toEqual(best(scores, count, true));
        const sums = new Float64Array(scores.length).fill(1);
        expect(addScore(sums, name, { weight, gradient })).toBe(sums);
        expect([...sums]).toEqual(scores.map((value) => value + 1));
      }),
      { numRuns: 30 },
    );
  });

  it("magnitudeCoordinates is the score of that name", () => {
    fc.assert(
      fc.property(inputs, fc.boolean(), ({ shape, weight, count }, largest) => {
        expect(magnitudeCoordinates(weight, shape, count, { largest })).toEqual(
          scoreCoordinates(scoreOf("magnitude", { weight }), shape, count, { largest }),
        );
      }),
    );
  });

  it("may be formulas of one's own", () => {
    const weight = [1, -2, 3, -4, 5, -6];
    const norms = [10, 1, 1];
    const wanda: Scores = {
      length: 6,
      read: (start, out) => {
        for (let i = 0; i < out.length; i++) out[i] = Math.abs(weight[start + i]!) * norms[(start + i) % 3]!;
      },
    };
    expect(places(scoreCoordinates(wanda, [2, 3], 3))).toEqual([0, 3, 5]);
  });

  it("say what they need", () => {
    expect(() => scoreOf("snap" as "snip", { weight: [1], gradient: [1] })).toThrow(
      'no score "snap"; there are magnitude, gradient, fisher, snip, movement',
    );
    expect(() => scoreOf("toString" as "snip", { weight: [1], gradient: [1] })).toThrow(
      /no score "toString"/,
    );
    expect(() => scoreOf("snip", { weight: [1] } as never)).toThrow(
      "the score snip needs the weight and the gradient",
    );
    expect(() => scoreOf("movement", { weight: [1], gradient: [1, 2] })).toThrow(
      "weight and gradient must be of one length, got 1 and 2",
    );
    expect(() => addScore(new Float32Array(2), "fisher", { gradient: [1] })).toThrow(
      "1 scores cannot be added to 2 sums",
    );
  });
});

describe("nmCoordinates", () => {
  it("keeps the n best of every m in a row", () => {
    fc.assert(
      fc.property(scored, fc.nat(), fc.nat(), ({ shape, scores }, drawnM, drawnN) => {
        const [height, width] = shape;
        const m = 1 + (drawnM % width);
        const n = 1 + (drawnN % m);
        const expected = [];
        for (let row = 0; row < height; row++) {
          for (let start = 0; start < width; start += m) {
            const at = row * width + start;
            const group = scores.slice(at, at + Math.min(m, width - start));
            expected.push(...best(group, n, true).map((place) => at + place));
          }
        }
        expect(places(nmCoordinates(scores, shape, n, m))).toEqual(expected);
      }),
    );
  });

  it.each([
    [0, 4],
    [5, 4],
    [2, 9],
    [1.5, 4],
    [2, Number.NaN],
  ])("refuses %s:%s of rows of 8", (n, m) => {
    expect(() => nmCoordinates(new Float32Array(16), [2, 8], n, m)).toThrow(
      `N:M of rows of 8 needs integers with 1 ≤ N ≤ M ≤ 8, got ${n}:${m}`,
    );
  });
});

describe("quickselect", () => {
  it("gives the number that a sort puts at a place", () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 200 }), fc.nat(), (numbers, drawn) => {
        const k = drawn % numbers.length;
        expect(
          quickselect(Float64Array.from(numbers), numbers.length, k) === Float64Array.from(numbers).sort()[k],
        ).toBe(true);
      }),
    );
  });

  it("sorts what is left where the splits go badly", () => {
    const sort = vi.spyOn(Object.getPrototypeOf(Float64Array.prototype), "sort");
    const numbers = Float64Array.from(worst);
    expect(quickselect(numbers, 48, 47)).toBe(48);
    expect(sort).toHaveBeenCalledOnce();
    expect([...numbers].sort((a, b) => a - b)).toEqual([...worst].sort((a, b) => a - b));
    sort.mockRestore();
  });
});

/** Made against medians of three: each split on the way to the largest takes two numbers off. */
const worst = [
  1, 2, 24, 34, 4, 40, 6, 26, 8, 36, 10, 28, 12, 45, 14, 30, 16, 38, 18, 32, 20, 42, 22, 0, 3, 5, 7, 9, 11,
  13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 44, 46, 48,
];
