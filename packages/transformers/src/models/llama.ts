import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import { type LlamaLikeConfig, llamaLikeConfig, llamaStack } from "./shared/llama-stack";
import { TransformerStack } from "./shared/transformer-stack";

/** LLaMA (Touvron et al., arXiv 2302.13971) to LLaMA 3.2, as Hugging Face transformers 5 computes it. */
export interface LlamaConfig extends LlamaLikeConfig {
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
}

export const llama: Architecture<LlamaConfig> = {
  baseModelPrefix: "model",
  pythonModule: "transformers.models.llama.modeling_llama",
  ignoredTensors: /(^|\.)rotary_emb\.inv_freq$/,
  // pretraining_tp split products over machines; transformers 5 reads it no more.
  parseConfig: (fields) => ({
    ...llamaLikeConfig(fields, {
      vocabSize: 32000,
      maxPositionEmbeddings: 2048,
      bosTokenId: 1,
      eosTokenId: 2,
      hiddenSize: 4096,
      numHiddenLayers: 32,
      numAttentionHeads: 32,
      intermediateSize: 11008,
    }),
    attentionBias: fields.boolean("attention_bias", false),
    mlpBias: fields.boolean("mlp_bias", false),
  }),
  backbone: (config, options) => {
    const { attentionBias: bias, mlpBias } = config;
    return new TransformerStack(
      llamaStack(config, "Llama", () => ({ bias }), { mlpBias }),
      config,
      options,
    );
  },
  heads: {
    causalLM: { kind: "LlamaForCausalLM" },
    sequenceClassification: { kind: "LlamaForSequenceClassification", layer: "score", token: "last" },
  },
};

export const LlamaForCausalLM = modelClass(CausalLM, llama);
export const LlamaForSequenceClassification = modelClass(SequenceClassifier, llama);
