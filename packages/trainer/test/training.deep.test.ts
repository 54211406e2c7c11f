import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import { expect, it } from "vitest";
import { type TrainableModel, Trainer, TrainingArguments } from "../src";
import { someExamples, TableModel } from "./support/table-model";

const adapted = (): TrainableModel => {
  const config = AutoConfig.fromJson({
    ...{ model_type: "llama", vocab_size: 32, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2 },
    ...{ num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 32 },
  });
  const model = AutoModelForCausalLM.fromConfig(config, { seed: 1, device: "onnx:cpu" });
  return getPeftModel(model, new WaveFTConfig({ nFrequency: 40, targetModules: ["q_proj", "v_proj"] }));
};

it.each([
  ["a table", () => new TableModel()],
  ["a transformer with an adapter", adapted],
])(
  "10,000 steps of %s take no more memory than 4,000, without forced garbage collection",
  async (name, make) => {
    const peaks: number[] = [];
    const trainer = new Trainer({
      model: make(),
      args: new TrainingArguments({ maxSteps: 10_000, perDeviceTrainBatchSize: 2, saveStrategy: "no" }),
      trainDataset: someExamples(16),
      callbacks: [
        {
          onStepEnd: ({ step }) => {
            const part = Math.floor((step - 1) / 2000);
            // All of the process: outside the JavaScript heap, too.
            peaks[part] = Math.max(peaks[part] ?? 0, process.memoryUsage().rss / 2 ** 20);
          },
        },
      ],
    });
    await trainer.train();
    await trainer.dispose();
    console.log(`${name}, peak MiB by 2,000 steps: ${peaks.map((peak) => peak.toFixed(1)).join(", ")}`);
    expect(peaks.at(-1)! - peaks[1]!).toBeLessThan(20);
  },
  600_000,
);
