import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integers, setOf, shapes } from "../test/arbitrary";
import {
  type CoordinateSet,
  gather,
  nonzeroCoordinates,
  randomCoordinates,
  type SparseMatrix,
  sddmm,
  spmm,
  toDense,
  transpose,
} from "./index";

/** A sparse matrix S and dense ones that fit: x is k × columns, y is k × rows, of small integers. */
const setups = shapes
  .chain((shape) => fc.tuple(setOf(shape), fc.integer({ min: 0, max: 9 })))
  .chain(([coordinates, k]) =>
    fc.record({
      k: fc.constant(k),
      coordinates: fc.constant(coordinates),
      values: integers(coordinates.count),
      x: integers(k * coordinates.shape[1]),
      y: integers(k * coordinates.shape[0]),
    }),
  );

/** a·b of row-major n × k and k × m matrices, by definition. */
const matmul = (a: ArrayLike<number>, b: ArrayLike<number>, [n, k, m]: readonly number[]): Float32Array => {
  const out = new Float32Array(n! * m!);
  for (let i = 0; i < n!; i++) {
    for (let j = 0; j < m!; j++) {
      for (let t = 0; t < k!; t++) out[i * m! + j]! += a[i * k! + t]! * b[t * m! + j]!;
    }
  }
  return out;
};

const turned = (a: ArrayLike<number>, rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("spmm", () => {
  it("is the dense product, on either side and transposed", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values, x, y, k }) => {
        const [m, n] = coordinates.shape;
        const sparse = { coordinates, values };
        const dense = toDense(sparse);
        expect(spmm(sparse, turned(x, k, n))).toEqual(matmul(dense, turned(x, k, n), [m, n, k]));
        expect(spmm(sparse, turned(y, k, m), { transpose: true })).toEqual(
          matmul(turned(dense, m, n), turned(y, k, m), [n, m, k]),
        );
        expect(spmm(y, sparse)).toEqual(matmul(y, dense, [k, m, n]));
        expect(spmm(x, sparse, { transpose: true })).toEqual(matmul(x, turned(dense, m, n), [k, n, m]));
      }),
    );
  });

  it("⟨x·Sᵀ, y⟩ = ⟨x, y·S⟩ = ⟨values, sddmm of yᵀ and x⟩: the two gradients of a linear layer", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values, x, y }) => {
        const sparse = { coordinates, values };
        const forward = dot(spmm(x, sparse, { transpose: true }), y);
        expect(dot(x, spmm(y, sparse))).toBe(forward);
        expect(dot(values, sddmm(coordinates, y, x, { transposeA: true }))).toBe(forward);
      }),
    );
  });

  it("⟨S·x, y⟩ = ⟨x, Sᵀ·y⟩ = ⟨values, sddmm of y and xᵀ⟩", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values, x, y, k }) => {
        const [m, n] = coordinates.shape;
        const [right, left] = [turned(x, k, n), turned(y, k, m)];
        const forward = dot(spmm({ coordinates, values }, right), left);
        expect(dot(right, spmm({ coordinates, values }, left, { transpose: true }))).toBe(forward);
        expect(dot(values, sddmm(coordinates, left, right, { transposeB: true }))).toBe(forward);
      }),
    );
  });

  it("of the transposed set is the transposed product", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values, x }) => {
        expect(spmm(x, { coordinates: transpose(coordinates), values })).toEqual(
          spmm(x, { coordinates, values }, { transpose: true }),
        );
      }),
    );
  });

  it("scales, and adds to what it is given", () => {
    fc.assert(
      fc.property(setups, fc.boolean(), ({ coordinates, values, x, y, k }, transposed) => {
        const sparse = { coordinates, values };
        const [m, n] = coordinates.shape;
        const factor = transposed ? x : y;
        const alone = spmm(factor, sparse, { transpose: transposed });
        const into = new Float64Array(alone.length).fill(7);
        expect(spmm(factor, sparse, { transpose: transposed, scale: -0.5, into })).toBe(into);
        expect([...into]).toEqual(Array.from(alone, (value) => 7 - 0.5 * value));
        const other = turned(factor, k, transposed ? n : m);
        const sum = new Float32Array(alone.length).fill(1);
        spmm(sparse, other, { transpose: !transposed, scale: 2, into: sum });
        expect([...sum]).toEqual([...turned(alone, k, transposed ? m : n).map((value) => 1 + 2 * value)]);
      }),
    );
  });

  it("rounds once: cancelling terms leave what is left of them in double precision", () => {
    const coordinates = nonzeroCoordinates([1, 1, 1], [1, 3]);
    const sparse = { coordinates, values: [1, 1, 1] };
    const x = Float32Array.of(2 ** 30, 0.25, -(2 ** 30));
    expect([...spmm(x, sparse, { transpose: true })]).toEqual([0.25]);
    expect([...spmm(sparse, x)]).toEqual([0.25]);
    const [a, b] = [Float32Array.of(2 ** 30, 1, -(2 ** 30)), Float32Array.of(1, 0.25, 1)];
    const one = randomCoordinates([1, 1], 1, 0);
    for (const options of [{ transposeA: true }, { transposeB: true }, {}]) {
      expect([...sddmm(one, a, b, options)]).toEqual([0.25]);
    }
  });

  it("says which dense matrix and which sum would fit", () => {
    const sparse: SparseMatrix = { coordinates: randomCoordinates([2, 3], 1, 0), values: [1] };
    const short = new Float32Array(7);
    expect(() => spmm(sparse, short)).toThrow("a 2×3 matrix takes a dense one of 3×k, got 7 entries");
    expect(() => spmm(short, sparse)).toThrow("a 2×3 matrix takes a dense one of k×2, got 7 entries");
    expect(() => spmm(short, sparse, { transpose: true })).toThrow(
      "a 2×3 matrix, transposed, takes a dense one of k×3, got 7 entries",
    );
    expect(() => spmm(sparse, new Float32Array(6), { into: short })).toThrow(
      'the product is 2×2; "into" has 7 entries',
    );
    expect(() => spmm(new Float32Array(2), sparse, { into: short })).toThrow(
      'the product is 1×3; "into" has 7 entries',
    );
    expect(() => spmm({ ...sparse, values: [1, 2] }, short)).toThrow("1 coordinates take 1 values, got 2");
  });
});

