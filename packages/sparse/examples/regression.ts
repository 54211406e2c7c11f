import { Mt19937 } from "@waveft/sparse";

/**
 * A least-squares problem: 64 inputs x of 32 features and targets y = x·Tᵀ, where 26 of the 16×32 entries of T are
 * large and the others small. Matrices are row-major; a layer's weight is W of y = x·Wᵀ.
 */
export const shape = [16, 32] as const;
export const samples = 64;

const generator = new Mt19937(42);
const uniform = () => generator.nextUint32() / 2 ** 31 - 1;
const [outputs, features] = shape;

const target = Float32Array.from(
  { length: outputs * features },
  (_, i) => uniform() * (i % 20 === 7 ? 3 : 0.3),
);
// Neighbouring features are alike, so that the entries that are kept can stand in for some that are not.
const draws = Float32Array.from({ length: samples * features + 3 }, uniform);
export const x = Float32Array.from({ length: samples * features }, (_, i) =>
  draws.subarray(i, i + 4).reduce((sum, draw) => sum + draw / 2, 0),
);
export const y = product(target);

/** x·Wᵀ of a dense weight, samples × outputs. */
export function product(weight: Float32Array): Float32Array {
  const out = new Float32Array(samples * outputs);
  for (let t = 0; t < samples; t++) {
    for (let r = 0; r < outputs; r++) {
      for (let c = 0; c < features; c++)
        out[t * outputs + r]! += x[t * features + c]! * weight[r * features + c]!;
    }
  }
  return out;
}

/** ∂loss/∂W of the samples from `first` to `last`, dense, where the loss is ½ Σ (x·Wᵀ − y)² / samples. */
export function gradient(weight: Float32Array, first = 0, last = samples): Float32Array {
  const found = product(weight);
  const out = new Float32Array(weight.length);
  for (let t = first; t < last; t++) {
    for (let r = 0; r < outputs; r++) {
      const difference = (found[t * outputs + r]! - y[t * outputs + r]!) / samples;
      for (let c = 0; c < features; c++) out[r * features + c]! += difference * x[t * features + c]!;
    }
  }
  return out;
}

/** Mean of the squared differences from the targets. */
export const loss = (found: Float32Array): number =>
  found.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / found.length;
