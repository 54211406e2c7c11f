import {
  add,
  Dropout,
  type DropoutSeed,
  type DType,
  Embedding,
  gather,
  LayerNorm,
  type LinearLayer,
  Module,
  mul,
  reshape,
  split,
  type Tensor,
  TransposedLinear,
} from "@waveft/autograd";
import { type ConfigFields, commonConfig, type PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./causal-lm";
import type { CausalLMInputs, CausalLMOutputs } from "./inputs";
import type { ModelOptions } from "./pretrained-model";
import { type ActivationName, activationNames, activations } from "./shared/activations";
import { LastTokenClassifier } from "./shared/last-token-classifier";
import { SelfAttentionContext } from "./shared/self-attention";

/** GPT-2 (Radford et al. 2019), as Hugging Face transformers 5 computes it. */
export interface Gpt2Config extends PretrainedConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** Width of the feed-forward blocks. */
  readonly innerSize: number;
  readonly activationFunction: ActivationName;
  readonly layerNormEpsilon: number;
  /** Whether scores are divided by the root of the head's width. */
  readonly scaleAttnWeights: boolean;
  /** Whether scores are divided by the layer's number too, from 1. */
  readonly scaleAttnByInverseLayerIdx: boolean;
  readonly embdPdrop: number;
  readonly attnPdrop: number;
  readonly residPdrop: number;
}

const parseConfig = (given: ConfigFields): Gpt2Config => {
  const fields = given.renamed({
    hidden_size: "n_embd",
    num_hidden_layers: "n_layer",
    num_attention_heads: "n_head",
    max_position_embeddings: "n_positions",
  });
  const common = commonConfig(fields, {
    vocabSize: 50257,
    maxPositionEmbeddings: 1024,
    bosTokenId: 50256,
    padTokenId: null,
    eosTokenId: 50256,
    tieWordEmbeddings: true,
    initStdField: "initializer_range",
    positionsField: "n_positions",
  });
  const hiddenSize = fields.integer("n_embd", 768);
  const numAttentionHeads = fields.integer("n_head", 12);
  if (hiddenSize % numAttentionHeads !== 0)
    throw fields.error("n_head", `a divisor of n_embd, which is ${hiddenSize}`);
  if (fields.boolean("add_cross_attention", false))
    throw fields.error("add_cross_attention", "false: there is no encoder to attend to");
  return {
    ...common,
    json: given.json,
    hiddenSize,
    numAttentionHeads,
    numHiddenLayers: fields.integer("n_layer", 12, { min: 0, max: 1024 }),
    innerSize: fields.integer("n_inner", 4 * hiddenSize),
    activationFunction: fields.oneOf("activation_function", "gelu_new", activationNames),
    layerNormEpsilon: fields.number("layer_norm_epsilon", 1e-5),
    scaleAttnWeights: fields.boolean("scale_attn_weights", true),
    scaleAttnByInverseLayerIdx: fields.boolean("scale_attn_by_inverse_layer_idx", false),
    embdPdrop: fields.number("embd_pdrop", 0.1, { max: 0.999 }),
    attnPdrop: fields.number("attn_pdrop", 0.1, { max: 0.999 }),
    residPdrop: fields.number("resid_pdrop", 0.1, { max: 0.999 }),
  };
};

/** What the layers of one model share. */
interface Shared {
  readonly config: Gpt2Config;
  readonly dtype: DType;
  readonly seed: DropoutSeed;
}

const layerNorm = ({ config, dtype }: Shared): LayerNorm =>
  new LayerNorm(config.hiddenSize, { epsilon: config.layerNormEpsilon, dtype });

class Gpt2Attention extends Module {
  override readonly kind = "GPT2Attention";
  /** Queries, keys and values side by side. */
  cAttn: LinearLayer;
  cProj: LinearLayer;
  readonly attnDropout: Dropout;
  readonly residDropout: Dropout;
  readonly #heads: number;
  readonly #scaling: number;

