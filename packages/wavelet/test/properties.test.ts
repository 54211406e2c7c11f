import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import { dwt, dwt2, type FilterBank, idwt, idwt2, type Mode, modes, wavelet, wavelist } from "../src/index";

const names = wavelist({ kind: "discrete" }).filter((name) => name !== "dmey"); // dmey reconstructs to about 1e-7 only
const anyWavelet = fc.constantFrom(...names);
const anyMode = fc.constantFrom(...modes);
const samples = (n: number) =>
  fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n });
const someSamples = fc.integer({ min: 2, max: 90 }).chain(samples);

/** Taps are given to about 1e-12 (bior and coif tables are the coarsest), so reconstruction is no better. */
const reconstructed = 1e-9;

describe("perfect reconstruction", () => {
  it("of vectors of any length, mode and wavelet", () => {
    fc.assert(
      fc.property(someSamples, anyWavelet, anyMode, (x, name, mode) => {
        const { cA, cD } = dwt(x, name, { mode });
        expectClose(idwt(cA, cD, name, { mode }).subarray(0, x.length), x);
      }),
      { numRuns: 400 },
    );
  });

  it("of matrices, along both axes or any one, with a wavelet and mode for each", () => {
    const shape = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 }));
    const matrix = shape.chain(([rows, columns]) =>
      samples(rows * columns).map((data) => ndarray(Float64Array.from(data), [rows, columns])),
    );
    fc.assert(
      fc.property(matrix, anyWavelet, anyWavelet, anyMode, anyMode, (x, down, along, first, second) => {
        const options = { mode: [first, second] as const };
        const back = idwt2(dwt2(x, [down, along], options), [down, along], options);
        expectClose(flat(back.hi(x.shape[0]!, x.shape[1]!)), x.data);
        const { cA, cD } = dwt(x, down, { mode: first, axis: 0 });
        expectClose(flat(idwt(cA, cD, down, { mode: first, axis: 0 }).hi(x.shape[0]!, x.shape[1]!)), x.data);
      }),
      { numRuns: 150 },
    );
  });
});

describe("adjoint ⟨Ax, y⟩ = ⟨x, Aᵀy⟩", () => {
  // Synthesis with the reversed decomposition filters is analysis transposed, where nothing is reflected.
  const transposed = ({ decLo, decHi, recLo, recHi }: ReturnType<typeof wavelet>): FilterBank => ({
    recLo: decLo.toReversed(),
    recHi: decHi.toReversed(),
    decLo: recLo.toReversed(),
    decHi: recHi.toReversed(),
  });

  it.each(["zero", "periodization"] satisfies Mode[])("with mode %s, biorthogonal wavelets too", (mode) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.integer({ min: -9, max: 9 })),
        anyWavelet,
        (half, stream, name) => {
          const take = (n: number) => Float64Array.from({ length: n }, () => stream.next().value);
          const x = take(2 * half);
          const { cA, cD } = dwt(x, name, { mode });
          const [a, d] = [take(cA.length), take(cA.length)];
          const left = dot(cA, a) + dot(cD, d);
          const right = dot(x, idwt(a, d, transposed(wavelet(name)), { mode }));
          expect(Math.abs(left - right)).toBeLessThan(1e-9 * (1 + norm(x) * (norm(a) + norm(d))));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("orthogonal wavelets keep the norm with periodization", () => {
    const orthogonal = fc.constantFrom(...names.filter((name) => wavelet(name).orthogonal));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }).chain((half) => samples(2 * half)),
        orthogonal,
        (x, name) => {
          const { cA, cD } = dwt(x, name, { mode: "periodization" });
          expect(Math.hypot(norm(cA), norm(cD))).toBeCloseTo(norm(x), 6);
        },
      ),
    );
  });
});

it("rows are lines: a matrix along either axis gives what its vectors give", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 9 }).chain((rows) => samples(rows * 5)),
      anyWavelet,
      anyMode,
      (data, name, mode) => {
        const x = ndarray(Float64Array.from(data), [data.length / 5, 5]);
        const down = dwt(x, name, { mode, axis: 0 });
        const along = dwt(x.transpose(1, 0), name, { mode, axis: 1 });
        expectClose(flat(along.cA.transpose(1, 0)), down.cA.data, 0);
        const column = dwt(flat(x.pick(null, 2)), name, { mode });
        expectClose(flat(down.cD.pick(null, 2)), column.cD, 0);
      },
    ),
  );
});

function flat(x: { data: Float64Array; shape: number[]; get(...index: number[]): number }): Float64Array {
  const [rows = 1, columns] = x.shape;
  if (columns === undefined) return Float64Array.from({ length: rows }, (_, i) => x.get(i));
  return Float64Array.from({ length: rows * columns }, (_, i) => x.get(Math.floor(i / columns), i % columns));
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = reconstructed,
): void {
  expect(actual.length).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale)) {
      throw new Error(`sample ${i} is ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function norm(a: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a));
}
