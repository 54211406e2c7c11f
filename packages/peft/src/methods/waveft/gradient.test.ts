import { evaluate, hostTensor, Parameter } from "@waveft/autograd";
import { randomCoordinates } from "@waveft/sparse";
import { wavelet } from "@waveft/wavelet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { directDelta, scatterDelta } from "./delta";
import { directGradient, waveletGradient } from "./gradient";
import { placeCoefficients } from "./placement";

const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase));

const problem = fc.record({
  out: fc.integer({ min: 1, max: 20 }),
  width: fc.integer({ min: 1, max: 20 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer(),
  scaling: fc.double({ min: 0.5, max: 30, noNaN: true }),
  name: fc.constantFrom("db1", "db3", "sym4", "coif2", "bior2.2", null),
  // Few tokens are sampled, many go by way of dyᵀx.
  tokens: fc.constantFrom(1, 3, 80),
});

describe.each(["gpu:cpu", "onnx:cpu"])("on %s", (device) => {
  test("the gradient is the adjoint of ΔW: ⟨ΔW(c), dyᵀx⟩ = ⟨c, ∂⟩", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ out, width, share, seed, scaling, name, tokens }) => {
        const count = Math.max(1, Math.round(share * out * width));
        const shape = [out, width] as const;
        const coordinates = randomCoordinates(shape, count, seed);
        const [x, dy, values] = [wave(tokens * width, 1), wave(tokens * out, 2), wave(count, 0.3)];
        const make = () => {
          if (name === null)
            return [directDelta(coordinates, scaling), directGradient(coordinates, scaling)] as const;
          const filters = wavelet(name);
          const placement = placeCoefficients(coordinates, filters.length);
          return [
            scatterDelta(placement, filters, shape, scaling),
            waveletGradient(placement, filters, scaling),
          ] as const;
        };
        const [delta, gradient] = make();
        const rows = new Parameter(hostTensor(x, [tokens, width]));
        const cotangents = new Parameter(hostTensor(dy, [tokens, out]));
        const [slopes] = await evaluate([gradient(rows.tensor, cotangents.tensor)], { device });
        const change = new Float32Array(out * width);
        delta.add(change, values);
        let [left, size] = [0, 0];
        for (let t = 0; t < tokens; t++)
          for (let r = 0; r < out; r++)
            for (let c = 0; c < width; c++) {
              const term = change[r * width + c]! * dy[t * out + r]! * x[t * width + c]!;
              left += term;
              size += Math.abs(term);
            }
        const right = Array.from(slopes!.data).reduce((total, slope, n) => total + slope * values[n]!, 0);
        // Terms that cancel leave float32's rounding of their sum of sizes.
        const bound = values.reduce((total, value, n) => total + Math.abs(value * slopes!.data[n]!), size);
        expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-5 * bound + 1e-6);
      }),
      { numRuns: device === "gpu:cpu" ? 25 : 12 },
    );
  });
});
