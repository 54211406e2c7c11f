import {
  add,
  Dropout,
  type DropoutSeed,
  type DType,
  type Embedding,
  gather,
  Linear,
  type LinearLayer,
  Module,
  mul,
  RMSNorm,
  reshape,
  type Tensor,
} from "@waveft/autograd";
import { type ConfigFields, checkPadToken, commonConfig, type PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./causal-lm";
import type { CausalLMInputs, CausalLMOutputs } from "./inputs";
import type { ModelOptions } from "./pretrained-model";
import { type ActivationName, activationNames } from "./shared/activations";
import { GatedFeedForward } from "./shared/gated-feed-forward";
import { LastTokenClassifier } from "./shared/last-token-classifier";
import { type RotaryConfig, RotaryPositions, rotaryConfig } from "./shared/rotary";
import { SelfAttentionContext } from "./shared/self-attention";
import { tokenEmbedding } from "./shared/token-embedding";

/** LLaMA (Touvron et al., arXiv 2302.13971) to LLaMA 3.2, as Hugging Face transformers 5 computes it. */
export interface LlamaConfig extends PretrainedConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** Heads of keys and values, each shared by a group of query heads. */
  readonly numKeyValueHeads: number;
  /** Width of a head. */
  readonly headDim: number;
  readonly intermediateSize: number;
  readonly hiddenAct: ActivationName;
  readonly rmsNormEps: number;
  readonly rotary: RotaryConfig;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly attentionDropout: number;
}

const parseConfig = (fields: ConfigFields): LlamaConfig => {
  const common = commonConfig(fields, {
    vocabSize: 32000,
    maxPositionEmbeddings: 2048,
    bosTokenId: 1,
    padTokenId: null,
    eosTokenId: 2,
    tieWordEmbeddings: false,
    initStdField: "initializer_range",
  });
  checkPadToken(fields, common);
  const hiddenSize = fields.integer("hidden_size", 4096);
  const numAttentionHeads = fields.integer("num_attention_heads", 32);
  if (hiddenSize % numAttentionHeads !== 0)
    throw fields.error("num_attention_heads", `a divisor of hidden_size, which is ${hiddenSize}`);
  const numKeyValueHeads = fields.integer("num_key_value_heads", numAttentionHeads);
  if (numAttentionHeads % numKeyValueHeads !== 0)
    throw fields.error(
      "num_key_value_heads",
      `a divisor of num_attention_heads, which is ${numAttentionHeads}`,
    );
  const headDim = fields.integer("head_dim", hiddenSize / numAttentionHeads);
  if (headDim % 2 !== 0)
    throw fields.error(
      "head_dim",
      `even, to be turned in pairs; hidden_size / num_attention_heads is ${hiddenSize / numAttentionHeads}`,
    );
  // pretraining_tp split products over machines; transformers 5 reads it no more.
  return {
    ...common,
    hiddenSize,
    numAttentionHeads,
    numKeyValueHeads,
    headDim,
    numHiddenLayers: fields.integer("num_hidden_layers", 32, { min: 0, max: 1024 }),
    intermediateSize: fields.integer("intermediate_size", 11008),
    hiddenAct: fields.oneOf("hidden_act", "silu", activationNames),
    rmsNormEps: fields.number("rms_norm_eps", 1e-6),
    rotary: rotaryConfig(fields, common.maxPositionEmbeddings),
    attentionBias: fields.boolean("attention_bias", false),
    mlpBias: fields.boolean("mlp_bias", false),
    attentionDropout: fields.number("attention_dropout", 0, { max: 0.999 }),
  };
};

/** What the layers of one model share. */
interface Shared {
  readonly config: LlamaConfig;
  readonly dtype: DType;
  readonly seed: DropoutSeed;
}

/** What the layers of one pass share. */
interface Pass {
  readonly context: SelfAttentionContext;
  readonly rotate: (x: Tensor) => Tensor;
}

const rmsNorm = ({ config, dtype }: Shared): RMSNorm =>
  new RMSNorm(config.hiddenSize, { epsilon: config.rmsNormEps, dtype });

class LlamaAttention extends Module {
  override readonly kind = "LlamaAttention";
  qProj: LinearLayer;
  kProj: LinearLayer;
  vProj: LinearLayer;
  oProj: LinearLayer;
  readonly dropout: Dropout;
  readonly #heads: number;
  readonly #scaling: number;

