import {
  type Device,
  DropoutSeed,
  type Embedding,
  Linear,
  type LinearLayer,
  Module,
  type Parameter,
  parameterOfZeros,
  sizeOf,
} from "@waveft/autograd";
import { type TensorData, writeFileAtomic, writeSafetensors } from "@waveft/safetensors";
import type { PretrainedConfig, WeightDType } from "../config";
import { TransformersError } from "../errors";
import { type GenerationConfig, generationConfigJson } from "../generation/config";
import { type GenerateOptions, generate } from "../generation/generate";
import { node, translated } from "../io";
import type { CausalLMInputs, CausalLMOutputs } from "./causal-lm";

export interface ModelOptions {
  /** How weights are stored. */
  readonly dtype: WeightDType;
}

/** A causal language model with its configuration: what `AutoModelForCausalLM` returns. */
export abstract class PreTrainedModel<C extends PretrainedConfig = PretrainedConfig> extends Module {
  readonly config: C;
  /** How the weights are stored; arithmetic is float32. */
  readonly dtype: WeightDType;
  /** Where `generate` runs and trainers should: an engine, a device name, or `auto`. */
  device: Device = "auto";
  /** Defaults of `generate`. */
  generationConfig: GenerationConfig = {};
  /** The seed of all dropout layers: set it before each training step. */
  readonly dropoutSeed = new DropoutSeed();

  constructor(config: C, { dtype }: ModelOptions) {
    super();
    this.config = config;
    this.dtype = dtype;
  }

  /** The graph of one pass over packed rows. */
  abstract forward(inputs: CausalLMInputs): CausalLMOutputs;

  /** The token embedding. */
  abstract getInputEmbeddings(): Embedding;

  /** The layer that gives the logits. */
  abstract getOutputEmbeddings(): LinearLayer;

  /** A head of `width` inputs without bias, tied to the embedding where the configuration says so. */
  protected newHead(width: number): Linear {
    const head = new Linear(width, this.config.vocabSize, { bias: false, dtype: this.dtype });
    if (this.config.tieWordEmbeddings) head.weight = this.getInputEmbeddings().weight;
    return head;
  }

  /** Number of weights, tied ones once. */
  numParameters(options: { trainableOnly?: boolean } = {}): number {
    return this.parameters()
      .filter(({ requiresGrad }) => requiresGrad || !options.trainableOnly)
      .reduce((total, { shape }) => total + sizeOf(shape), 0);
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

  /**
   * Writes `model.safetensors`, `generation_config.json` and `config.json`, in this order, each whole or not at all:
   * a folder that Python's `from_pretrained` reads. Tied weights are stored once.
   */
  async savePretrained(folder: string): Promise<void> {
    const { fs, path } = node();
    const writeJson = (file: string, json: object) =>
      writeFileAtomic(path.join(folder, file), [
        new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`),
      ]);
    await translated(async () => {
      await fs.promises.mkdir(folder, { recursive: true }).catch((error: Error) => {
        throw new TransformersError(`${folder} cannot be written (${error.message})`, { cause: error });
      });
      const tensors = new Map(Array.from(this.namedParameters(), ([name, value]) => [name, stored(value)]));
      await writeSafetensors(path.join(folder, "model.safetensors"), tensors, { format: "pt" });
      const generation = generationConfigJson(this.generationConfig);
      if (Object.keys(generation).length > 0) await writeJson("generation_config.json", generation);
      await writeJson("config.json", this.#configJson());
    });
  }

  #configJson(): Record<string, unknown> {
    const { json, modelType } = this.config;
    const dtypeField = json.dtype === undefined && json.torch_dtype !== undefined ? "torch_dtype" : "dtype";
    // The head is untied where the checkpoint's own differs from its embedding.
    const tied = this.hasTiedHead();
    const tie = tied === (json.tie_word_embeddings ?? tied) ? {} : { tie_word_embeddings: tied };
    return { ...json, model_type: modelType, architectures: [this.kind], [dtypeField]: this.dtype, ...tie };
  }

  /** Whether the head's weight is the embedding's own. */
  hasTiedHead(): boolean {
    const head = this.getOutputEmbeddings();
    return "weight" in head && head.weight === this.getInputEmbeddings().weight;
  }

  /** Gives the head a weight of its own, of zeros. */
  untieHead(): void {
    const embedding = this.getInputEmbeddings().weight;
    Object.assign(this.getOutputEmbeddings(), { weight: parameterOfZeros(embedding.shape, this.dtype) });
  }
}

const dtypeNames = { float32: "F32", float16: "F16", bfloat16: "BF16", int32: "I32", bool: "BOOL" } as const;

const stored = ({ dtype, shape, data }: Parameter): TensorData =>
  ({ dtype: dtypeNames[dtype], shape, data }) as TensorData;
