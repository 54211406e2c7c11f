import { type Device, resolveDevice } from "@waveft/autograd";
import { openCheckpoint } from "../checkpoint";
import { type PretrainedConfig, type WeightDType, weightDTypes } from "../config";
import { TransformersError } from "../errors";
import { parseGenerationConfig } from "../generation/config";
import { readJson } from "../io";
import type { Architecture } from "../models/architecture";
import type { PreTrainedModel } from "../models/pretrained-model";
import { type Architectures, type AutoConfigOptions, architectureOf, readConfig } from "./config";
import { initialize } from "./initialize";
import { filesOf, type ModelSource, warn } from "./repository";
import { checkDType, loadWeights, resolveDType } from "./weights";

export interface FromPretrainedOptions extends AutoConfigOptions {
  /** How weights are stored (default `auto`: what `config.json` says, else what the checkpoint holds). */
  readonly dtype?: WeightDType | "auto";
  /** Where the model runs (default `auto`). */
  readonly device?: Device;
}

export interface FromConfigOptions {
  /** Seed of the new weights (default 0). */
  readonly seed?: number;
  /** Default: the configuration's, else `float32`. */
  readonly dtype?: WeightDType;
  readonly device?: Device;
  readonly architectures?: Architectures;
}

/** Causal language models of every supported architecture. */
export const AutoModelForCausalLM = {
  /**
   * Loads a model from a folder, a hub id or a file set, in eval mode: `config.json`, a checkpoint in safetensors or
   * PyTorch form, and `generation_config.json` where there is one. Rejects with a `TransformersError`, one sentence,
   * for what cannot be used, and with an `AutogradError` for a device that does not exist.
   */
  async fromPretrained(source: ModelSource, options: FromPretrainedOptions = {}): Promise<PreTrainedModel> {
    const { onWarning = warn, dtype: asked = "auto" } = options;
    checkDType(asked);
    const files = await filesOf(source, options);
    const config = await readConfig(files, options);
    const architecture = architectureOf(config.json, files.name, options.architectures);
    const device = await resolveDevice(options.device);
    const checkpoint = await openCheckpoint(files);
    try {
      const dtype = resolveDType(asked, config, checkpoint);
      const model = create(architecture, config, dtype);
      model.device = device;
      await loadWeights(model, checkpoint, { architecture, onWarning });
      if (await files.has("generation_config.json")) {
        const json = await readJson(files, "generation_config.json");
        model.generationConfig = parseGenerationConfig(json, files.name, onWarning);
      }
      return model;
    } finally {
      await checkpoint.close();
    }
  },

  /** A new model with weights drawn by Hugging Face's law (see `initialize`), in eval mode. */
  fromConfig(config: PretrainedConfig, options: FromConfigOptions = {}): PreTrainedModel {
    const { seed = 0, dtype = config.dtype ?? "float32" } = options;
    checkDType(dtype, weightDTypes);
    if (!Number.isSafeInteger(seed)) throw new TransformersError(`seed is ${seed}; give an integer`);
    const json = { ...config.json, model_type: config.modelType };
    const model = create(architectureOf(json, "", options.architectures), config, dtype);
    if (options.device !== undefined) model.device = options.device;
    initialize(model, seed);
    return model;
  },
};

/** The model with zeros; sizes that no memory holds are the configuration's fault. */
const create = (
  architecture: Architecture,
  config: PretrainedConfig,
  dtype: WeightDType,
): PreTrainedModel => {
  try {
    return architecture.create(config, { dtype });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const owner = config.nameOrPath === "" ? "" : `${config.nameOrPath}: `;
    throw new TransformersError(`${owner}the sizes in config.json need more memory than there is`, {
      cause: error,
    });
  }
};
