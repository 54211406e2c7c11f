import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** What the examples print. */
let printed: unknown[][];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((...values) => {
    printed.push(values);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

// The examples that need neither files nor the hub run as they stand.

test("the example of @waveft/autograd finds the line that its comment states", async () => {
  await import("readme:autograd" as string);
  const [weight, bias] = printed[0]!;
  expect(weight as Float32Array).toBeAllclose([-1, 2], 0.02);
  expect(bias as Float32Array).toBeAllclose([1], 0.02);
});

test("the example of @waveft/engine-onnx prints what its comment states", async () => {
  await import("readme:engine-onnx" as string);
  expect(printed[0]!.map((data) => Array.from(data as Float32Array))).toEqual([[58], [6, 6, 14, 14]]);
});

test("the example of @waveft/sparse runs", async () => {
  await import("readme:sparse" as string);
  expect(printed[0]![0]).toBe(2592);
});

test("the example of @waveft/wavelet runs", async () => {
  await import("readme:wavelet" as string);
  expect((printed[0]![0] as Float64Array).length).toBe(16);
});
