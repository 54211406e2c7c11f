import { compile, gradients, hostTensor, mul, resolveDevice, sizeOf, sum } from "@waveft/autograd";
import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { describe, expect, test } from "vitest";
import { AutoModelForCausalLM, type CausalLMInputs } from "../../src/index";
import { golden } from "../support/models";

const devices = [
  ["gpu:webasm", ""],
  ["gpu:webgpu", noVulkan],
  ["onnx:webgpu", noVulkan],
] as const;

describe.each(devices)("on %s%s", (device, missing) => {
  describe.skipIf(missing !== "")("a model", () => {
    test("moves ids and logits a token, and holds its weights once for all plans", async () => {
      if (device !== "gpu:webasm") loadVulkan();
      const engine = await resolveDevice(device);
      const memory = engine.memory!;
      const model = await AutoModelForCausalLM.fromPretrained(golden("opt-pre"), { device });
      const expected = await AutoModelForCausalLM.fromPretrained(golden("opt-pre"), { device: "gpu:cpu" });
      for (const parameter of model.parameters()) parameter.requiresGrad = false;
      const prompts = [
        [2, 43, 383, 82],
        [2, 5],
      ];
      const options = { maxNewTokens: 12, eosTokenId: null };
      const moved: string[] = [];
      let last = memory.traffic;
      const results = await model.generate(prompts, {
        ...options,
        onToken: ({ sequence }) => {
          if (sequence > 0) return;
          const { bytesIn, bytesOut } = memory.traffic;
          moved.push(`${bytesIn - last.bytesIn} in, ${bytesOut - last.bytesOut} out`);
          last = memory.traffic;
        },
      });
      expect(results).toEqual(await expected.generate(prompts, options));
      // Of each row an id, a position and a segment, and one place for all; and its logits. The first runs send weights.
      const [rows, one] = [prompts.length, 4];
      const token = `${one * (3 * rows + 1)} in, ${one * rows * model.config.vocabSize} out`;
      expect(new Set(moved.slice(3))).toEqual(new Set([token]));

      const held = memory.residentBytes;
      const bytes = model.parameters().reduce((total, parameter) => total + 4 * sizeOf(parameter.shape), 0);
      const trained = model.parameters().at(-1)!;
      const train = compile(
        (inputs: CausalLMInputs) => {
          const { logits } = model.forward(inputs);
          const loss = sum(mul(logits, logits));
          return { loss, slopes: gradients(loss, [trained]) };
        },
        { device: engine },
      );
      const row = (...ids: number[]) => hostTensor(Int32Array.from(ids), [1, ids.length]);
      const { loss } = await train({
        inputIds: row(2, 43, 383),
        positionIds: row(0, 1, 2),
        segmentIds: row(1, 1, 1),
      });
      expect(loss.data[0]).toBeGreaterThan(0);
      expect(memory.residentBytes).toBe(held);
      // The weights once, and the caches.
      expect(held).toBeGreaterThan(0.9 * bytes);
      expect(held).toBeLessThan(1.9 * bytes);
      await train.dispose();
      await engine.dispose!();
    }, 120_000);
  });
});
