import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import { layerWindows } from "./shared/layer-windows";
import { type LlamaLikeConfig, llamaLikeConfig, llamaStack } from "./shared/llama-stack";
import { TransformerStack } from "./shared/transformer-stack";

/** Qwen3 (Yang et al., arXiv 2505.09388), as Hugging Face transformers 5 computes it. */
export interface Qwen3Config extends LlamaLikeConfig {
  readonly attentionBias: boolean;
  /** For each layer the places that a token sees, itself included; null: all. */
  readonly windows: readonly (number | null)[];
}

export const qwen3: Architecture<Qwen3Config> = {
  baseModelPrefix: "model",
  pythonModule: "transformers.models.qwen3.modeling_qwen3",
  parseConfig: (fields) => {
    const common = llamaLikeConfig(fields, {
      vocabSize: 151936,
      maxPositionEmbeddings: 32768,
      hiddenSize: 4096,
      numHiddenLayers: 32,
      numAttentionHeads: 32,
      numKeyValueHeads: 32,
      headDim: 128,
      intermediateSize: 22016,
    });
    const attentionBias = fields.boolean("attention_bias", false);
    return { ...common, attentionBias, windows: layerWindows(fields, common.numHiddenLayers, 28) };
  },
  backbone: (config, options) => {
    const qkNorm = { kind: "rms", epsilon: config.rmsNormEps, over: "head" } as const;
    const stack = llamaStack(config, "Qwen3", (layer) => ({
      bias: config.attentionBias,
      qkNorm,
      window: config.windows[layer]!,
    }));
    return new TransformerStack(stack, config, options);
  },
  heads: {
    causalLM: { kind: "Qwen3ForCausalLM" },
    sequenceClassification: { kind: "Qwen3ForSequenceClassification", layer: "score", token: "last" },
  },
};

export const Qwen3ForCausalLM = modelClass(CausalLM, qwen3);
export const Qwen3ForSequenceClassification = modelClass(SequenceClassifier, qwen3);
