import {
  add,
  constant,
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
  tanh,
} from "@waveft/autograd";
import { type ConfigFields, checkPadToken, commonConfig, type PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import type { ModelOptions } from "./pretrained-model";
import {
  completed,
  firstTokens,
  SequenceClassifier,
  type SequenceClassifierInputs,
  type SequenceClassifierOutputs,
} from "./sequence-classifier";
import { type ActivationName, activationNames, activations } from "./shared/activations";
import { SelfAttentionContext } from "./shared/self-attention";
import { tokenEmbedding } from "./shared/token-embedding";

/** BERT (Devlin et al., arXiv 1810.04805), as Hugging Face transformers 5 computes it. */
export interface BertConfig extends PretrainedConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  readonly hiddenAct: ActivationName;
  /** Kinds of text that a token may belong to. */
  readonly typeVocabSize: number;
  readonly layerNormEps: number;
  readonly hiddenDropoutProb: number;
  readonly attentionProbsDropoutProb: number;
  readonly classifierDropout: number;
}

const parseConfig = (fields: ConfigFields): BertConfig => {
  const common = commonConfig(fields, {
    vocabSize: 30522,
    maxPositionEmbeddings: 512,
    bosTokenId: null,
    padTokenId: 0,
    eosTokenId: null,
    tieWordEmbeddings: true,
    initStdField: "initializer_range",
  });
  checkPadToken(fields, common);
  const hiddenSize = fields.integer("hidden_size", 768);
  const numAttentionHeads = fields.integer("num_attention_heads", 12);
  if (hiddenSize % numAttentionHeads !== 0)
    throw fields.error("num_attention_heads", `a divisor of hidden_size, which is ${hiddenSize}`);
  for (const name of ["is_decoder", "add_cross_attention"])
    if (fields.boolean(name, false)) throw fields.error(name, "false: BERT is an encoder here");
  fields.oneOf("position_embedding_type", "absolute", ["absolute"]);
  const hiddenDropoutProb = fields.number("hidden_dropout_prob", 0.1, { max: 0.999 });
  return {
    ...common,
    hiddenSize,
    numAttentionHeads,
    hiddenDropoutProb,
    numHiddenLayers: fields.integer("num_hidden_layers", 12, { min: 0, max: 1024 }),
    intermediateSize: fields.integer("intermediate_size", 3072),
    hiddenAct: fields.oneOf("hidden_act", "gelu", activationNames),
    typeVocabSize: fields.integer("type_vocab_size", 2),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
    attentionProbsDropoutProb: fields.number("attention_probs_dropout_prob", 0.1, { max: 0.999 }),
    classifierDropout: fields.number("classifier_dropout", hiddenDropoutProb, { max: 0.999 }),
  };
};

/** What the layers of one model share. */
interface Shared {
  readonly config: BertConfig;
  readonly dtype: DType;
  readonly seed: DropoutSeed;
}

const layerNorm = ({ config, dtype }: Shared): LayerNorm =>
  new LayerNorm(config.hiddenSize, { epsilon: config.layerNormEps, dtype });

class BertEmbeddings extends Module {
  override readonly kind = "BertEmbeddings";
  wordEmbeddings: Embedding;
  positionEmbeddings: Embedding;
  tokenTypeEmbeddings: Embedding;
  LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(shared: Shared) {
    super();
    const { config, dtype, seed } = shared;
    const { hiddenSize, maxPositionEmbeddings, typeVocabSize } = config;
    this.wordEmbeddings = tokenEmbedding(config, hiddenSize, dtype);
    this.positionEmbeddings = new Embedding(maxPositionEmbeddings, hiddenSize, { dtype });
    this.tokenTypeEmbeddings = new Embedding(typeVocabSize, hiddenSize, { dtype });
    this.LayerNorm = layerNorm(shared);
    this.dropout = new Dropout(config.hiddenDropoutProb, seed);
  }

  /** All flat, int32 [rows · length]; types may be [1], one for all. */
  forward(ids: Tensor, positions: Tensor, types: Tensor): Tensor {
    const tokens = add(this.wordEmbeddings.forward(ids), this.tokenTypeEmbeddings.forward(types));
    const sum = add(tokens, this.positionEmbeddings.forward(positions));
    return this.dropout.forward(this.LayerNorm.forward(sum));
  }
}

class BertSelfAttention extends Module {
  override readonly kind = "BertSelfAttention";
  query: LinearLayer;
  key: LinearLayer;
  value: LinearLayer;
  readonly dropout: Dropout;
  readonly #heads: number;
  readonly #scaling: number;

