import {
  dependsOn,
  type HostTensor,
  Linear,
  type LinearLayer,
  mul,
  structureOf,
  type Tensor,
  tanh,
} from "@waveft/autograd";
import type { TextConfig } from "../../config";
import { type GenerationConfig, generationConfigJson } from "../../generation/config";
import { type GenerateOptions, generate } from "../../generation/generate";
import type { Architecture } from "../architecture";
import type { CausalLMInputs, CausalLMOutputs } from "../inputs";
import {
  firstPlaces,
  listOf,
  logitsOf,
  longestOf,
  type PredictOptions,
  type Prompts,
  rowsOf,
} from "../prediction";
import { type ModelOptions, PreTrainedModel } from "../pretrained-model";
import { specOf } from "./spec-of";

/** A causal language model: what `AutoModelForCausalLM` returns. */
export class CausalLM<C extends TextConfig = TextConfig> extends PreTrainedModel<C> {
  readonly lmHead: LinearLayer;
  /** Defaults of `generate`. */
  generationConfig: GenerationConfig = {};
  readonly #softCap: number | null;

  constructor(config: C, options: ModelOptions, architecture: Architecture<C>) {
    const { kind, bias = false, softCap } = specOf("causalLM", architecture);
    super(config, options, architecture, kind, { lmHead: "lm_head" });
    const head = new Linear(this.backbone.width, config.vocabSize, { bias, dtype: options.dtype });
    if (config.tieWordEmbeddings) head.weight = this.getInputEmbeddings().weight;
    this.lmHead = head;
    this.#softCap = softCap?.(config) ?? null;
  }

  override forward(inputs: CausalLMInputs): CausalLMOutputs {
    dependsOn(this, () => structureOf(this));
    const { hidden, present } = this.backbone.forward(inputs);
    const logits = this.lmHead.forward(hidden);
    return { logits: capped(logits, this.#softCap), present };
  }

  /** float32 [texts, length of the longest, vocabSize]; what stands behind a text's end, or its mask, means nothing. */
  override async predict(prompts: Prompts, options: PredictOptions = {}): Promise<HostTensor> {
    const rows = rowsOf(prompts, options, this.config);
    const logits = await logitsOf(this, rows);
    return firstPlaces(logits, rows.inputIds.shape[0]!, longestOf(prompts));
  }

  /** The layer that gives the logits. */
  getOutputEmbeddings(): LinearLayer {
    return this.lmHead;
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
    const texts = listOf(prompts, "generate").map((ids) => Array.from(ids));
    const results = await generate(this, texts, options);
    return texts.length === 1 && typeof prompts[0] === "number" ? results[0]! : results;
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

const capped = (logits: Tensor, softCap: number | null): Tensor =>
  softCap === null ? logits : mul(tanh(mul(logits, 1 / softCap)), softCap);
