import { type ConfigFields, rateOf, type TransformerConfig, transformerConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import type { NormSpec } from "./shared/norms";
import type { BlockSpec } from "./shared/transformer-block";
import { repeated, TransformerStack } from "./shared/transformer-stack";

/**
 * OPT (Zhang et al., arXiv 2205.01068), as Hugging Face transformers 5 computes it. `layerdrop` is not applied in
 * training (every published checkpoint has 0), and `activation_dropout` is not either: transformers 5 ignores it.
 */
export interface OPTConfig extends TransformerConfig {
  /** Width of the token embeddings; where it is not `hiddenSize`, projections without bias lead in and out. */
  readonly wordEmbedProjDim: number;
  /** Layer norm before attention and feed-forward; after them in opt-350m. */
  readonly doLayerNormBefore: boolean;
  /** Whether the stack ends with a layer norm: pre-norm models, but for some fine-tuned before transformers 4.20.1. */
  readonly finalLayerNorm: boolean;
  readonly enableBias: boolean;
  readonly layerNormElementwiseAffine: boolean;
  readonly dropout: number;
  readonly attentionDropout: number;
}

const parseConfig = (given: ConfigFields): OPTConfig => {
  const fields = given.aliased({
    intermediate_size: "ffn_dim",
    hidden_act: "activation_function",
    initializer_range: "init_std",
  });
  const common = transformerConfig(fields, {
    vocabSize: 50272,
    maxPositionEmbeddings: 2048,
    bosTokenId: 2,
    padTokenId: 1,
    eosTokenId: 2,
    tieWordEmbeddings: true,
    hiddenSize: 768,
    numHiddenLayers: 12,
    numAttentionHeads: 12,
    intermediateSize: 3072,
    hiddenAct: "relu",
  });
  const doLayerNormBefore = fields.boolean("do_layer_norm_before", true);
  return {
    ...common,
    wordEmbedProjDim: fields.integer("word_embed_proj_dim", common.hiddenSize),
    doLayerNormBefore,
    finalLayerNorm: doLayerNormBefore && !fields.boolean("_remove_final_layer_norm", false),
    enableBias: fields.boolean("enable_bias", true),
    layerNormElementwiseAffine: fields.boolean("layer_norm_elementwise_affine", true),
    dropout: rateOf(fields, "dropout", 0.1),
    attentionDropout: rateOf(fields, "attention_dropout", 0),
  };
};

const normOf = ({ layerNormElementwiseAffine: affine }: OPTConfig): NormSpec => ({
  kind: "layer",
  epsilon: 1e-5,
  affine,
});

const block = (config: OPTConfig): BlockSpec => ({
  kind: "OPTDecoderLayer",
  names: {
    attention: "self_attn",
    attentionNorm: "self_attn_layer_norm",
    feedForward: null,
    feedForwardNorm: "final_layer_norm",
  },
  norm: normOf(config),
  placement: config.doLayerNormBefore ? "before" : "after",
  attention: {
    kind: "OPTAttention",
    names: { k: "k_proj", v: "v_proj", q: "q_proj", out: "out_proj" },
    heads: config.numAttentionHeads,
    kvHeads: config.numAttentionHeads,
    headDim: config.hiddenSize / config.numAttentionHeads,
    bias: config.enableBias,
    dropout: config.attentionDropout,
  },
  feedForward: {
    kind: "OPTFeedForward",
    names: { up: "fc1", down: "fc2" },
    inner: config.intermediateSize,
    activation: config.hiddenAct,
    bias: config.enableBias,
  },
  dropout: config.dropout,
});

export const opt: Architecture<OPTConfig> = {
  baseModelPrefix: "model",
  pythonModule: "transformers.models.opt.modeling_opt",
  ignoredTensors: /(^|\.)decoder\.version$/,
  parseConfig,
  backbone: (config, options) =>
    new TransformerStack(
      {
        kind: "OPTModel",
        names: {
          tokens: "decoder.embed_tokens",
          positions: "decoder.embed_positions",
          projectOut: "decoder.project_out",
          projectIn: "decoder.project_in",
          norm: "decoder.final_layer_norm",
          layers: "decoder.layers",
        },
        width: config.hiddenSize,
        // The table of positions has two rows before the first position.
        embeddings: { width: config.wordEmbedProjDim, positionOffset: 2 },
        blocks: repeated(config.numHiddenLayers, () => block(config)),
        norm: config.finalLayerNorm ? normOf(config) : null,
      },
      config,
      options,
    ),
  heads: {
    causalLM: { kind: "OPTForCausalLM" },
    sequenceClassification: { kind: "OPTForSequenceClassification", layer: "score", token: "last" },
  },
};

export const OPTForCausalLM = modelClass(CausalLM, opt);
export const OPTForSequenceClassification = modelClass(SequenceClassifier, opt);
