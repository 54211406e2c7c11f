import type { ConfigFields, PretrainedConfig } from "../config";
import type { CausalLM } from "./causal-lm";
import type { ModelOptions } from "./pretrained-model";
import type { SequenceClassifier } from "./sequence-classifier";

/** Models with zeros as weights, by what they are for: one entry for each `AutoModelFor…`. */
export interface Heads<C extends PretrainedConfig = PretrainedConfig> {
  /** The next token: `AutoModelForCausalLM`. */
  causalLM(config: C, options: ModelOptions): CausalLM;
  /** One label for a whole text: `AutoModelForSequenceClassification`. */
  sequenceClassification(config: C, options: ModelOptions): SequenceClassifier;
}

type AtLeastOne<T> = { [K in keyof T]: Pick<T, K> & Partial<T> }[keyof T];

/** Everything the system knows of an architecture: one object, in one file of `models/`. */
export interface Architecture<C extends PretrainedConfig = PretrainedConfig> {
  /** Python's `base_model_prefix`: checkpoints of the bare model lack it in their tensors' names. */
  readonly baseModelPrefix: string;
  /** Tensors of old checkpoints that mean nothing today. */
  readonly ignoredTensors?: RegExp;
  /** What a tensor of an old checkpoint is called today. */
  renamedTensor?(name: string): string;
  /** Checks and completes `config.json`; throws a `TransformersError` by way of `fields`. */
  parseConfig(fields: ConfigFields): C;
  /** At least one. */
  readonly heads: AtLeastOne<Heads<C>>;
}
