import { Linear, type LinearLayer } from "@waveft/autograd";
import type { PretrainedConfig } from "../config";
import { type GenerationConfig, generationConfigJson } from "../generation/config";
import { type GenerateOptions, generate } from "../generation/generate";
import type { CausalLMInputs, CausalLMOutputs } from "./inputs";
import { PreTrainedModel } from "./pretrained-model";

/** A causal language model: what `AutoModelForCausalLM` returns. */
export abstract class CausalLM<C extends PretrainedConfig = PretrainedConfig> extends PreTrainedModel<C> {
  /** Defaults of `generate`. */
  generationConfig: GenerationConfig = {};

  abstract override forward(inputs: CausalLMInputs): CausalLMOutputs;

  /** The layer that gives the logits. */
  abstract getOutputEmbeddings(): LinearLayer;

  /** A head of `width` inputs without bias, tied to the embedding where the configuration says so. */
  protected newHead(width: number): Linear {
    const head = new Linear(width, this.config.vocabSize, { bias: false, dtype: this.dtype });
    if (this.config.tieWordEmbeddings) head.weight = this.getInputEmbeddings().weight;
    return head;
  }

  /** Whether the head's weight is the embedding's own. */
  hasTiedHead(): boolean {
    const head = this.getOutputEmbeddings();
    return "weight" in head && head.weight === this.getInputEmbeddings().weight;
  }

  /**
   * Continues a prompt, or each prompt of a batch, greedily: the result holds the prompt's ids and the new ones,
   * to the first end-of-sequence id (included). Rejects with a `TransformersError` for prompts that cannot be used.
   */
  generate(prompt: readonly number[], options?: GenerateOptions): Promise<number[]>;
  generate(prompts: readonly (readonly number[])[], options?: GenerateOptions): Promise<number[][]>;
  async generate(
    prompts: readonly number[] | readonly (readonly number[])[],
    options: GenerateOptions = {},
  ): Promise<number[] | number[][]> {
    const isOne = (value: typeof prompts): value is readonly number[] => typeof value[0] === "number";
    return isOne(prompts)
      ? (await generate(this, [prompts], options))[0]!
      : generate(this, prompts as readonly (readonly number[])[], options);
  }

  protected override jsonFiles(): Record<string, object> {
    const generation = generationConfigJson(this.generationConfig);
    const files = super.jsonFiles();
    return Object.keys(generation).length === 0 ? files : { "generation_config.json": generation, ...files };
  }

  protected override configJson(): Record<string, unknown> {
    const json = super.configJson();
    // The head is untied where the checkpoint's own differs from its embedding.
    const tied = this.hasTiedHead();
    return tied === this.config.tieWordEmbeddings ? json : { ...json, tie_word_embeddings: tied };
  }
}
