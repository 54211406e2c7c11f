import { Embedding, gather, Module, reshape } from "@waveft/autograd";
import {
  type Architecture,
  type Backbone,
  type BackboneOptions,
  type HiddenStates,
  type TextConfig,
  type TokenInputs,
  textConfig,
} from "../../src/index";

/** The smallest language model: the next token depends on the present one alone. */
interface BigramConfig extends TextConfig {
  readonly hiddenSize: number;
}

class BigramModel extends Module implements Backbone {
  override readonly kind = "BigramModel";
  readonly embed: Embedding;
  readonly width: number;

  constructor({ vocabSize, hiddenSize }: BigramConfig, { dtype }: BackboneOptions) {
    super();
    this.embed = new Embedding(vocabSize, hiddenSize, { dtype });
    this.width = hiddenSize;
  }

  forward({ inputIds, logitsAt }: TokenInputs): HiddenStates {
    const flat = reshape(inputIds, [inputIds.size]);
    return {
      hidden: this.embed.forward(logitsAt === undefined ? flat : gather(flat, logitsAt)),
      present: [],
    };
  }

  getInputEmbeddings(): Embedding {
    return this.embed;
  }
}

export const bigram: Architecture<BigramConfig> = {
  baseModelPrefix: "model",
  parseConfig: (fields) => ({
    ...textConfig(fields, { vocabSize: 8, maxPositionEmbeddings: 64 }),
    hiddenSize: fields.integer("hidden_size", 4),
  }),
  backbone: (config, options) => new BigramModel(config, options),
  heads: { causalLM: { kind: "BigramForCausalLM" } },
};
