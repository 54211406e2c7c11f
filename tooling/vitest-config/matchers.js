import { expect } from "vitest";

const relativeError = (actual, expected) => {
  let error = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isNaN(expected[i]) !== Number.isNaN(actual[i])) return Number.POSITIVE_INFINITY;
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
    if (Number.isNaN(expected[i]) || actual[i] === expected[i]) continue;
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
  }
  return error === 0 ? 0 : scale === 0 ? error : error / scale;
};

expect.extend({
  /** max|a − b| / max|b| of two arrays of one length (see DESIGN: relative error of arrays). */
  toBeAllclose(actual, expected, tolerance = 1e-5) {
    if (actual.length !== expected.length) {
      return { pass: false, message: () => `expected ${expected.length} numbers, got ${actual.length}` };
    }
    const error = relativeError(actual, expected);
    return {
      pass: error <= tolerance,
      message: () => `relative error ${error} (tolerance ${tolerance})`,
    };
  },
});
