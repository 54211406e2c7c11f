import { Embedding, gather, Linear, type LinearLayer, reshape } from "@waveft/autograd";
import { commonConfig, type PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import { CausalLM } from "./causal-lm";
import type { CausalLMInputs, CausalLMOutputs } from "./inputs";
import type { ModelOptions } from "./pretrained-model";

interface BigramConfig extends PretrainedConfig {
  readonly hiddenSize: number;
}

/** The next token depends on the present one alone: logits = head(proj(embedding)). */
class BigramForCausalLM extends CausalLM<BigramConfig> {
  override readonly kind = "BigramForCausalLM";
  // Checkpoints name the weights by the properties: embed_tokens.weight, proj.weight, proj.bias, lm_head.weight.
  embedTokens: Embedding;
  proj: LinearLayer;
  lmHead: LinearLayer;

  constructor(config: BigramConfig, options: ModelOptions) {
    super(config, options);
    this.embedTokens = new Embedding(config.vocabSize, config.hiddenSize, options);
    this.proj = new Linear(config.hiddenSize, config.hiddenSize, options);
    this.lmHead = this.newHead(config.hiddenSize);
  }

  override forward({ inputIds, logitsAt }: CausalLMInputs): CausalLMOutputs {
    const flat = reshape(inputIds, [inputIds.size]);
    const ids = logitsAt === undefined ? flat : gather(flat, logitsAt);
    return { logits: this.lmHead.forward(this.proj.forward(this.embedTokens.forward(ids))), present: [] };
  }

  override getInputEmbeddings(): Embedding {
    return this.embedTokens;
  }

  override getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
  }
}

export const bigram = {
  baseModelPrefix: "model",
  parseConfig: (fields) => ({
    ...commonConfig(fields, {
      vocabSize: 256,
      maxPositionEmbeddings: 1024,
      bosTokenId: null,
      padTokenId: null,
      eosTokenId: null,
      tieWordEmbeddings: false,
      initStdField: "initializer_range",
    }),
    hiddenSize: fields.integer("hidden_size", 32),
  }),
  heads: { causalLM: (config, options) => new BigramForCausalLM(config, options) },
} satisfies Architecture<BigramConfig>;
