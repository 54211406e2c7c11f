import { type Device, resolveDevice } from "@waveft/autograd";
import { openCheckpoint } from "../checkpoint";
import { type PretrainedConfig, type WeightDType, weightDTypes } from "../config";
import { TransformersError } from "../errors";
import type { FileSet } from "../io";
import type { Architecture } from "../models/architecture";
import type { HeadSpecs } from "../models/heads/specs";
import type { ModelOptions, PreTrainedModel } from "../models/pretrained-model";
import {
  type Architectures,
  type AutoConfigOptions,
  allOf,
  architectureOf,
  label,
  readConfig,
} from "./config";
import { initialize } from "./initialize";
import { filesOf, type ModelSource, warn } from "./repository";
import { checkDType, loadWeights, resolveDType } from "./weights";

export interface FromPretrainedOptions extends AutoConfigOptions {
  /** How weights are stored (default `auto`: what `config.json` says, else what the checkpoint holds). */
  readonly dtype?: WeightDType | "auto";
  /** Where the model runs (default `auto`). */
  readonly device?: Device;
  /** Seed of weights that the checkpoint does not have (default 0). */
  readonly seed?: number;
}

export interface FromConfigOptions {
  /** Seed of the new weights (default 0). */
  readonly seed?: number;
  /** Default: the configuration's, else `float32`. */
  readonly dtype?: WeightDType;
  readonly device?: Device;
  readonly architectures?: Architectures;
}

/** What models of one purpose have in common. */
export interface Task<M extends PreTrainedModel> {
  /** For messages: `AutoModelForCausalLM`. */
  readonly name: string;
  readonly head: keyof HeadSpecs;
  readonly Model: new (config: never, options: ModelOptions, architecture: never) => M;
  /** Reads what models of this purpose have besides their weights. */
  readonly finish?: (model: M, files: FileSet, onWarning: (message: string) => void) => Promise<void>;
}

/** `fromPretrained` of a task; `changes` are fields that take the place of `config.json`'s. */
export const loadModel = async <M extends PreTrainedModel>(
  task: Task<M>,
  source: ModelSource,
  options: FromPretrainedOptions,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<M> => {
  const { onWarning = warn, dtype: asked = "auto", seed = 0 } = options;
  checkDType(asked);
  checkSeed(seed);
  const files = await filesOf(source, options);
  const config = await readConfig(files, options, changes);
  const architecture = architectureOf(config.json, files.name, options.architectures);
  const create = creatorOf(task, architecture, config, options.architectures);
  const { device = "auto" } = options;
  // A device that is named must work; which one `auto` takes depends on the graph.
  if (device !== "auto") await resolveDevice(device);
  const checkpoint = await openCheckpoint(files);
  try {
    const model = create(resolveDType(asked, config, checkpoint));
    if (device !== "auto") model.device = device;
    await loadWeights(model, checkpoint, { architecture, onWarning, seed });
    await task.finish?.(model, files, onWarning);
    return model;
  } finally {
    await checkpoint.close();
  }
};

/** `fromConfig` of a task. */
export const newModel = <M extends PreTrainedModel>(
  task: Task<M>,
  config: PretrainedConfig,
  { seed = 0, dtype = config.dtype ?? "float32", device, architectures }: FromConfigOptions,
): M => {
  checkDType(dtype, weightDTypes);
  checkSeed(seed);
  const json = { ...config.json, model_type: config.modelType };
  const create = creatorOf(task, architectureOf(json, "", architectures), config, architectures);
  return withinMemory(config, () => {
    const model = create(dtype);
    if (device !== undefined && device !== "auto") model.device = device;
    initialize(model, seed);
    return model;
  });
};

const checkSeed = (seed: number): void => {
  if (!Number.isSafeInteger(seed)) throw new TransformersError(`seed is ${seed}; give an integer`);
};

/** What makes the model, with zeros. */
const creatorOf = <M extends PreTrainedModel>(
  { name, head, Model }: Task<M>,
  architecture: Architecture,
  config: PretrainedConfig,
  architectures: Architectures | undefined,
): ((dtype: WeightDType) => M) => {
  const hasHead = ({ heads }: Architecture) => (heads as Partial<HeadSpecs>)[head] !== undefined;
  if (!hasHead(architecture)) {
    const others = Object.entries(allOf(architectures)).filter(([, other]) => hasHead(other));
    throw new TransformersError(
      `${label(config.nameOrPath)}${name} has no model of type "${config.modelType}"; it has ${others.map(([type]) => type).join(", ")}`,
    );
  }
  return (dtype) => withinMemory(config, () => new Model(config as never, { dtype }, architecture as never));
};

/** Sizes that no memory holds are the configuration's fault. */
const withinMemory = <T>({ nameOrPath }: PretrainedConfig, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TransformersError(
      `${label(nameOrPath)}the sizes in config.json need more memory than there is`,
      { cause: error },
    );
  }
};
