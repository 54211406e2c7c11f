import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import { layerWindows } from "./shared/layer-windows";
import { type LlamaLikeConfig, llamaLikeConfig, llamaStack } from "./shared/llama-stack";
import { TransformerStack } from "./shared/transformer-stack";

/** Qwen2 and Qwen2.5 (Yang et al., arXiv 2407.10671), as Hugging Face transformers 5 computes them. */
export interface Qwen2Config extends LlamaLikeConfig {
  /** For each layer the places that a token sees, itself included; null: all. */
  readonly windows: readonly (number | null)[];
}

export const qwen2: Architecture<Qwen2Config> = {
  baseModelPrefix: "model",
  pythonModule: "transformers.models.qwen2.modeling_qwen2",
  parseConfig: (fields) => {
    const common = llamaLikeConfig(fields, {
      vocabSize: 151936,
      maxPositionEmbeddings: 32768,
      hiddenSize: 4096,
      numHiddenLayers: 32,
      numAttentionHeads: 32,
      numKeyValueHeads: 32,
      intermediateSize: 22016,
    });
    return { ...common, windows: layerWindows(fields, common.numHiddenLayers, 28) };
  },
  backbone: (config, options) =>
    new TransformerStack(
      llamaStack(config, "Qwen2", (layer) => ({
        bias: true,
        outBias: false,
        window: config.windows[layer]!,
      })),
      config,
      options,
    ),
  heads: {
    causalLM: { kind: "Qwen2ForCausalLM" },
    sequenceClassification: { kind: "Qwen2ForSequenceClassification", layer: "score", token: "last" },
  },
};

export const Qwen2ForCausalLM = modelClass(CausalLM, qwen2);
export const Qwen2ForSequenceClassification = modelClass(SequenceClassifier, qwen2);