  constructor({ config, dtype, seed }: Shared) {
    super();
    const { hiddenSize, numAttentionHeads } = config;
    this.query = new Linear(hiddenSize, hiddenSize, { dtype });
    this.key = new Linear(hiddenSize, hiddenSize, { dtype });
    this.value = new Linear(hiddenSize, hiddenSize, { dtype });
    this.dropout = new Dropout(config.attentionProbsDropoutProb, seed);
    this.#heads = numAttentionHeads;
    this.#scaling = (hiddenSize / numAttentionHeads) ** -0.5;
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const q = mul(this.query.forward(x), this.#scaling);
    const [k, v] = [this.key.forward(x), this.value.forward(x)];
    return context.attend(q, k, v, { heads: this.#heads, dropout: this.dropout });
  }
}

/** norm(residual + dropout(dense(x))): what ends both halves of a layer. */
class BertOutput extends Module {
  dense: LinearLayer;
  LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(
    override readonly kind: string,
    shared: Shared,
    width: number,
  ) {
    super();
    const { config, dtype, seed } = shared;
    this.dense = new Linear(width, config.hiddenSize, { dtype });
    this.LayerNorm = layerNorm(shared);
    this.dropout = new Dropout(config.hiddenDropoutProb, seed);
  }

  forward(x: Tensor, residual: Tensor): Tensor {
    return this.LayerNorm.forward(add(this.dropout.forward(this.dense.forward(x)), residual));
  }
}

class BertAttention extends Module {
  override readonly kind = "BertAttention";
  self: BertSelfAttention;
  output: BertOutput;

  constructor(shared: Shared) {
    super();
    this.self = new BertSelfAttention(shared);
    this.output = new BertOutput("BertSelfOutput", shared, shared.config.hiddenSize);
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    return this.output.forward(this.self.forward(x, context), x);
  }
}

class BertIntermediate extends Module {
  override readonly kind = "BertIntermediate";
  dense: LinearLayer;
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ config, dtype }: Shared) {
    super();
    this.dense = new Linear(config.hiddenSize, config.intermediateSize, { dtype });
    this.#activation = activations[config.hiddenAct];
  }

  forward(x: Tensor): Tensor {
    return this.#activation(this.dense.forward(x));
  }
}

class BertLayer extends Module {
  override readonly kind = "BertLayer";
  attention: BertAttention;
  intermediate: BertIntermediate;
  output: BertOutput;

  constructor(shared: Shared) {
    super();
    this.attention = new BertAttention(shared);
    this.intermediate = new BertIntermediate(shared);
    this.output = new BertOutput("BertOutput", shared, shared.config.intermediateSize);
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    const attended = this.attention.forward(x, context);
    return this.output.forward(this.intermediate.forward(attended), attended);
  }
}

class BertEncoder extends Module {
  override readonly kind = "BertEncoder";
  layer: BertLayer[];

  constructor(shared: Shared) {
    super();
    this.layer = Array.from({ length: shared.config.numHiddenLayers }, () => new BertLayer(shared));
  }

  forward(x: Tensor, context: SelfAttentionContext): Tensor {
    return this.layer.reduce((hidden, layer) => layer.forward(hidden, context), x);
  }
}

class BertPooler extends Module {
  override readonly kind = "BertPooler";
  dense: LinearLayer;

  constructor({ config, dtype }: Shared) {
    super();
    this.dense = new Linear(config.hiddenSize, config.hiddenSize, { dtype });
  }

  forward(x: Tensor): Tensor {
    return tanh(this.dense.forward(x));
  }
}

class BertModel extends Module {
  override readonly kind = "BertModel";
  embeddings: BertEmbeddings;
  encoder: BertEncoder;
  pooler: BertPooler;

  constructor(shared: Shared) {
    super();
    this.embeddings = new BertEmbeddings(shared);
    this.encoder = new BertEncoder(shared);
    this.pooler = new BertPooler(shared);
  }

  /** One vector for each example: [rows or m, hiddenSize]. */
  forward(inputs: SequenceClassifierInputs): Tensor {
    const { inputIds, positionIds, segmentIds, tokenTypeIds, logitsAt } = completed(inputs);
    const flat = (ids: Tensor) => reshape(ids, [ids.size]);
    const types = tokenTypeIds === undefined ? constant(new Int32Array(1), [1]) : flat(tokenTypeIds);
    const embedded = this.embeddings.forward(flat(inputIds), flat(positionIds), types);
    const hidden = this.encoder.forward(
      embedded,
      new SelfAttentionContext({ segmentIds }, { causal: false }),
    );
    return this.pooler.forward(gather(hidden, logitsAt ?? firstTokens(inputIds)));
  }
}

/** BERT with a label for the whole text. */
export class BertForSequenceClassification extends SequenceClassifier<BertConfig> {
  override readonly kind = "BertForSequenceClassification";
  bert: BertModel;
  readonly dropout: Dropout;
  classifier: LinearLayer;

  constructor(config: BertConfig, { dtype }: ModelOptions) {
    super(config, { dtype });
    this.bert = new BertModel({ config, dtype, seed: this.dropoutSeed });
    this.dropout = new Dropout(config.classifierDropout, this.dropoutSeed);
    this.classifier = new Linear(config.hiddenSize, config.numLabels, { dtype });
  }

  override forward(inputs: SequenceClassifierInputs): SequenceClassifierOutputs {
    return { logits: this.classifier.forward(this.dropout.forward(this.bert.forward(inputs))) };
  }

  override getInputEmbeddings(): Embedding {
    return this.bert.embeddings.wordEmbeddings;
  }

  /** The pooler is trained with a task, too: checkpoints of the masked language model lack it. */
  override get newLayers(): readonly string[] {
    return ["classifier", "bert.pooler"];
  }
}

export const bert = {
  baseModelPrefix: "bert",
  ignoredTensors: /(^|\.)embeddings\.(position_ids|token_type_ids)$/,
  // As TensorFlow called them.
  renamedTensor: (name) =>
    name.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias"),
  parseConfig,
  heads: {
    sequenceClassification: (config, options) => new BertForSequenceClassification(config, options),
  },
} satisfies Architecture<BertConfig>;
