import {
  type ConfigFields,
  rateOf,
  type TransformerConfig,
  type TransformerDefaults,
  transformerConfig,
} from "../../config";
import type { AttentionSpec } from "./attention-layer";
import { type RotaryConfig, RotaryPositions, rotaryConfig } from "./rotary";
import { repeated, type StackSpec } from "./transformer-stack";

/** What LLaMA and its descendants have. */
export interface LlamaLikeConfig extends TransformerConfig {
  /** Heads of keys and values, each shared by a group of query heads. */
  readonly numKeyValueHeads: number;
  /** Width of a head. */
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly rotary: RotaryConfig;
  readonly attentionDropout: number;
}

type Defaults = Omit<TransformerDefaults, "hiddenAct" | "hasHeadDim"> & {
  /** Where `config.json` does not say (default, and where it says null: as many as query heads). */
  readonly numKeyValueHeads?: number;
  /** Where `config.json` has none (default: the width shared out among the heads). */
  readonly headDim?: number;
};

export const llamaLikeConfig = (fields: ConfigFields, defaults: Defaults): LlamaLikeConfig => {
  const hasHeadDim = defaults.headDim !== undefined || (fields.value("head_dim") ?? null) !== null;
  const common = transformerConfig(fields, { ...defaults, hiddenAct: "silu", hasHeadDim });
  const { hiddenSize, numAttentionHeads } = common;
  const usual = fields.value("num_key_value_heads") === null ? null : defaults.numKeyValueHeads;
  const numKeyValueHeads = fields.integer("num_key_value_heads", usual ?? numAttentionHeads);
  if (numAttentionHeads % numKeyValueHeads !== 0)
    throw fields.error(
      "num_key_value_heads",
      `a divisor of num_attention_heads, which is ${numAttentionHeads}`,
    );
  const headDim = fields.integer("head_dim", defaults.headDim ?? hiddenSize / numAttentionHeads);
  if (headDim % 2 !== 0)
    throw fields.error(
      "head_dim",
      `even, to be turned in pairs; hidden_size / num_attention_heads is ${hiddenSize / numAttentionHeads}`,
    );
  return {
    ...common,
    numKeyValueHeads,
    headDim,
    rmsNormEps: fields.number("rms_norm_eps", 1e-6),
    rotary: rotaryConfig(fields, common.maxPositionEmbeddings),
    attentionDropout: rateOf(fields, "attention_dropout", 0),
  };
};

/** RMS norm before both branches, turned queries and keys in groups, a gated feed-forward block. */
export const llamaStack = (
  config: LlamaLikeConfig,
  /** Start of Python's class names. */
  prefix: string,
  /** What attention has besides, by layer. */
  attention: (layer: number) => Pick<AttentionSpec, "bias" | "outBias" | "qkNorm" | "window">,
  { mlpBias = false }: { readonly mlpBias?: boolean } = {},
): StackSpec => {
  const norm = { kind: "rms", epsilon: config.rmsNormEps } as const;
  const rotary = new RotaryPositions(config.rotary, config.headDim, config.maxPositionEmbeddings);
  return {
    kind: `${prefix}Model`,
    names: { tokens: "embed_tokens", layers: "layers", norm: "norm" },
    width: config.hiddenSize,
    embeddings: {},
    norm,
    blocks: repeated(config.numHiddenLayers, (layer) => ({
      kind: `${prefix}DecoderLayer`,
      names: {
        attention: "self_attn",
        feedForward: "mlp",
        attentionNorm: "input_layernorm",
        feedForwardNorm: "post_attention_layernorm",
      },
      norm,
      attention: {
        kind: `${prefix}Attention`,
        names: { q: "q_proj", k: "k_proj", v: "v_proj", out: "o_proj", qNorm: "q_norm", kNorm: "k_norm" },
        heads: config.numAttentionHeads,
        kvHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: false,
        rotary,
        dropout: config.attentionDropout,
        ...attention(layer),
      },
      feedForward: {
        kind: `${prefix}MLP`,
        names: { gate: "gate_proj", up: "up_proj", down: "down_proj" },
        inner: config.intermediateSize,
        activation: config.hiddenAct,
        gate: "apart",
        bias: mlpBias,
      },
    })),
  };
};
