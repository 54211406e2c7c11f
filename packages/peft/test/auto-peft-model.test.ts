import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PreTrainedModel } from "@waveft/transformers";
import { afterAll, describe, expect, test } from "vitest";
import {
  AutoPeftModelForCausalLM,
  AutoPeftModelForSequenceClassification,
  getPeftModel,
  type PeftModel,
  WaveFTConfig,
} from "../src";
import { goldenBase, measure, scratch } from "./golden-models";
import { readJson } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

const models = join(import.meta.dirname, "../../transformers/test/golden");
const quiet = { onWarning: () => {} };
const load = { ...quiet, dtype: "float32", device: "onnx:cpu" } as const;
const batch = { ids: [5, 6, 7, 8], mask: [1, 1, 1, 1], labels: [1, 1, 1, 1], shape: [1, 4] };
const logitsOf = async (model: PeftModel<PreTrainedModel>) => {
  const isClassifier = model.model.kind.endsWith("ForSequenceClassification");
  return (await measure(model, isClassifier ? { ...batch, labels: [1] } : batch, [])).logits;
};

/** An adapter of random values in a folder of its own; `fields` of its config are changed then. */
const save = async (name: string, base: string, task: WaveFTConfig["taskType"], fields: object = {}) => {
  const folder = join(work, name);
  const model = getPeftModel(
    await goldenBase({ model: base, dtype: "float32", share: [] }),
    new WaveFTConfig({ nFrequency: 12, taskType: task }),
    quiet,
  );
  for (const parameter of model.parameters())
    if (parameter.requiresGrad)
      parameter.data = (parameter.data as Float32Array).map((value, i) => value + 0.05 * Math.cos(i));
  await model.savePretrained(folder);
  const path = join(folder, "adapter_config.json");
  writeFileSync(path, JSON.stringify({ ...readJson(path), ...fields }));
  return { folder, model };
};

describe("from an adapter alone", () => {
  test("a causal language model, frozen and in eval mode", async () => {
    const { folder, model } = await save("causal", "opt-pre", "CAUSAL_LM");
    const loaded = await AutoPeftModelForCausalLM.fromPretrained(folder, load);
    expect(await logitsOf(loaded)).toEqual(await logitsOf(model));
    expect([loaded.getNbTrainableParameters().trainable, loaded.training]).toEqual([0, false]);
    expect(await loaded.generate([5, 6], { maxNewTokens: 2 })).toHaveLength(4);
  });

  test("a classifier with its trained head, to be trained on, under a name, with a strategy", async () => {
    const { folder, model } = await save("classifier", "bert-tiny-cls", "SEQ_CLS");
    const loaded = await AutoPeftModelForSequenceClassification.fromPretrained(folder, {
      ...load,
      adapterName: "mine",
      isTrainable: true,
      strategy: "factored",
    });
    expect(await logitsOf(loaded)).toBeAllclose(await logitsOf(model), 1e-5);
    expect([loaded.activeAdapters, loaded.strategy]).toEqual([["mine"], "factored"]);
    expect(loaded.getNbTrainableParameters().trainable).toBeGreaterThan(4 * 12);
  });

  test("without a task type, the base model's class says what it is for", async () => {
    const { folder, model } = await save("no-task", "gpt2-tiny", null);
    const loaded = await AutoPeftModelForCausalLM.fromPretrained(folder, load);
    expect(await logitsOf(loaded)).toEqual(await logitsOf(model));
    await expect(AutoPeftModelForSequenceClassification.fromPretrained(folder, load)).rejects.toThrow(
      "made for a GPT2LMHeadModel; AutoPeftModelForSequenceClassification is for SEQ_CLS",
    );
  });
});

test("the base model is the one of the config's revision, whatever the adapter's", async () => {
  const cacheDir = join(work, "cache");
  const repo = join(cacheDir, "models--org--base");
  const commits = { main: "a".repeat(40), v2: "b".repeat(40) };
  mkdirSync(join(repo, "refs"), { recursive: true });
  for (const [ref, commit] of Object.entries(commits)) {
    writeFileSync(join(repo, "refs", ref), commit);
    cpSync(join(models, ref === "v2" ? "opt-pre" : "opt-post"), join(repo, "snapshots", commit), {
      recursive: true,
    });
  }
  const fields = { base_model_name_or_path: "org/base", revision: "v2" };
  const { folder, model } = await save("revision", "opt-pre", "CAUSAL_LM", fields);
  const options = { ...load, cacheDir, localFilesOnly: true, revision: "main" };
  const loaded = await AutoPeftModelForCausalLM.fromPretrained(folder, options);
  expect(await logitsOf(loaded)).toEqual(await logitsOf(model));
  expect(loaded.peftConfig.get("default")!.revision).toBe("v2");
  const { folder: other } = await save("main", "opt-pre", "CAUSAL_LM", { ...fields, revision: null });
  const onMain = await AutoPeftModelForCausalLM.fromPretrained(other, { ...options, revision: "v2" });
  expect(onMain.model.config).toMatchObject({ doLayerNormBefore: false });
  expect(loaded.model.config).toMatchObject({ doLayerNormBefore: true });
});

describe("errors", () => {
  test.each([
    [
      "another task",
      { task_type: "SEQ_CLS" },
      "the adapter's task is SEQ_CLS; AutoPeftModelForCausalLM is for CAUSAL_LM",
    ],
    [
      "no base model",
      { base_model_name_or_path: null },
      "names no base model; load it, and use PeftModel.fromPretrained",
    ],
    ["a base model that is not there", { base_model_name_or_path: join(work, "nowhere") }, "nowhere"],
    ["a config of no method", { peft_type: "MAGIC" }, 'peft_type is "MAGIC"'],
  ])("%s", async (name, fields, sentence) => {
    const { folder } = await save(name, "opt-pre", "CAUSAL_LM", fields);
    const attempt = AutoPeftModelForCausalLM.fromPretrained(folder, load);
    await expect(attempt).rejects.toMatchObject({
      name: "PeftError",
      message: expect.stringContaining(sentence),
    });
    expect(readFileSync(join(folder, "adapter_config.json"), "utf8")).toContain(
      JSON.stringify(Object.values(fields)[0]),
    );
  });

  test("no adapter", async () => {
    await expect(AutoPeftModelForCausalLM.fromPretrained(join(models, "opt-pre"), load)).rejects.toThrow(
      "no adapter_config.json; an adapter has adapter_config.json and adapter_model.safetensors",
    );
  });
});
