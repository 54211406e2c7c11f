import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvOptions } from "../src";
import {
  concat,
  constant,
  conv1d,
  convTranspose1d,
  hostTensor,
  mul,
  pullback,
  slice,
  sum,
  transpose,
} from "../src";
import { devices, draws, runOn } from "./devices";

const tensor = (shape: readonly number[], seed: number) =>
  hostTensor(
    draws(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

/** Shapes and options of a convolution whose taps lie inside the padded signal. */
const convolutions = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    inner: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 2 }),
    taps: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 9 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    low: fc.integer({ min: 0, max: 5 }),
    high: fc.integer({ min: 0, max: 5 }),
  })
  .filter(({ taps, width, dilation, low, high }) => width + low + high > (taps - 1) * dilation);

const total = (data: ArrayLike<number>, weights: ArrayLike<number>): number =>
  Array.from(data).reduce((sum, x, i) => sum + x * weights[i]!, 0);

describe.each(devices)("%s", (device) => {
  test("the transpose is the adjoint, and gradients are what it says, for all shapes and options", async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async ({ batch, groups, inner, filters, taps, width, ...rest }) => {
        const options: ConvOptions = { ...rest, groups };
        const x = tensor([batch, groups * inner, width], 1);
        const kernel = tensor([groups * filters, inner, taps], 2);
        const places =
          Math.floor((width + rest.low + rest.high - (taps - 1) * rest.dilation - 1) / rest.stride) + 1;
        const dy = tensor([batch, groups * filters, places], 3);
        const [y, back, dx, dk, again, backKernel] = await runOn(device, [x, kernel, dy], (a, k, d) => {
          const out = conv1d(a!, k!, options);
          const adjoint = convTranspose1d(d!, k!, width, options);
          return [out, adjoint, ...pullback([out], [d!], [a!, k!]), ...pullback([adjoint], [a!], [d!, k!])];
        });
        const product = total(y!.data, dy.data);
        expect(total(back!.data, x.data)).toBeCloseTo(product, 4);
        expect(dx!.data).toEqual(back!.data);
        // The form is linear in the kernel too: ⟨k̄, k⟩ is the product again, whichever factor it is taken from.
        expect(total(dk!.data, kernel.data)).toBeCloseTo(product, 4);
        expect(backKernel!.data).toBeAllclose(dk!.data, 1e-5);
        expect(again!.data).toBeAllclose(y!.data, 1e-5);
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  test("places that no tap reaches are zeros", async () => {
    const [far, none, empty] = await runOn(device, [tensor([1, 1, 2], 1), tensor([1, 1, 3], 2)], (y, k) => [
      convTranspose1d(y!, k!, 3, { low: 9 }),
      convTranspose1d(slice(y!, [0, 0, 0], [1, 1, 0]), k!, 2),
      convTranspose1d(y!, k!, 0),
    ]);
    expect([...far!.data, ...none!.data]).toEqual([0, 0, 0, 0, 0]);
    expect(empty!.shape).toEqual([1, 1, 0]);
  });

  test("an empty batch has a bias, and no gradient of it", async () => {
    const feeds = [hostTensor([], [0, 2, 4]), tensor([3, 2, 2], 1), tensor([3], 2)];
    const [y, dKernel, dBias] = await runOn(device, feeds, (x, kernel, bias) => {
      const out = conv1d(x!, kernel!, { bias: bias! });
      return [out, ...pullback([out], [out], [kernel!, bias!])];
    });
    expect(y!.shape).toEqual([0, 3, 3]);
    expect([...dKernel!.data, ...dBias!.data]).toEqual(new Array(15).fill(0));
  });
});

describe("a wavelet step", () => {
  // db2, orthogonal: the reconstruction filters, as PyWavelets has them.
  const recLo = [0.48296291314469025, 0.836516303737469, 0.22414386804185735, -0.12940952255092145];
  const recHi = [-0.12940952255092145, -0.22414386804185735, 0.836516303737469, -0.48296291314469025];
  const filters = hostTensor([...recLo, ...recHi], [2, 1, 4]);
  const [rows, width] = [3, 10];
  const signal = tensor([rows, 1, width], 5);

  test.each(devices)("with zeros around gives the signal back: %s", async (device) => {
    const [coefficients, restored] = await runOn(device, [signal, filters], (x, taps) => {
      const analysed = conv1d(x!, taps!, { stride: 2, low: 2, high: 2 });
      return [analysed, convTranspose1d(analysed, taps!, width, { stride: 2, low: 2 })];
    });
    expect(coefficients!.shape).toEqual([rows, 2, 6]);
    expect(restored!.data).toBeAllclose(signal.data, 1e-6);
  });

  test.each(devices)("of a periodic signal gives it back, and keeps its energy: %s", async (device) => {
    const [coefficients, restored] = await runOn(device, [signal, filters], (x, taps) => {
      const wrapped = concat([x!, slice(x!, [0, 0, 0], [rows, 1, 2])], 2);
      const analysed = conv1d(wrapped, taps!, { stride: 2 });
      const long = convTranspose1d(analysed, taps!, width + 2, { stride: 2 });
      const [head, middle, tail] = [
        [0, 2],
        [2, width],
        [width, width + 2],
      ].map(([from, to]) => slice(long, [0, 0, from!], [rows, 1, to!]));
      // What hangs over the end belongs to the beginning.
      const folded = conv1d(concat([head!, tail!], 1), constant([1, 1], [1, 2, 1]));
      return [analysed, concat([folded, middle!], 2)];
    });
    expect(coefficients!.shape).toEqual([rows, 2, 5]);
    expect(restored!.data).toBeAllclose(signal.data, 1e-6);
    expect(total(coefficients!.data, coefficients!.data)).toBeCloseTo(total(signal.data, signal.data), 5);
  });

  test.each(devices)("of channels in groups is that of each channel: %s", async (device) => {
    const [together, apart] = await runOn(device, [signal, filters], (x, taps) => {
      const channels = transpose(x!, [1, 0, 2]);
      const options = { stride: 2, low: 2, high: 2 };
      const grouped = conv1d(channels, concat([taps!, taps!, taps!]), { ...options, groups: rows });
      return [grouped, conv1d(x!, taps!, options)];
    });
    expect(together!.shape).toEqual([1, 2 * rows, 6]);
    expect(together!.data).toBeAllclose(apart!.data, 1e-6);
  });
});

describe("errors", () => {
  const x = constant(new Float32Array(24), [2, 4, 3]);
  const kernel = (...shape: number[]) => constant(new Float32Array(shape.reduce((a, b) => a * b)), shape);
  test.each([
    [
      () => conv1d(x, kernel(2, 4, 5)),
      "conv1d: 5 taps with dilation 1 reach over 5 places of [2, 4, 3] with 0 + 0 zeros, 3 in all",
    ],
    [() => conv1d(x, kernel(2, 4, 2), { dilation: 3 }), "conv1d: 2 taps with dilation 3 reach over 4 places"],
    [
      () => conv1d(x, kernel(2, 3, 2)),
      "conv1d: float32[2, 4, 3] with kernel float32[2, 3, 2]; takes float32 [batch, in, width]",
    ],
    [() => conv1d(x, kernel(2, 4, 2), { groups: 2 }), "with kernel float32[2, 4, 2] in 2 groups; takes"],
    [() => conv1d(x, kernel(3, 2, 2), { groups: 2 }), "out a multiple of groups"],
    [() => conv1d(x, kernel(2, 4, 2), { bias: kernel(3) }), "bias float32[3]; takes"],
    [() => conv1d(x, kernel(2, 4, 2), { stride: 0 }), "conv1d: stride is 0; give an integer from 1"],
    [() => conv1d(x, kernel(2, 4, 2), { low: -1 }), "conv1d: low is -1; give an integer from 0"],
    [() => convTranspose1d(x, kernel(4, 2, 2), 5, { dilation: 1.5 }), "convTranspose1d: dilation is 1.5"],
    [
      () => convTranspose1d(x, kernel(4, 2, 2), -1),
      "convTranspose1d: the width is -1; give an integer from 0",
    ],
    [
      () => convTranspose1d(x, kernel(3, 2, 2), 5),
      "convTranspose1d: float32[2, 4, 3] with kernel float32[3, 2, 2]",
    ],
    [() => mul(sum(x), conv1d(sum(x), kernel(1, 1, 1))), "conv1d: float32[] with kernel"],
  ])("%#", (build, message) => {
    expect(build).toThrow(message);
  });
});
