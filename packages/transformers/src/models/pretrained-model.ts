import {
  type Device,
  DropoutSeed,
  type Embedding,
  Module,
  type Parameter,
  sizeOf,
  type Tensor,
} from "@waveft/autograd";
import { type TensorData, writeFileAtomic, writeSafetensors } from "@waveft/safetensors";
import type { PretrainedConfig, WeightDType } from "../config";
import { TransformersError } from "../errors";
import { node, translated } from "../io";

export interface ModelOptions {
  /** How weights are stored. */
  readonly dtype: WeightDType;
}

/** A model with its configuration and a head: what `AutoModelFor…` return. */
export abstract class PreTrainedModel<C extends PretrainedConfig = PretrainedConfig> extends Module {
  readonly config: C;
  /** How the weights are stored; arithmetic is float32. */
  readonly dtype: WeightDType;
  /** Where `generate` runs and trainers should: an engine, a device name, or `auto`. */
  device: Device = "auto";
  /** The seed of all dropout layers: set it before each training step. */
  readonly dropoutSeed = new DropoutSeed();

  constructor(config: C, { dtype }: ModelOptions) {
    super();
    this.config = config;
    this.dtype = dtype;
  }

  /** The graph of one pass over rows of tokens. */
  abstract forward(inputs: never): { readonly logits: Tensor };

  /** The token embedding. */
  abstract getInputEmbeddings(): Embedding;

  /**
   * Names of the head's layers, first the one that gives the logits: a checkpoint without it was made for another
   * task, and what it lacks of these is drawn anew, with a warning. None by default: all must be there.
   */
  get newLayers(): readonly string[] {
    return [];
  }

  /** Standard deviation of a new weight, by its name. */
  initStdOf(_name: string): number {
    return this.config.initStd;
  }

  /** Number of weights, tied ones once. */
  numParameters(options: { trainableOnly?: boolean } = {}): number {
    return this.parameters()
      .filter(({ requiresGrad }) => requiresGrad || !options.trainableOnly)
      .reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /**
   * Writes `model.safetensors` and then the model's JSON files, `config.json` last, each whole or not at all: a
   * folder that Python's `from_pretrained` reads. Tied weights are stored once.
   */
  async savePretrained(folder: string): Promise<void> {
    const { fs, path } = node();
    await translated(async () => {
      await fs.promises.mkdir(folder, { recursive: true }).catch((error: Error) => {
        throw new TransformersError(`${folder} cannot be written (${error.message})`, { cause: error });
      });
      const tensors = new Map(Array.from(this.namedParameters(), ([name, value]) => [name, stored(value)]));
      await writeSafetensors(path.join(folder, "model.safetensors"), tensors, { format: "pt" });
      for (const [file, json] of Object.entries(this.jsonFiles())) {
        const text = `${JSON.stringify(json, null, 2)}\n`;
        await writeFileAtomic(path.join(folder, file), [new TextEncoder().encode(text)]);
      }
    });
  }

  /** What `savePretrained` writes beside the weights, in this order. */
  protected jsonFiles(): Record<string, object> {
    return { "config.json": this.configJson() };
  }

  /** The configuration as it was read, and what is true of this model now. */
  protected configJson(): Record<string, unknown> {
    const { json, modelType } = this.config;
    const dtypeField = json.dtype === undefined && json.torch_dtype !== undefined ? "torch_dtype" : "dtype";
    return { ...json, model_type: modelType, architectures: [this.kind], [dtypeField]: this.dtype };
  }
}

const dtypeNames = { float32: "F32", float16: "F16", bfloat16: "BF16", int32: "I32", bool: "BOOL" } as const;

const stored = ({ dtype, shape, data }: Parameter): TensorData =>
  ({ dtype: dtypeNames[dtype], shape, data }) as TensorData;