  constructor({ config, dtype, seed }: Shared, layer: number) {
    super();
    const { hiddenSize, numAttentionHeads } = config;
    this.cAttn = new TransposedLinear(hiddenSize, 3 * hiddenSize, { dtype });
    this.cProj = new TransposedLinear(hiddenSize, hiddenSize, { dtype });
    this.attnDropout = new Dropout(config.attnPdrop, seed);
    this.residDropout = new Dropout(config.residPdrop, seed);
    this.#heads = numAttentionHeads;
    this.#scaling =
      (config.scaleAttnWeights ? (hiddenSize / numAttentionHeads) ** -0.5 : 1) /
      (config.scaleAttnByInverseLayerIdx ? layer + 1 : 1);
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const [q, k, v] = split(this.cAttn.forward(x), 3, -1) as [Tensor, Tensor, Tensor];
    const options = { heads: this.#heads, dropout: this.attnDropout };
    const attended = context.attend(mul(q, this.#scaling), k, v, options);
    return this.residDropout.forward(this.cProj.forward(attended));
  }
}

class Gpt2Mlp extends Module {
  override readonly kind = "GPT2MLP";
  cFc: LinearLayer;
  cProj: LinearLayer;
  readonly dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ config, dtype, seed }: Shared) {
    super();
    this.cFc = new TransposedLinear(config.hiddenSize, config.innerSize, { dtype });
    this.cProj = new TransposedLinear(config.innerSize, config.hiddenSize, { dtype });
    this.dropout = new Dropout(config.residPdrop, seed);
    this.#activation = activations[config.activationFunction];
  }

  forward(x: Tensor): Tensor {
    return this.dropout.forward(this.cProj.forward(this.#activation(this.cFc.forward(x))));
  }
}

class Gpt2Block extends Module {
  override readonly kind = "GPT2Block";
  ln_1: LayerNorm;
  attn: Gpt2Attention;
  ln_2: LayerNorm;
  mlp: Gpt2Mlp;

  constructor(shared: Shared, layer: number) {
    super();
    this.ln_1 = layerNorm(shared);
    this.attn = new Gpt2Attention(shared, layer);
    this.ln_2 = layerNorm(shared);
    this.mlp = new Gpt2Mlp(shared);
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const attended = add(x, this.attn.forward(this.ln_1.forward(x), context));
    return add(attended, this.mlp.forward(this.ln_2.forward(attended)));
  }
}

class Gpt2Model extends Module {
  override readonly kind = "GPT2Model";
  wte: Embedding;
  wpe: Embedding;
  readonly drop: Dropout;
  h: Gpt2Block[];
  lnF: LayerNorm;

  constructor(shared: Shared) {
    super();
    const { config, dtype, seed } = shared;
    this.wte = new Embedding(config.vocabSize, config.hiddenSize, { dtype });
    this.wpe = new Embedding(config.maxPositionEmbeddings, config.hiddenSize, { dtype });
    this.drop = new Dropout(config.embdPdrop, seed);
    this.h = Array.from({ length: config.numHiddenLayers }, (_, layer) => new Gpt2Block(shared, layer));
    this.lnF = layerNorm(shared);
  }

  /** Hidden states [rows · length or m, hiddenSize], all matrix products on flat rows. */
  forward({ inputIds, positionIds, logitsAt }: CausalLMInputs, context: SelfAttentionContext): Tensor {
    const flat = (ids: Tensor) => reshape(ids, [ids.size]);
    let x = this.drop.forward(add(this.wte.forward(flat(inputIds)), this.wpe.forward(flat(positionIds))));
    for (const block of this.h) x = block.forward(x, context);
    return this.lnF.forward(logitsAt === undefined ? x : gather(x, logitsAt));
  }
}

/** New weights that end a residual branch are smaller, by the number of branches (Radford et al., section 2.3). */
const initStdOf = ({ initStd, numHiddenLayers }: Gpt2Config, name: string): number =>
  name.endsWith("c_proj.weight") ? initStd / Math.sqrt(2 * numHiddenLayers) : initStd;

/** GPT-2 with its language modelling head. */
export class Gpt2LMHeadModel extends CausalLM<Gpt2Config> {
  override readonly kind = "GPT2LMHeadModel";
  transformer: Gpt2Model;
  lmHead: LinearLayer;

  constructor(config: Gpt2Config, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.transformer = new Gpt2Model({ config, dtype, seed: this.dropoutSeed });
    this.lmHead = this.newHead(config.hiddenSize);
  }

  override forward(inputs: CausalLMInputs): CausalLMOutputs {
    const context = new SelfAttentionContext(inputs);
    const hidden = this.transformer.forward(inputs, context);
    return { logits: this.lmHead.forward(hidden), present: context.present };
  }

  override getInputEmbeddings(): Embedding {
    return this.transformer.wte;
  }

  override getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
  }

  override initStdOf(name: string): number {
    return initStdOf(this.config, name);
  }
}

/** GPT-2 with a label for the whole text in place of the next token. */
export class Gpt2ForSequenceClassification extends LastTokenClassifier<Gpt2Config> {
  override readonly kind = "GPT2ForSequenceClassification";
  transformer: Gpt2Model;
  score: LinearLayer;

  constructor(config: Gpt2Config, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.transformer = new Gpt2Model({ config, dtype, seed: this.dropoutSeed });
    this.score = this.newScore(config.hiddenSize);
  }

  protected override decoder(): Gpt2Model {
    return this.transformer;
  }

  override getInputEmbeddings(): Embedding {
    return this.transformer.wte;
  }

  override initStdOf(name: string): number {
    return initStdOf(this.config, name);
  }
}

export const gpt2 = {
  baseModelPrefix: "transformer",
  // The causal masks that layers of old checkpoints hold.
  ignoredTensors: /(^|\.)attn\.(masked_)?bias$/,
  parseConfig,
  heads: {
    causalLM: (config, options) => new Gpt2LMHeadModel(config, options),
    sequenceClassification: (config, options) => new Gpt2ForSequenceClassification(config, options),
  },
} satisfies Architecture<Gpt2Config>;
