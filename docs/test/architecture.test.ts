import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Trainer, TrainingArguments } from "@waveft/trainer";
import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waveft-architecture-"));
});
afterAll(() => rm(folder, { recursive: true }));

const config = () =>
  AutoConfig.fromJson({ model_type: "parallel", vocab_size: 16, hidden_size: 8, num_attention_heads: 2 });

test("a new architecture is known by its model_type", () => {
  expect(config().modelType).toBe("parallel");
  expect(() => AutoConfig.fromJson({ model_type: "trigram" })).toThrow("opt, parallel, qwen2");
});

test("it trains", async () => {
  const model = AutoModelForCausalLM.fromConfig(config(), { seed: 1, device: "gpu:cpu" });
  // The next token is always the one after.
  const inputIds = Array.from({ length: 12 }, (_, i) => i + 2);
  const trainer = new Trainer({
    model,
    args: new TrainingArguments({
      outputDir: join(folder, "run"),
      maxSteps: 60,
      learningRate: 0.05,
      perDeviceTrainBatchSize: 1,
      loggingSteps: 1,
      saveStrategy: "no",
    }),
    trainDataset: [{ inputIds }],
  });
  await trainer.train();
  const losses = trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
  expect(losses[0]).toBeCloseTo(Math.log(16), 1);
  expect(losses.at(-1)).toBeLessThan(0.2);
  expect(await model.generate([2, 3, 4, 5], { maxNewTokens: 3 })).toEqual([2, 3, 4, 5, 6, 7, 8]);
  await trainer.dispose();
});

test("it saves and loads by the names of its properties", async () => {
  const model = AutoModelForCausalLM.fromConfig(config(), { seed: 2, device: "gpu:cpu" });
  await model.savePretrained(join(folder, "model"));
  const loaded = await AutoModelForCausalLM.fromPretrained(join(folder, "model"), { device: "gpu:cpu" });
  const state = loaded.stateDict();
  expect([...state.keys()]).toEqual([
    "model.embed_tokens.weight",
    "model.embed_positions.weight",
    ...[0, 1].flatMap((layer) =>
      ["attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.o_proj", "mlp.fc1", "mlp.fc2", "norm"].flatMap(
        (name) => ["weight", "bias"].map((kind) => `model.layers.${layer}.${name}.${kind}`),
      ),
    ),
    "model.norm.weight",
    "model.norm.bias",
    "lm_head.weight",
  ]);
  for (const [name, { data }] of model.stateDict()) expect(state.get(name)!.data, name).toEqual(data);
});
