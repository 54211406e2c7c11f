import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import { loadDataset, Trainer, TrainingArguments } from "../../src";

// What a page runs, in one file as a bundler makes it; Node runs it from its sources.

/** Losses of a tiny model that learns that each token is followed by the next. */
export const losses = async (): Promise<readonly number[]> => {
  const config = AutoConfig.fromJson({
    ...{ model_type: "opt", vocab_size: 16, hidden_size: 8, word_embed_proj_dim: 8, ffn_dim: 16 },
    ...{ num_attention_heads: 2, num_hidden_layers: 1, max_position_embeddings: 16, dropout: 0 },
  });
  const inputIds = Array.from({ length: 12 }, (_, i) => i + 2);
  const trainer = new Trainer({
    model: AutoModelForCausalLM.fromConfig(config, { seed: 1, device: "gpu:cpu" }),
    args: new TrainingArguments({ maxSteps: 8, learningRate: 0.05, loggingSteps: 1, saveStrategy: "no" }),
    trainDataset: [{ inputIds }],
  });
  await trainer.train();
  await trainer.dispose();
  return trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
};

/** The sentence for who reads files here. */
export const readsFiles = (): Promise<string> =>
  loadDataset("rows.csv").then(
    () => "read",
    (error: Error) => error.message,
  );
