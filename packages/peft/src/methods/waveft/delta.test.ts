import { compile, constant, gradients, hostTensor, mul, sum, type Tensor } from "@waveft/autograd";
import { type CoordinateSet, randomCoordinates } from "@waveft/sparse";
import { idwt2, wavelet, wavelist } from "@waveft/wavelet";
import fc from "fast-check";
import ndarray from "ndarray";
import { expect, test } from "vitest";
import { denseDelta, directDelta, scatterDelta } from "./delta";
import { directForms, waveletForms } from "./graph-forms";
import { placeCoefficients, placeEntries, type SynthesisFilters } from "./placement";

const side = fc.oneof(fc.integer({ min: 1, max: 24 }), fc.constantFrom(1, 2, 3, 40));
const problem = fc.record({
  out: side,
  width: side,
  share: fc.double({ min: 0.01, max: 1, noNaN: true }),
  seed: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.maxSafeInteger()),
});

/** The wavelet package's own two-dimensional synthesis of the coefficients, [out, in]; `length` is the filters'. */
const synthesised = (
  { shape: [out, width], rows, columns }: CoordinateSet,
  values: Float32Array,
  filters: Parameters<typeof idwt2>[1],
  length: number,
): Float64Array => {
  const even = (n: number) => n + (n % 2);
  const [height, breadth] = [even(out + length - 2), even(width + length - 2)];
  const [halfHeight, halfWidth] = [height / 2, breadth / 2];
  const band = () => ndarray(new Float64Array(halfHeight * halfWidth), [halfHeight, halfWidth]);
  const [cA, cH, cV, cD] = [band(), band(), band(), band()];
  // The whole padded matrix in blocks: cA top left, cH top right, cV bottom left, cD bottom right.
  values.forEach((value, n) => {
    const row = rows[n]! + Math.floor((height - out) / 2);
    const column = columns[n]! + Math.floor((breadth - width) / 2);
    const target = row < halfHeight ? (column < halfWidth ? cA : cH) : column < halfWidth ? cV : cD;
    target.set(row % halfHeight, column % halfWidth, value);
  });
  const whole = idwt2({ cA, cH, cV, cD }, filters, { mode: "zero" });
  return Float64Array.from({ length: out * width }, (_, flat) =>
    whole.get(Math.floor(flat / width), flat % width),
  );
};

const drawn = ({ out, width, share, seed }: { out: number; width: number; share: number; seed: number }) => {
  const count = Math.max(1, Math.floor(share * out * width));
  const coordinates = randomCoordinates([out, width], count, seed);
  const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 3.7 + (seed % 1000)));
  return { coordinates, values };
};

const identity = (size: number): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
const examples: [Parameters<typeof drawn>[0]][] = [
  [{ out: 1, width: 9, share: 1, seed: 1 }],
  [{ out: 17, width: 1, share: 1, seed: 2 }],
  [{ out: 1, width: 1, share: 1, seed: 3 }],
];

test.each(wavelist({ kind: "discrete" }))(
  "%s: scattering, the dense transform and the wavelet package's idwt2 agree",
  (name) => {
    fc.assert(
      fc.property(problem, (given) => {
        const { coordinates, values } = drawn(given);
        const { out, width } = given;
        const filters = wavelet(name);
        const placement = placeCoefficients(coordinates, filters.recLo.length);
        const expected = synthesised(
          coordinates,
          values.map((value) => 2 * value),
          filters,
          filters.recLo.length,
        );
        // What is seen of a long filter may be the far end alone, below float32's normal numbers.
        fc.pre(Math.max(...expected.map(Math.abs)) > 1e-30);
        for (const make of [scatterDelta, denseDelta]) {
          const target = new Float32Array(out * width);
          make(placement, filters, [out, width], 2).add(
            { data: target, rowStride: width, columnStride: 1 },
            values,
          );
          expect(target).toBeAllclose(expected, 2e-6);
        }
      }),
      { numRuns: 8, examples },
    );
  },
);

