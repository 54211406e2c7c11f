import { compile, hostTensor, rotaryTables, type Tensor } from "@waveft/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RotaryConfig, RotaryPositions } from "../../src/index";

const width = 8;
const length = 6;
const x = hostTensor(
  Float32Array.from({ length: length * width }, (_, i) => Math.sin(1 + i)),
  [1, 1, length, width],
);

const scaling: RotaryConfig["scaling"] = {
  type: "llama3",
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalLength: 8192,
};

test.each(["gpu:cpu", "onnx:cpu"])(
  "positions up to 131,072 turn as tables of all of them would, on %s",
  async (device) => {
    for (const config of [
      { base: 10000, scaling: null },
      { base: 500000, scaling },
    ] satisfies RotaryConfig[]) {
      const rotary = new RotaryPositions(config, width, 131072);
      const run = compile((value: Tensor, at: Tensor) => rotary.at(at)(value), { device });
      const place = fc.integer({ min: 0, max: 131071 });
      const positions = fc.array(fc.oneof(place, fc.constantFrom(0, 255, 256, 131071)), {
        minLength: length,
        maxLength: length,
      });
      await fc.assert(
        fc.asyncProperty(positions, async (at) => {
          const { data } = await run(x, hostTensor(Int32Array.from(at), [1, length]));
          expect(data).toBeAllclose(turned(at, config), 1e-6);
        }),
        { numRuns: 20 },
      );
    }
  },
);

/** Pairs (i, i + half) turned in float64 by what the tables of these positions say. */
const turned = (at: readonly number[], { base, scaling }: RotaryConfig): number[] => {
  const { cos, sin } = rotaryTables(at, width, { base, ...(scaling && { scaling }) });
  const half = width / 2;
  return Array.from({ length: length * width }, (_, i) => {
    const [row, channel] = [Math.floor(i / width), i % width];
    const pair = row * half + (channel % half);
    const other = x.data[channel < half ? i + half : i - half]!;
    return x.data[i]! * cos.data[pair]! + (channel < half ? -other : other) * sin.data[pair]!;
  });
};