  constructor({ config, dtype, seed }: Shared) {
    super();
    const { hiddenSize, numAttentionHeads, numKeyValueHeads, headDim } = config;
    const options = { bias: config.attentionBias, dtype };
    this.qProj = new Linear(hiddenSize, numAttentionHeads * headDim, options);
    this.kProj = new Linear(hiddenSize, numKeyValueHeads * headDim, options);
    this.vProj = new Linear(hiddenSize, numKeyValueHeads * headDim, options);
    this.oProj = new Linear(numAttentionHeads * headDim, hiddenSize, options);
    this.dropout = new Dropout(config.attentionDropout, seed);
    this.#heads = numAttentionHeads;
    this.#scaling = headDim ** -0.5;
  }

  forward(x: Tensor, { context, rotate }: Pass): Tensor {
    const q = mul(this.qProj.forward(x), this.#scaling);
    const [k, v] = [this.kProj.forward(x), this.vProj.forward(x)];
    return this.oProj.forward(context.attend(q, k, v, { heads: this.#heads, dropout: this.dropout, rotate }));
  }
}

class LlamaDecoderLayer extends Module {
  override readonly kind = "LlamaDecoderLayer";
  selfAttn: LlamaAttention;
  mlp: GatedFeedForward;
  inputLayernorm: RMSNorm;
  postAttentionLayernorm: RMSNorm;

  constructor(shared: Shared) {
    super();
    const { config, dtype } = shared;
    this.selfAttn = new LlamaAttention(shared);
    this.mlp = new GatedFeedForward("LlamaMLP", config.hiddenSize, config.intermediateSize, {
      activation: config.hiddenAct,
      bias: config.mlpBias,
      dtype,
    });
    this.inputLayernorm = rmsNorm(shared);
    this.postAttentionLayernorm = rmsNorm(shared);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const attended = add(x, this.selfAttn.forward(this.inputLayernorm.forward(x), pass));
    return add(attended, this.mlp.forward(this.postAttentionLayernorm.forward(attended)));
  }
}

class LlamaModel extends Module {
  override readonly kind = "LlamaModel";
  embedTokens: Embedding;
  layers: LlamaDecoderLayer[];
  norm: RMSNorm;
  readonly #positions: RotaryPositions;

  constructor(shared: Shared) {
    super();
    const { config, dtype } = shared;
    this.embedTokens = tokenEmbedding(config, config.hiddenSize, dtype);
    this.layers = Array.from({ length: config.numHiddenLayers }, () => new LlamaDecoderLayer(shared));
    this.norm = rmsNorm(shared);
    this.#positions = new RotaryPositions(config.rotary, config.headDim, config.maxPositionEmbeddings);
  }

  /** Hidden states [rows · length or m, hiddenSize], all matrix products on flat rows. */
  forward({ inputIds, positionIds, logitsAt }: CausalLMInputs, context: SelfAttentionContext): Tensor {
    const pass = { context, rotate: this.#positions.at(positionIds) };
    let x = this.embedTokens.forward(reshape(inputIds, [inputIds.size]));
    for (const layer of this.layers) x = layer.forward(x, pass);
    return this.norm.forward(logitsAt === undefined ? x : gather(x, logitsAt));
  }
}

/** LLaMA with its language modelling head. */
export class LlamaForCausalLM extends CausalLM<LlamaConfig> {
  override readonly kind = "LlamaForCausalLM";
  model: LlamaModel;
  lmHead: LinearLayer;

  constructor(config: LlamaConfig, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.model = new LlamaModel({ config, dtype, seed: this.dropoutSeed });
    this.lmHead = this.newHead(config.hiddenSize);
  }

  override forward(inputs: CausalLMInputs): CausalLMOutputs {
    const context = new SelfAttentionContext(inputs);
    const hidden = this.model.forward(inputs, context);
    return { logits: this.lmHead.forward(hidden), present: context.present };
  }

  override getInputEmbeddings(): Embedding {
    return this.model.embedTokens;
  }

  override getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
  }
}

/** LLaMA with a label for the whole text in place of the next token. */
export class LlamaForSequenceClassification extends LastTokenClassifier<LlamaConfig> {
  override readonly kind = "LlamaForSequenceClassification";
  model: LlamaModel;
  score: LinearLayer;

  constructor(config: LlamaConfig, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.model = new LlamaModel({ config, dtype, seed: this.dropoutSeed });
    this.score = this.newScore(config.hiddenSize);
  }

  protected override decoder(): LlamaModel {
    return this.model;
  }

  override getInputEmbeddings(): Embedding {
    return this.model.embedTokens;
  }
}

export const llama = {
  baseModelPrefix: "model",
  ignoredTensors: /(^|\.)rotary_emb\.inv_freq$/,
  parseConfig,
  heads: {
    causalLM: (config, options) => new LlamaForCausalLM(config, options),
    sequenceClassification: (config, options) => new LlamaForSequenceClassification(config, options),
  },
} satisfies Architecture<LlamaConfig>;
