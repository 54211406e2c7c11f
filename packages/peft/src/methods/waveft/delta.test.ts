import { randomCoordinates } from "@waveft/sparse";
import { idwt2, wavelet, wavelist } from "@waveft/wavelet";
import fc from "fast-check";
import ndarray from "ndarray";
import { expect, test } from "vitest";
import { denseDelta, directDelta, scatterDelta } from "./delta";
import { placeCoefficients } from "./placement";

const problem = fc.record({
  out: fc.integer({ min: 1, max: 24 }),
  width: fc.integer({ min: 1, max: 24 }),
  share: fc.double({ min: 0.01, max: 1, noNaN: true }),
  seed: fc.integer({ min: 0, max: 1000 }),
});

test.each(wavelist({ kind: "discrete" }))(
  "%s: scattering, the dense transform and the wavelet package's idwt2 agree",
  (name) => {
    fc.assert(
      fc.property(problem, ({ out, width, share, seed }) => {
        const count = Math.max(1, Math.floor(share * out * width));
        const coordinates = randomCoordinates([out, width], count, seed);
        const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 3.7 + seed));
        const filters = wavelet(name);
        const placement = placeCoefficients(coordinates, filters.recLo.length);
        const deltas = [scatterDelta, denseDelta].map((make) => {
          const target = new Float32Array(out * width);
          make(placement, filters, [out, width], 2).add(
            { data: target, rowStride: width, columnStride: 1 },
            values,
          );
          return target;
        });
        const { halfHeight, halfWidth } = placement;
        const band = () => ndarray(new Float64Array(halfHeight * halfWidth), [halfHeight, halfWidth]);
        const [cA, cH, cV, cD] = [band(), band(), band(), band()];
        // The whole padded matrix in blocks: cA top left, cH top right, cV bottom left, cD bottom right.
        values.forEach((value, n) => {
          const row = coordinates.rows[n]! + Math.floor((2 * halfHeight - out) / 2);
          const column = coordinates.columns[n]! + Math.floor((2 * halfWidth - width) / 2);
          const target = row < halfHeight ? (column < halfWidth ? cA : cH) : column < halfWidth ? cV : cD;
          target.set(row % halfHeight, column % halfWidth, 2 * value);
        });
        const whole = idwt2({ cA, cH, cV, cD }, filters, { mode: "zero" });
        const expected = Float64Array.from({ length: out * width }, (_, flat) =>
          whole.get(Math.floor(flat / width), flat % width),
        );
        // What is seen of a long filter may be the far end alone, below float32's normal numbers.
        fc.pre(Math.max(...expected.map(Math.abs)) > 1e-30);
        for (const delta of deltas) expect(delta).toBeAllclose(expected, 2e-6);
      }),
      {
        numRuns: 8,
        examples: [[{ out: 1, width: 9, share: 1, seed: 1 }], [{ out: 17, width: 1, share: 1, seed: 2 }]],
      },
    );
  },
);

test("only the touched entries change", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom("db1", "db2", "coif1"), ({ out, width, share, seed }, name) => {
      const coordinates = randomCoordinates(
        [out, width],
        Math.max(1, Math.floor(share * 0.1 * out * width)),
        seed,
      );
      const filters = wavelet(name);
      const delta = scatterDelta(placeCoefficients(coordinates, filters.length), filters, [out, width], 1);
      const target = new Float32Array(out * width);
      delta.add(
        { data: target, rowStride: width, columnStride: 1 },
        new Float32Array(coordinates.count).fill(1),
      );
      if (delta.touched === null) return;
      const touched = new Set(delta.touched);
      expect(target.every((entry, flat) => entry === 0 || touched.has(flat))).toBe(true);
      expect([...touched]).toEqual([...touched].sort((a, b) => a - b));
    }),
  );
});

test("without the transform, coefficients are entries", () => {
  const coordinates = randomCoordinates([5, 7], 9, 3);
  const target = new Float32Array(35);
  directDelta(coordinates, 4).add(
    { data: target, rowStride: 7, columnStride: 1 },
    new Float32Array(9).fill(0.5),
  );
  expect(target.filter((entry) => entry === 2)).toHaveLength(9);
});
