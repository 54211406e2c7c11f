import { expect } from "vitest";
import { WaveletError, type WaveletErrorReason } from "../src/errors";

/** Expects a WaveletError of that reason and message. */
export function expectError(reason: WaveletErrorReason, run: () => unknown, message: string | RegExp): void {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(WaveletError.isInstance(thrown) && thrown.reason).toBe(reason);
  expect(() => {
    throw thrown;
  }).toThrow(message);
}
