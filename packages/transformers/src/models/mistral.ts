import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import { type LlamaLikeConfig, llamaLikeConfig, llamaStack } from "./shared/llama-stack";
import { TransformerStack } from "./shared/transformer-stack";

/** Mistral 7B (Jiang et al., arXiv 2310.06825) and its kin, as Hugging Face transformers 5 computes them. */
export interface MistralConfig extends LlamaLikeConfig {
  /** Places that a token sees, itself included; null: all. */
  readonly slidingWindow: number | null;
}

export const mistral: Architecture<MistralConfig> = {
  baseModelPrefix: "model",
  pythonModule: "transformers.models.mistral.modeling_mistral",
  parseConfig: (fields) => ({
    ...llamaLikeConfig(fields, {
      vocabSize: 32000,
      maxPositionEmbeddings: 131072,
      bosTokenId: 1,
      eosTokenId: 2,
      hiddenSize: 4096,
      numHiddenLayers: 32,
      numAttentionHeads: 32,
      numKeyValueHeads: 8,
      intermediateSize: 14336,
    }),
    slidingWindow: fields.value("sliding_window") === null ? null : fields.integer("sliding_window", 4096),
  }),
  backbone: (config, options) =>
    new TransformerStack(
      llamaStack(config, "Mistral", () => ({ window: config.slidingWindow })),
      config,
      options,
    ),
  heads: {
    causalLM: { kind: "MistralForCausalLM" },
    sequenceClassification: { kind: "MistralForSequenceClassification", layer: "score", token: "last" },
  },
};

export const MistralForCausalLM = modelClass(CausalLM, mistral);
export const MistralForSequenceClassification = modelClass(SequenceClassifier, mistral);
