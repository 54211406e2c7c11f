import { type ConfigFields, rateOf, type TransformerConfig, transformerConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./heads/causal-lm";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import type { NormSpec } from "./shared/norms";
import type { BlockSpec } from "./shared/transformer-block";
import { repeated, TransformerStack } from "./shared/transformer-stack";

/** GPT-2 (Radford et al. 2019), as Hugging Face transformers 5 computes it. */
export interface GPT2Config extends TransformerConfig {
  readonly layerNormEpsilon: number;
  /** Whether scores are divided by the root of the head's width. */
  readonly scaleAttnWeights: boolean;
  /** Whether scores are divided by the layer's number too, from 1. */
  readonly scaleAttnByInverseLayerIdx: boolean;
  readonly embdPdrop: number;
  readonly attnPdrop: number;
  readonly residPdrop: number;
}

const parseConfig = (given: ConfigFields): GPT2Config => {
  const fields = given.aliased({
    hidden_size: "n_embd",
    num_hidden_layers: "n_layer",
    num_attention_heads: "n_head",
    max_position_embeddings: "n_positions",
    intermediate_size: "n_inner",
    hidden_act: "activation_function",
  });
  if (fields.boolean("add_cross_attention", false))
    throw fields.error("add_cross_attention", "false: there is no encoder to attend to");
  return {
    ...transformerConfig(fields, {
      vocabSize: 50257,
      maxPositionEmbeddings: 1024,
      bosTokenId: 50256,
      eosTokenId: 50256,
      tieWordEmbeddings: true,
      hasPaddingRow: false,
      hiddenSize: 768,
      numHiddenLayers: 12,
      numAttentionHeads: 12,
      intermediateSize: (hiddenSize) => 4 * hiddenSize,
      hiddenAct: "gelu_new",
    }),
    layerNormEpsilon: fields.number("layer_norm_epsilon", 1e-5),
    scaleAttnWeights: fields.boolean("scale_attn_weights", true),
    scaleAttnByInverseLayerIdx: fields.boolean("scale_attn_by_inverse_layer_idx", false),
    embdPdrop: rateOf(fields, "embd_pdrop", 0.1),
    attnPdrop: rateOf(fields, "attn_pdrop", 0.1),
    residPdrop: rateOf(fields, "resid_pdrop", 0.1),
  };
};

const normOf = ({ layerNormEpsilon: epsilon }: GPT2Config): NormSpec => ({ kind: "layer", epsilon });

const block = (config: GPT2Config, layer: number): BlockSpec => {
  const headDim = config.hiddenSize / config.numAttentionHeads;
  return {
    kind: "GPT2Block",
    names: { attentionNorm: "ln_1", attention: "attn", feedForwardNorm: "ln_2", feedForward: "mlp" },
    norm: normOf(config),
    attention: {
      kind: "GPT2Attention",
      names: { qkv: "c_attn", out: "c_proj" },
      heads: config.numAttentionHeads,
      kvHeads: config.numAttentionHeads,
      headDim,
      layout: "fused",
      linear: "transposed",
      scale:
        (config.scaleAttnWeights ? headDim ** -0.5 : 1) / (config.scaleAttnByInverseLayerIdx ? layer + 1 : 1),
      dropout: config.attnPdrop,
    },
    feedForward: {
      kind: "GPT2MLP",
      names: { up: "c_fc", down: "c_proj" },
      inner: config.intermediateSize,
      activation: config.hiddenAct,
      linear: "transposed",
    },
    dropout: config.residPdrop,
  };
};

export const gpt2: Architecture<GPT2Config> = {
  baseModelPrefix: "transformer",
  pythonModule: "transformers.models.gpt2.modeling_gpt2",
  // The causal masks that layers of old checkpoints hold.
  ignoredTensors: /(^|\.)attn\.(masked_)?bias$/,
  parseConfig,
  backbone: (config, options) =>
    new TransformerStack(
      {
        kind: "GPT2Model",
        names: { tokens: "wte", positions: "wpe", layers: "h", norm: "ln_f" },
        width: config.hiddenSize,
        embeddings: { hasPaddingRow: false, positionOffset: 0, dropout: config.embdPdrop },
        blocks: repeated(config.numHiddenLayers, (layer) => block(config, layer)),
        norm: normOf(config),
      },
      config,
      options,
    ),
  // Weights that end a residual branch are smaller, by the number of branches (Radford et al., section 2.3).
  initStdOf: ({ initStd, numHiddenLayers }, name) =>
    name.endsWith("c_proj.weight") ? initStd / Math.sqrt(2 * numHiddenLayers) : initStd,
  heads: {
    causalLM: { kind: "GPT2LMHeadModel" },
    sequenceClassification: { kind: "GPT2ForSequenceClassification", layer: "score", token: "last" },
  },
};

export const GPT2LMHeadModel = modelClass(CausalLM, gpt2);
export const GPT2ForSequenceClassification = modelClass(SequenceClassifier, gpt2);
