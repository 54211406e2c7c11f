import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { AutoModelForCausalLM, type CausalLM } from "../../src/index";
import { golden } from "../support/models";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const collected = async (ref: WeakRef<object>): Promise<boolean> => {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    if (ref.deref() === undefined) return true;
  }
  return false;
};

/** Loads a model, uses it, and keeps nothing of it. */
const used = async (use: (model: CausalLM) => Promise<unknown>): Promise<WeakRef<object>> => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("opt-pre"), { device: "onnx:cpu" });
  await use(model);
  return new WeakRef(model);
};

test.each<[string, (model: CausalLM) => Promise<unknown>]>([
  ["nothing", async () => undefined],
  ["generate", (model) => model.generate([5, 6], { maxNewTokens: 3 })],
  ["predict", (model) => model.predict([5, 6])],
])("a model that nobody holds is collected after %s", async (_, use) => {
  expect(await collected(await used(use))).toBe(true);
});
