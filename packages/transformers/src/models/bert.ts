import { type ConfigFields, rateOf, type TransformerConfig, transformerConfig } from "../config";
import type { Architecture } from "./architecture";
import { SequenceClassifier } from "./heads/sequence-classifier";
import { modelClass } from "./model-class";
import type { BlockSpec } from "./shared/transformer-block";
import { repeated, TransformerStack } from "./shared/transformer-stack";

/** BERT (Devlin et al., arXiv 1810.04805), as Hugging Face transformers 5 computes it. */
export interface BertConfig extends TransformerConfig {
  /** Kinds of text that a token may belong to. */
  readonly typeVocabSize: number;
  readonly layerNormEps: number;
  readonly hiddenDropoutProb: number;
  readonly attentionProbsDropoutProb: number;
  readonly classifierDropout: number;
}

const parseConfig = (fields: ConfigFields): BertConfig => {
  for (const name of ["is_decoder", "add_cross_attention"])
    if (fields.boolean(name, false)) throw fields.error(name, "false: BERT is an encoder here");
  fields.oneOf("position_embedding_type", "absolute", ["absolute"]);
  const hiddenDropoutProb = rateOf(fields, "hidden_dropout_prob", 0.1);
  return {
    ...transformerConfig(fields, {
      vocabSize: 30522,
      maxPositionEmbeddings: 512,
      padTokenId: 0,
      tieWordEmbeddings: true,
      hiddenSize: 768,
      numHiddenLayers: 12,
      numAttentionHeads: 12,
      intermediateSize: 3072,
      hiddenAct: "gelu",
    }),
    hiddenDropoutProb,
    typeVocabSize: fields.integer("type_vocab_size", 2),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
    attentionProbsDropoutProb: rateOf(fields, "attention_probs_dropout_prob", 0.1),
    classifierDropout: rateOf(fields, "classifier_dropout", hiddenDropoutProb),
  };
};

const normOf = ({ layerNormEps: epsilon }: BertConfig) => ({ kind: "layer", epsilon }) as const;

const block = (config: BertConfig): BlockSpec => ({
  kind: "BertLayer",
  names: {
    attention: null,
    attentionNorm: "attention.output.LayerNorm",
    feedForward: null,
    feedForwardNorm: "output.LayerNorm",
  },
  norm: normOf(config),
  placement: "after",
  attention: {
    kind: "BertAttention",
    names: {
      q: "attention.self.query",
      k: "attention.self.key",
      v: "attention.self.value",
      out: "attention.output.dense",
    },
    heads: config.numAttentionHeads,
    kvHeads: config.numAttentionHeads,
    headDim: config.hiddenSize / config.numAttentionHeads,
    dropout: config.attentionProbsDropoutProb,
  },
  feedForward: {
    kind: "BertFeedForward",
    names: { up: "intermediate.dense", down: "output.dense" },
    inner: config.intermediateSize,
    activation: config.hiddenAct,
  },
  dropout: config.hiddenDropoutProb,
});

export const bert: Architecture<BertConfig> = {
  baseModelPrefix: "bert",
  pythonModule: "transformers.models.bert.modeling_bert",
  ignoredTensors: /(^|\.)embeddings\.(position_ids|token_type_ids)$/,
  // As TensorFlow called them.
  renamedTensor: (name) =>
    name.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias"),
  parseConfig,
  backbone: (config, options) =>
    new TransformerStack(
      {
        kind: "BertModel",
        names: {
          tokens: "embeddings.word_embeddings",
          positions: "embeddings.position_embeddings",
          tokenTypes: "embeddings.token_type_embeddings",
          embeddingNorm: "embeddings.LayerNorm",
          layers: "encoder.layer",
        },
        width: config.hiddenSize,
        embeddings: {
          positionOffset: 0,
          tokenTypes: config.typeVocabSize,
          norm: normOf(config),
          dropout: config.hiddenDropoutProb,
        },
        blocks: repeated(config.numHiddenLayers, () => block(config)),
        norm: null,
        causal: false,
        pooler: "BertPooler",
      },
      config,
      options,
    ),
  heads: {
    sequenceClassification: {
      kind: "BertForSequenceClassification",
      layer: "classifier",
      bias: true,
      token: "first",
      newLayers: ["pooler"],
      dropout: ({ classifierDropout }) => classifierDropout,
    },
  },
};

export const BertForSequenceClassification = modelClass(SequenceClassifier, bert);
