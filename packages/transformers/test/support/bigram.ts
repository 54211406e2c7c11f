import { Embedding, gather, type LinearLayer, reshape } from "@waveft/autograd";
import {
  type Architecture,
  CausalLM,
  type CausalLMInputs,
  type CausalLMOutputs,
  commonConfig,
  type ModelOptions,
  type PretrainedConfig,
} from "../../src/index";

/** The smallest language model: the next token depends on the present one alone. */
interface BigramConfig extends PretrainedConfig {
  readonly hiddenSize: number;
}

class BigramForCausalLM extends CausalLM<BigramConfig> {
  override readonly kind = "BigramForCausalLM";
  embed: Embedding;
  lmHead: LinearLayer;

  constructor(config: BigramConfig, options: ModelOptions) {
    super(config, options);
    this.embed = new Embedding(config.vocabSize, config.hiddenSize, options);
    this.lmHead = this.newHead(config.hiddenSize);
  }

  override forward({ inputIds, logitsAt }: CausalLMInputs): CausalLMOutputs {
    const flat = reshape(inputIds, [inputIds.size]);
    const hidden = this.embed.forward(logitsAt === undefined ? flat : gather(flat, logitsAt));
    return { logits: this.lmHead.forward(hidden), present: [] };
  }

  override getInputEmbeddings(): Embedding {
    return this.embed;
  }

  override getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
  }
}

export const bigram = {
  baseModelPrefix: "model",
  parseConfig: (fields) => ({
    ...commonConfig(fields, {
      vocabSize: 8,
      maxPositionEmbeddings: 64,
      bosTokenId: null,
      padTokenId: null,
      eosTokenId: null,
      tieWordEmbeddings: false,
      initStdField: "initializer_range",
    }),
    hiddenSize: fields.integer("hidden_size", 4),
  }),
  heads: { causalLM: (config, options) => new BigramForCausalLM(config, options) },
} satisfies Architecture<BigramConfig>;