/** ΔW by the graph's forms, x · ΔWᵀ with x the unit matrix among them, and what their gradients sum up to. */
const byForms = async (
  { coordinates, values }: ReturnType<typeof drawn>,
  filters: SynthesisFilters | null,
  device: string,
) => {
  const { shape, count } = coordinates;
  const [out, width] = shape;
  const forms =
    filters === null
      ? directForms(placeEntries(coordinates), 2)
      : waveletForms(placeCoefficients(coordinates, filters.recLo.length), filters, shape, 2);
  const run = compile(
    (c: Tensor, weights: Tensor) => {
      const [matrix, product] = [
        forms.matrix(c),
        forms.product(constant(identity(width), [width, width]), c),
      ];
      const turned = Float32Array.from(
        { length: width * out },
        (_, i) => (i % out) * width + Math.floor(i / out),
      );
      return {
        matrix,
        product,
        slopes: [
          gradients(sum(mul(matrix, weights)), [c])[0]!,
          gradients(sum(mul(product, constant(turned, [width, out]))), [c])[0]!,
        ],
      };
    },
    { device },
  );
  const weights = Float32Array.from({ length: out * width }, (_, i) => i);
  const { matrix, product, slopes } = await run(
    hostTensor(values, [count]),
    hostTensor(weights, [out, width]),
  );
  await run.dispose();
  const unturned = Float32Array.from(
    { length: out * width },
    (_, i) => product.data[(i % width) * out + Math.floor(i / width)]!,
  );
  return { deltas: [matrix.data as Float32Array, unturned], slopes: slopes.map(({ data }) => data), weights };
};

test.each(wavelist({ kind: "discrete" }))(
  "%s: the graph's product and matrix are the wavelet package's idwt2, their gradients its adjoint",
  async (name) => {
    const filters = wavelet(name);
    await fc.assert(
      fc.asyncProperty(problem, async (given) => {
        const problemOf = drawn(given);
        const { coordinates, values } = problemOf;
        const of = (numbers: Float32Array) =>
          synthesised(
            coordinates,
            numbers.map((value) => 2 * value),
            filters,
            filters.recLo.length,
          );
        const expected = of(values);
        fc.pre(Math.max(...expected.map(Math.abs)) > 1e-30);
        const { deltas, slopes, weights } = await byForms(problemOf, filters, "onnx:cpu");
        for (const delta of deltas) expect(delta).toBeAllclose(expected, 3e-6);
        // One coefficient alone gives its place in the gradient.
        const at = given.seed % coordinates.count;
        const n = at < 0 ? at + coordinates.count : at;
        const alone = of(Float32Array.from(values, (_, i) => (i === n ? 1 : 0)));
        const slope = alone.reduce((total, entry, i) => total + entry * weights[i]!, 0);
        const size = alone.reduce((total, entry, i) => total + Math.abs(entry) * weights[i]!, 0);
        for (const own of slopes) expect(Math.abs(own[n]! - slope)).toBeLessThan(1e-5 * size + 1e-30);
      }),
      { numRuns: 4, examples: [examples[0]!] },
    );
  },
);

test("coefficients that are entries: the graph's product and matrix put them there", async () => {
  await fc.assert(
    fc.asyncProperty(problem, fc.constantFrom("gpu:cpu", "onnx:cpu"), async (given, device) => {
      const problemOf = drawn(given);
      const { coordinates, values } = problemOf;
      const expected = new Float32Array(given.out * given.width);
      directDelta(placeEntries(coordinates), 2).add(
        { data: expected, rowStride: given.width, columnStride: 1 },
        values,
      );
      const { deltas, slopes, weights } = await byForms(problemOf, null, device);
      for (const delta of deltas) expect(delta).toEqual(expected);
      for (const own of slopes)
        for (let n = 0; n < coordinates.count; n++)
          expect(own[n]).toBe(2 * weights[coordinates.rows[n]! * given.width + coordinates.columns[n]!]!);
    }),
    { numRuns: 12, examples: [[examples[0]![0], "gpu:cpu"]] },
  );
});

test("only the touched entries change", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom("db1", "db2", "coif1"), ({ out, width, share, seed }, name) => {
      const coordinates = randomCoordinates(
        [out, width],
        // Few enough for lists of entries, or so many that entries are marked.
        Math.max(1, Math.floor(share ** 3 * 0.1 * out * width)),
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
      // In order, each once.
      expect(Array.from(delta.touched)).toEqual([...touched].sort((a, b) => a - b));
    }),
  );
});

test("without the transform, coefficients are entries", () => {
  const coordinates = randomCoordinates([5, 7], 9, 3);
  const target = new Float32Array(35);
  directDelta(placeEntries(coordinates), 4).add(
    { data: target, rowStride: 7, columnStride: 1 },
    new Float32Array(9).fill(0.5),
  );
  expect(target.filter((entry) => entry === 2)).toHaveLength(9);
});
