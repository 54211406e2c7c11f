import { rmSync } from "node:fs";
import { join } from "node:path";
import { AutoModelForCausalLM, AutoModelForSequenceClassification } from "@waveft/transformers";
import { afterAll, expect, test } from "vitest";
import { PeftModel } from "../src";
import { batchOf, expectedOf, goldenBase, goldenCases, measure, realLogits, scratch } from "./golden-models";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

const names = [
  "peft-gpt2-tied-head",
  "peft-llama-tied-head",
  "peft-llama-tied-saved-head",
  "peft-llama-tied-saved-embeddings",
  "peft-llama-bfloat16",
  "peft-bert",
  "peft-opt-pre-shared-one",
  "peft-lora-gpt2-all-linear",
];

test.each(
  goldenCases()
    .filter(({ name }) => names.includes(name))
    .map((row) => [row.name, row] as const),
)("%s, merged and saved, is an ordinary model with PEFT's logits", async (name, row) => {
  const expected = await expectedOf(row.folder);
  const batch = batchOf(expected);
  const model = await PeftModel.fromPretrained(await goldenBase(row), row.folder, { onWarning: () => {} });
  const merged = model.mergeAndUnload();
  const { logits } = await measure(merged, batch, []);
  const folder = join(work, name);
  await merged.savePretrained(folder);
  const auto = row.model.endsWith("-cls") ? AutoModelForSequenceClassification : AutoModelForCausalLM;
  const again = await auto.fromPretrained(folder, { device: "onnx:cpu" });
  expect((await measure(again, batch, [])).logits).toEqual(logits);
  expect(again.dtype).toBe(row.dtype);
  // In bfloat16 merging rounds W + ΔW.
  const tolerance = row.dtype === "float32" ? 1e-5 : 3e-2;
  expect(realLogits(logits, batch)).toBeAllclose(realLogits(expected.get("logits")!.data, batch), tolerance);
});

test("every name is one of the golden adapters", () => {
  const known = goldenCases().map(({ name }) => name);
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});
