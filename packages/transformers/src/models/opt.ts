import {
  add,
  Dropout,
  type DropoutSeed,
  type DType,
  Embedding,
  gather,
  LayerNorm,
  Linear,
  type LinearLayer,
  Module,
  mul,
  reshape,
  type Tensor,
} from "@waveft/autograd";
import { type ConfigFields, checkPadToken, commonConfig, type PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./causal-lm";
import type { CausalLMInputs, CausalLMOutputs } from "./inputs";
import type { ModelOptions } from "./pretrained-model";
import { type ActivationName, activationNames, activations } from "./shared/activations";
import { LastTokenClassifier } from "./shared/last-token-classifier";
import { SelfAttentionContext } from "./shared/self-attention";
import { tokenEmbedding } from "./shared/token-embedding";

/** OPT (Zhang et al., arXiv 2205.01068), as Hugging Face transformers 5 computes it. */
export interface OptConfig extends PretrainedConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly ffnDim: number;
  /** Width of the token embeddings; where it is not `hiddenSize`, projections without bias lead in and out. */
  readonly wordEmbedProjDim: number;
  /** Layer norm before attention and feed-forward; after them in opt-350m. */
  readonly doLayerNormBefore: boolean;
  /** Whether the stack ends with a layer norm: pre-norm models, but for some fine-tuned before transformers 4.20.1. */
  readonly finalLayerNorm: boolean;
  readonly enableBias: boolean;
  readonly layerNormElementwiseAffine: boolean;
  readonly activationFunction: ActivationName;
  readonly dropout: number;
  readonly attentionDropout: number;
}

const parseConfig = (fields: ConfigFields): OptConfig => {
  const common = commonConfig(fields, {
    vocabSize: 50272,
    maxPositionEmbeddings: 2048,
    bosTokenId: 2,
    padTokenId: 1,
    eosTokenId: 2,
    tieWordEmbeddings: true,
    initStdField: "init_std",
  });
  const hiddenSize = fields.integer("hidden_size", 768);
  const numAttentionHeads = fields.integer("num_attention_heads", 12);
  if (hiddenSize % numAttentionHeads !== 0)
    throw fields.error("num_attention_heads", `a divisor of hidden_size, which is ${hiddenSize}`);
  checkPadToken(fields, common);
  const doLayerNormBefore = fields.boolean("do_layer_norm_before", true);
  return {
    ...common,
    hiddenSize,
    numAttentionHeads,
    numHiddenLayers: fields.integer("num_hidden_layers", 12, { min: 0, max: 1024 }),
    ffnDim: fields.integer("ffn_dim", 3072),
    wordEmbedProjDim: fields.integer("word_embed_proj_dim", hiddenSize),
    doLayerNormBefore,
    finalLayerNorm: doLayerNormBefore && !fields.boolean("_remove_final_layer_norm", false),
    enableBias: fields.boolean("enable_bias", true),
    layerNormElementwiseAffine: fields.boolean("layer_norm_elementwise_affine", true),
    activationFunction: fields.oneOf("activation_function", "relu", activationNames),
    dropout: fields.number("dropout", 0.1, { max: 0.999 }),
    attentionDropout: fields.number("attention_dropout", 0, { max: 0.999 }),
  };
};

/** What the layers of one model share. */
interface Shared {
  readonly config: OptConfig;
  readonly dtype: DType;
  readonly seed: DropoutSeed;
}

/** Position rows that OPT's tables have before the first position. */
const positionOffset = 2;

const layerNorm = ({ config, dtype }: Shared): LayerNorm =>
  new LayerNorm(config.hiddenSize, { affine: config.layerNormElementwiseAffine, dtype });

class OptAttention extends Module {
  override readonly kind = "OPTAttention";
  kProj: LinearLayer;
  vProj: LinearLayer;
  qProj: LinearLayer;
  outProj: LinearLayer;
  readonly dropout: Dropout;
  readonly #heads: number;
  readonly #scaling: number;

