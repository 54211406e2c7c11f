import { expect, test } from "vitest";
import { constant, conv1d, convTranspose1d, hostTensor, logSoftmax, rmsNorm, softmax } from "../src";
import { devices, draws, runOn } from "./devices";

// Past 2²², where a kernel must write its indices in another way.
const size = 4_300_000;
const numbers = draws(size, 1);

/** The largest difference at places all over the array, the ends included. */
const worst = (data: ArrayLike<number>, expected: (i: number) => number): number => {
  let error = 0;
  for (let i = 0; i < data.length; i += i < 64 || i > data.length - 64 ? 1 : 997)
    error = Math.max(error, Math.abs(data[i]! - expected(i)));
  return error;
};

test.each(devices.slice(1))("long sequences and many lines: %s", async (device) => {
  const half = size / 2;
  const taps = [0.5, -1, 0.25];
  const [correlated, spread] = await runOn(device, [hostTensor(numbers, [1, 1, size])], (x) => {
    const kernel = constant(taps, [1, 1, 3]);
    const y = conv1d(x!, kernel, { stride: 2, low: 1 });
    return [y, convTranspose1d(x!, kernel, size + 2)];
  });
  expect(correlated!.shape).toEqual([1, 1, half]);
  const at = (i: number) => numbers[i] ?? 0;
  const sum = (places: readonly number[]) => places.reduce((total, i, t) => total + taps[t]! * at(i), 0);
  expect(worst(correlated!.data, (i) => sum([2 * i - 1, 2 * i, 2 * i + 1]))).toBeLessThan(1e-6);
  expect(worst(spread!.data, (i) => sum([i, i - 1, i - 2]))).toBeLessThan(1e-6);

  const lines = hostTensor(numbers, [2, half]);
  const [shares, logarithms] = await runOn(device, [lines], (x) => [softmax(x!, 0), logSoftmax(x!, 0)]);
  const share = (i: number) => 1 / (1 + Math.exp(at((i + half) % size) - at(i)));
  expect(worst(shares!.data, share)).toBeLessThan(1e-6);
  expect(worst(logarithms!.data, (i) => Math.log(share(i)))).toBeLessThan(1e-6);

  const pairs = hostTensor(numbers, [half, 2]);
  const [normal] = await runOn(device, [pairs], (x) => [rmsNorm(x!, constant([2, 3], [2]), 0.1)]);
  const scale = (i: number) => 1 / Math.sqrt((at(i - (i % 2)) ** 2 + at(i - (i % 2) + 1) ** 2) / 2 + 0.1);
  expect(worst(normal!.data, (i) => at(i) * scale(i) * (2 + (i % 2)))).toBeLessThan(2e-6);
});
