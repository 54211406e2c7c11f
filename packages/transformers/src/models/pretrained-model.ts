import {
  type Device,
  DropoutSeed,
  type Embedding,
  type HostTensor,
  type MemberNames,
  type Parameter,
  SettledDevice,
  sizeOf,
  type Tensor,
} from "@waveft/autograd";
import { type TensorData, writeFileAtomic, writeSafetensors } from "@waveft/safetensors";
import type { PretrainedConfig, WeightDType } from "../config";
import { TransformersError } from "../errors";
import { node, translated } from "../io";
import type { Architecture } from "./architecture";
import type { Backbone } from "./backbone";
import type { PredictOptions, Prompts } from "./prediction";
import { NamedModule } from "./shared/named-module";

export interface ModelOptions {
  /** How weights are stored. */
  readonly dtype: WeightDType;
}

/** A backbone with a head on it: what `AutoModelFor…` return. */
export abstract class PreTrainedModel<C extends PretrainedConfig = PretrainedConfig> extends NamedModule {
  readonly config: C;
  /** How the weights are stored; arithmetic is float32. */
  readonly dtype: WeightDType;
  readonly backbone: Backbone;
  /** Where the model runs: an engine, a device name, or what its first graph decides. */
  device: Device = new SettledDevice();
  /** The seed of all dropout layers: set it before each training step. */
  readonly dropoutSeed = new DropoutSeed();
  readonly #architecture: Architecture<C>;
  #recomputes = false;

  /** @param names what the head's layers are called, by their properties */
  constructor(
    config: C,
    { dtype }: ModelOptions,
    architecture: Architecture<C>,
    kind: string,
    names: MemberNames,
  ) {
    super(kind, { backbone: architecture.baseModelPrefix, ...names });
    this.config = config;
    this.dtype = dtype;
    this.#architecture = architecture;
    this.backbone = architecture.backbone(config, {
      dtype,
      seed: this.dropoutSeed,
      recomputes: () => this.#recomputes,
    });
  }

  /** The graph of one pass over rows of tokens. */
  abstract forward(inputs: never): { readonly logits: Tensor };

  /** The logits of texts as numbers, in eval mode; rejects with a `TransformersError` for what are no token ids. */
  abstract predict(prompts: Prompts, options?: PredictOptions): Promise<HostTensor>;

  /** The token embedding. */
  getInputEmbeddings(): Embedding {
    return this.backbone.getInputEmbeddings();
  }

  /** The module of Python's transformers that has this class, if any. */
  get pythonModule(): string | null {
    return this.#architecture.pythonModule ?? null;
  }

  /**
   * Names of the head's layers, first the one that gives the logits: a checkpoint without it was made for another
   * task, and what it lacks of these is drawn anew, with a warning. None by default: all must be there.
   */
  get newLayers(): readonly string[] {
    return [];
  }

  /** Standard deviation of a new weight, by its name. */
  initStdOf(name: string): number {
    return this.#architecture.initStdOf?.(this.config, name) ?? this.config.initStd;
  }

  /** Computes the values inside blocks again in the backward pass instead of keeping them: less memory, more time. */
  gradientCheckpointingEnable(): void {
    this.#recomputes = true;
  }

  gradientCheckpointingDisable(): void {
    this.#recomputes = false;
  }

  get isGradientCheckpointing(): boolean {
    return this.#recomputes;
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
