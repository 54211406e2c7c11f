import { readFileSync } from "node:fs";
import { AutoModelForCausalLM } from "@waveft/transformers";
import { expect, test } from "vitest";
import { PeftModel } from "../src";
import { golden, readJson } from "./support";

const base = () =>
  AutoModelForCausalLM.fromPretrained(golden("../../../transformers/test/golden/llama-tiny"), {
    device: "onnx:cpu",
  });

test("an adapter of old files, with embeddings saved along, gives PEFT's logits without a warning", async () => {
  const { ids, logits } = readJson(golden("old-files/expected.json")) as {
    ids: number[];
    logits: number[][];
  };
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const model = await PeftModel.fromPretrained(await base(), golden("old-files"), { onWarning });
  expect((await model.predict([ids])).data).toBeAllclose(logits.flat(), 1e-5);
  expect(warnings).toEqual([]);
});

test("embeddings of another vocabulary are refused by name, and change nothing", async () => {
  const model = await base();
  const wide = await AutoModelForCausalLM.fromConfig(
    { ...model.config, vocabSize: 70, json: { ...model.config.json, vocab_size: 70 } } as typeof model.config,
    { device: "onnx:cpu" },
  );
  const before = wide.getInputEmbeddings().parameters()[0]!.data.slice();
  await expect(PeftModel.fromPretrained(wide, golden("old-files"))).rejects.toThrow(
    /embed_tokens.weight has shape \[64, 32\]; this model and config need \[70, 32\]/,
  );
  expect(wide.getInputEmbeddings().parameters()[0]!.data).toEqual(before);
  expect(readFileSync(golden("old-files/adapter_model.bin")).length).toBeGreaterThan(0);
});