  constructor({ config, dtype, seed }: Shared) {
    super();
    const { hiddenSize, enableBias: bias, numAttentionHeads, attentionDropout } = config;
    this.kProj = new Linear(hiddenSize, hiddenSize, { bias, dtype });
    this.vProj = new Linear(hiddenSize, hiddenSize, { bias, dtype });
    this.qProj = new Linear(hiddenSize, hiddenSize, { bias, dtype });
    this.outProj = new Linear(hiddenSize, hiddenSize, { bias, dtype });
    this.dropout = new Dropout(attentionDropout, seed);
    this.#heads = numAttentionHeads;
    this.#scaling = (hiddenSize / numAttentionHeads) ** -0.5;
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const q = mul(this.qProj.forward(x), this.#scaling);
    const [k, v] = [this.kProj.forward(x), this.vProj.forward(x)];
    return this.outProj.forward(context.attend(q, k, v, { heads: this.#heads, dropout: this.dropout }));
  }
}

class OptDecoderLayer extends Module {
  override readonly kind = "OPTDecoderLayer";
  selfAttn: OptAttention;
  selfAttnLayerNorm: LayerNorm;
  fc1: LinearLayer;
  fc2: LinearLayer;
  finalLayerNorm: LayerNorm;
  readonly dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #normBefore: boolean;

  constructor(shared: Shared) {
    super();
    const { config, dtype, seed } = shared;
    const { hiddenSize, ffnDim, enableBias: bias } = config;
    this.selfAttn = new OptAttention(shared);
    this.selfAttnLayerNorm = layerNorm(shared);
    this.fc1 = new Linear(hiddenSize, ffnDim, { bias, dtype });
    this.fc2 = new Linear(ffnDim, hiddenSize, { bias, dtype });
    this.finalLayerNorm = layerNorm(shared);
    this.dropout = new Dropout(config.dropout, seed);
    this.#activation = activations[config.activationFunction];
    this.#normBefore = config.doLayerNormBefore;
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const feedForward = (h: Tensor) => this.fc2.forward(this.#activation(this.fc1.forward(h)));
    const attended = this.#residual(x, this.selfAttnLayerNorm, (h) => this.selfAttn.forward(h, context));
    return this.#residual(attended, this.finalLayerNorm, feedForward);
  }

  /** x + f(norm(x)), or norm(x + f(x)). */
  #residual(x: Tensor, norm: LayerNorm, f: (x: Tensor) => Tensor): Tensor {
    const branch = this.dropout.forward(f(this.#normBefore ? norm.forward(x) : x));
    return this.#normBefore ? add(x, branch) : norm.forward(add(x, branch));
  }
}

class OptDecoder extends Module {
  override readonly kind = "OPTDecoder";
  embedTokens: Embedding;
  embedPositions: Embedding;
  projectOut: LinearLayer | null = null;
  projectIn: LinearLayer | null = null;
  finalLayerNorm: LayerNorm | null;
  layers: OptDecoderLayer[];

  constructor(shared: Shared) {
    super();
    const { config, dtype } = shared;
    const { hiddenSize, wordEmbedProjDim } = config;
    this.embedTokens = tokenEmbedding(config, wordEmbedProjDim, dtype);
    this.embedPositions = new Embedding(config.maxPositionEmbeddings + positionOffset, hiddenSize, { dtype });
    if (wordEmbedProjDim !== hiddenSize) {
      this.projectOut = new Linear(hiddenSize, wordEmbedProjDim, { bias: false, dtype });
      this.projectIn = new Linear(wordEmbedProjDim, hiddenSize, { bias: false, dtype });
    }
    this.finalLayerNorm = config.finalLayerNorm ? layerNorm(shared) : null;
    this.layers = Array.from({ length: config.numHiddenLayers }, () => new OptDecoderLayer(shared));
  }

  /** Hidden states [rows · length or m, wordEmbedProjDim], all matrix products on flat rows. */
  forward({ inputIds, positionIds, logitsAt }: CausalLMInputs, context: SelfAttentionContext): Tensor {
    const flat = (ids: Tensor) => reshape(ids, [ids.size]);
    const tokens = this.embedTokens.forward(flat(inputIds));
    const positions = this.embedPositions.forward(add(flat(positionIds), positionOffset));
    let x = add(this.projectIn?.forward(tokens) ?? tokens, positions);
    for (const layer of this.layers) x = layer.forward(x, context);
    // What follows acts on each token alone: only those that are asked for.
    if (logitsAt !== undefined) x = gather(x, logitsAt);
    x = this.finalLayerNorm?.forward(x) ?? x;
    return this.projectOut?.forward(x) ?? x;
  }
}

class OptModel extends Module {
  override readonly kind = "OPTModel";
  decoder: OptDecoder;

  constructor(shared: Shared) {
    super();
    this.decoder = new OptDecoder(shared);
  }
}

/**
 * OPT with its language modelling head. `layerdrop` is not applied in training (every published checkpoint has 0),
 * and `activation_dropout` is not either: transformers 5 ignores it.
 */
export class OptForCausalLM extends CausalLM<OptConfig> {
  override readonly kind = "OPTForCausalLM";
  model: OptModel;
  lmHead: LinearLayer;

  constructor(config: OptConfig, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.model = new OptModel({ config, dtype, seed: this.dropoutSeed });
    this.lmHead = this.newHead(config.wordEmbedProjDim);
  }

  override forward(inputs: CausalLMInputs): CausalLMOutputs {
    const context = new SelfAttentionContext(inputs);
    const hidden = this.model.decoder.forward(inputs, context);
    return { logits: this.lmHead.forward(hidden), present: context.present };
  }

  override getInputEmbeddings(): Embedding {
    return this.model.decoder.embedTokens;
  }

  override getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
  }
}

/** OPT with a label for the whole text in place of the next token. */
export class OptForSequenceClassification extends LastTokenClassifier<OptConfig> {
  override readonly kind = "OPTForSequenceClassification";
  model: OptModel;
  score: LinearLayer;

  constructor(config: OptConfig, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.model = new OptModel({ config, dtype, seed: this.dropoutSeed });
    this.score = this.newScore(config.wordEmbedProjDim);
  }

  protected override decoder(): OptDecoder {
    return this.model.decoder;
  }

  override getInputEmbeddings(): Embedding {
    return this.model.decoder.embedTokens;
  }
}

export const opt = {
  baseModelPrefix: "model",
  ignoredTensors: /(^|\.)decoder\.version$/,
  parseConfig,
  heads: {
    causalLM: (config, options) => new OptForCausalLM(config, options),
    sequenceClassification: (config, options) => new OptForSequenceClassification(config, options),
  },
} satisfies Architecture<OptConfig>;
