import type { PretrainedConfig } from "../config";
import { parseGenerationConfig } from "../generation/config";
import { readJson } from "../io";
import { heads } from "../models/heads";
import type { CausalLM } from "../models/heads/causal-lm";
import {
  type FromConfigOptions,
  type FromPretrainedOptions,
  loadModel,
  newModel,
  type Task,
} from "./auto-model";
import type { ModelSource } from "./repository";

const task: Task<CausalLM> = {
  name: "AutoModelForCausalLM",
  head: "causalLM",
  Model: heads.causalLM,
  finish: async (model, files, onWarning) => {
    if (!(await files.has("generation_config.json"))) return;
    const json = await readJson(files, "generation_config.json");
    model.generationConfig = parseGenerationConfig(json, files.name, onWarning);
  },
};

/** Causal language models of every architecture that has them. */
export const AutoModelForCausalLM = {
  /**
   * Loads a model from a folder, a hub id or a file set, in eval mode: `config.json`, a checkpoint in safetensors or
   * PyTorch form, and `generation_config.json` where there is one. Rejects with a `TransformersError`, one sentence,
   * for what cannot be used, and with an `AutogradError` for a device that does not exist.
   */
  async fromPretrained(source: ModelSource, options: FromPretrainedOptions = {}): Promise<CausalLM> {
    return loadModel(task, source, options);
  },

  /** A new model with weights drawn by Hugging Face's law (see `initialize`), in eval mode. */
  fromConfig(config: PretrainedConfig, options: FromConfigOptions = {}): CausalLM {
    return newModel(task, config, options);
  },
};