describe("sddmm", () => {
  it("takes the entries of the product at the coordinates, in every layout", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, x, y, k }) => {
        const [m, n] = coordinates.shape;
        const expected = gather(coordinates, matmul(turned(y, k, m), x, [m, k, n]));
        const [a, b] = [turned(y, k, m), turned(x, k, n)];
        expect(sddmm(coordinates, a, x)).toEqual(expected);
        expect(sddmm(coordinates, y, x, { transposeA: true })).toEqual(expected);
        expect(sddmm(coordinates, a, b, { transposeB: true })).toEqual(expected);
        expect(sddmm(coordinates, y, b, { transposeA: true, transposeB: true })).toEqual(expected);
      }),
    );
  });

  it("scales, and adds to what it is given", () => {
    fc.assert(
      fc.property(setups, ({ coordinates, values, x, y }) => {
        const alone = sddmm(coordinates, y, x, { transposeA: true });
        const into = values.slice();
        expect(sddmm(coordinates, y, x, { transposeA: true, scale: 0.5, into })).toBe(into);
        expect(into).toEqual(values.map((value, i) => value + 0.5 * alone[i]!));
      }),
    );
  });

  it("says which factors and values fit", () => {
    const set: CoordinateSet = randomCoordinates([2, 3], 1, 0);
    const [two, six, seven] = [new Float32Array(2), new Float32Array(6), new Float32Array(7)];
    expect(() => sddmm(set, two, six)).toThrow(
      "the factors must be 2×k and k×3 with one k, got 2 and 6 entries",
    );
    expect(() => sddmm(set, seven, seven, { transposeA: true, transposeB: true })).toThrow(
      "the factors must be k×2 and 3×k with one k, got 7 and 7 entries",
    );
    expect(() => sddmm(set, two, six.subarray(3), { into: two })).toThrow(
      "1 coordinates take 1 values, got 2",
    );
  });
});

it("products take empty sets", () => {
  const empty = { coordinates: nonzeroCoordinates([0, 0], [1, 2]), values: [] };
  expect([...spmm(empty, [1, 2])]).toEqual([0]);
  expect([...spmm([1, 2], empty, { transpose: true })]).toEqual([0]);
  expect([...sddmm(empty.coordinates, [1], [1, 2])]).toEqual([]);
});
