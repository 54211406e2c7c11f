import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AutoModelForCausalLM } from "@waveft/transformers";
import { describe, expect, test } from "vitest";
import { getPeftModel, WaveFTConfig } from "../src";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Uses a model, and keeps nothing of it. */
const used = async (
  device: string,
  strategy: "merged" | "factored",
  trained: boolean,
): Promise<WeakRef<object>> => {
  const model = await AutoModelForCausalLM.fromPretrained(
    join(import.meta.dirname, "../../transformers/test/golden/opt-pre"),
    { device },
  );
  const peftModel = getPeftModel(model, new WaveFTConfig({ nFrequency: 8 }), { strategy });
  if (trained) peftModel.train();
  await peftModel.generate([5, 6], { maxNewTokens: 2 });
  await peftModel.predict([5, 6]);
  return new WeakRef(model);
};

describe.each(["gpu:cpu", "onnx:cpu"])("%s", (device) => {
  test.each([
    ["merged", false],
    ["factored", false],
    ["merged", true],
  ] as const)(
    "a model with %s adapters that nobody holds is collected (in train mode: %s)",
    async (strategy, trained) => {
      const model = await used(device, strategy, trained);
      for (let i = 0; i < 50 && model.deref() !== undefined; i++) {
        // What was looked at lives to the end of its turn.
        await new Promise((resolve) => setTimeout(resolve, 10));
        collect();
      }
      expect(model.deref()).toBeUndefined();
    },
  );
});
