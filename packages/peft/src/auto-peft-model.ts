import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  type CausalLM,
  type ClassifierOptions,
  type FromPretrainedOptions,
  isTransformersError,
  type PreTrainedModel,
  type SequenceClassifier,
} from "@waveft/transformers";
import type { PeftConfig, TaskType } from "./config";
import { PeftError } from "./errors";
import { readAdapterConfig } from "./files";
import { PeftModel, type PeftModelOptions } from "./peft-model";

/**
 * Options of the base model (`dtype`, `device`, …) and of the adapter. `revision` is the adapter's; the base model's
 * stands in the adapter's config.
 */
export type AutoPeftOptions<B extends FromPretrainedOptions = FromPretrainedOptions> = B &
  PeftModelOptions & {
    /** Whether the adapter trains (default false). */
    readonly isTrainable?: boolean;
  };

/** What an Auto class of transformers loads, and how adapters tell that they are for it. */
interface Purpose<M extends PreTrainedModel, B> {
  readonly name: string;
  readonly taskType: TaskType;
  /** Python's classes, which a config without task type names. */
  readonly classes: RegExp;
  readonly load: (base: string, options: B) => Promise<M>;
}

const causalLM: Purpose<CausalLM, FromPretrainedOptions> = {
  name: "AutoPeftModelForCausalLM",
  taskType: "CAUSAL_LM",
  classes: /(ForCausalLM|LMHeadModel)$/,
  load: (base, options) => AutoModelForCausalLM.fromPretrained(base, options),
};

const sequenceClassification: Purpose<SequenceClassifier, ClassifierOptions> = {
  name: "AutoPeftModelForSequenceClassification",
  taskType: "SEQ_CLS",
  classes: /ForSequenceClassification$/,
  load: (base, options) => AutoModelForSequenceClassification.fromPretrained(base, options),
};

/** A causal language model from an adapter alone: its config names the base model. */
export const AutoPeftModelForCausalLM = {
  /**
   * Loads the base model that `adapter_config.json` names, at the revision that it names, and puts the adapter into
   * it. `idOrFolder` is a folder or a hub repository.
   *
   * @throws PeftError when the config names no base model or another task, and as `PeftModel.fromPretrained`
   */
  fromPretrained(idOrFolder: string, options: AutoPeftOptions = {}): Promise<PeftModel<CausalLM>> {
    return loadBoth(causalLM, idOrFolder, options);
  },
};

/** A text classifier from an adapter alone, as `AutoPeftModelForCausalLM`; `numLabels` where the base has no head. */
export const AutoPeftModelForSequenceClassification = {
  fromPretrained(
    idOrFolder: string,
    options: AutoPeftOptions<ClassifierOptions> = {},
  ): Promise<PeftModel<SequenceClassifier>> {
    return loadBoth(sequenceClassification, idOrFolder, options);
  },
};

const loadBoth = async <M extends PreTrainedModel, B extends FromPretrainedOptions>(
  purpose: Purpose<M, B>,
  idOrFolder: string,
  options: AutoPeftOptions<B>,
): Promise<PeftModel<M>> => {
  const config = await readAdapterConfig(idOrFolder, options);
  checkPurpose(purpose, idOrFolder, config);
  const { baseModelNameOrPath: base } = config;
  if (base === null || base === "")
    throw new PeftError(
      `${idOrFolder}: adapter_config.json names no base model; load it, and use PeftModel.fromPretrained`,
    );
  const { revision: _, ...rest } = options;
  const revision = config.revision === null ? {} : { revision: config.revision };
  const model = await purpose.load(base, { ...rest, ...revision } as unknown as B).catch((error) => {
    throw isTransformersError(error)
      ? new PeftError(`${idOrFolder}: its base model ${base}: ${error.message}`, { cause: error })
      : error;
  });
  return PeftModel.fromPretrained(model, idOrFolder, options);
};

const checkPurpose = (
  { name, taskType, classes }: Purpose<PreTrainedModel, never>,
  source: string,
  config: PeftConfig,
): void => {
  const pythonClass = config.autoMapping?.base_model_class;
  if (config.taskType !== null && config.taskType !== taskType)
    throw new PeftError(
      `${source}: the adapter's task is ${config.taskType}; ${name} is for ${taskType}: load the base model, and use PeftModel.fromPretrained`,
    );
  if (config.taskType === null && typeof pythonClass === "string" && !classes.test(pythonClass))
    throw new PeftError(
      `${source}: the adapter was made for a ${pythonClass}; ${name} is for ${taskType}: load the base model, and use PeftModel.fromPretrained`,
    );
};
