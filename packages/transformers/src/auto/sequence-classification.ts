import { defaultLabels, type PretrainedConfig, type ProblemType } from "../config";
import { TransformersError } from "../errors";
import { heads } from "../models/heads";
import type { SequenceClassifier } from "../models/heads/sequence-classifier";
import {
  type FromConfigOptions,
  type FromPretrainedOptions,
  loadModel,
  newModel,
  type Task,
} from "./auto-model";
import type { ModelSource } from "./repository";

const task: Task<SequenceClassifier> = {
  name: "AutoModelForSequenceClassification",
  head: "sequenceClassification",
  Model: heads.sequenceClassification,
};

export interface ClassifierOptions extends FromPretrainedOptions {
  /** Logits of the head (default: as `config.json` says, else 2). */
  readonly numLabels?: number;
  /** Names of the labels, by their logit; there are `numLabels` of them. */
  readonly id2label?: Readonly<Record<number, string>>;
  /** What the loss is (default: as `config.json` says, else by the labels). */
  readonly problemType?: ProblemType;
}

/** Classifiers of whole texts, of every architecture that has them. */
export const AutoModelForSequenceClassification = {
  /**
   * As `AutoModelForCausalLM.fromPretrained`. From a checkpoint of the bare model or of another task, the head is
   * new, with a warning: give `numLabels`, and train it.
   */
  async fromPretrained(source: ModelSource, options: ClassifierOptions = {}): Promise<SequenceClassifier> {
    return loadModel(task, source, options, labelFields(options));
  },

  /** A new model with weights drawn by Hugging Face's law (see `initialize`), in eval mode. */
  fromConfig(config: PretrainedConfig, options: FromConfigOptions = {}): SequenceClassifier {
    return newModel(task, config, options);
  },
};

/** The fields of `config.json` that the options stand for. */
const labelFields = ({ numLabels, id2label, problemType }: ClassifierOptions): Record<string, unknown> => {
  const names = id2label ?? (numLabels === undefined ? undefined : namesOf(numLabels));
  if (numLabels !== undefined && names !== undefined && Object.keys(names).length !== numLabels)
    throw new TransformersError(
      `numLabels is ${numLabels}, but id2label has ${Object.keys(names).length} labels; leave one of them out`,
    );
  return {
    ...(names !== undefined && {
      id2label: names,
      label2id: Object.fromEntries(Object.entries(names).map(([id, name]) => [name, Number(id)])),
      num_labels: undefined,
    }),
    ...(problemType !== undefined && { problem_type: problemType }),
  };
};

const namesOf = (numLabels: number): Record<number, string> => {
  if (!Number.isSafeInteger(numLabels) || numLabels < 1 || numLabels > 2 ** 16)
    throw new TransformersError(`numLabels is ${numLabels}; give an integer from 1 to ${2 ** 16}`);
  return defaultLabels(numLabels);
};
