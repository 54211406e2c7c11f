import type { ConfigFields, PretrainedConfig } from "../config";
import type { ModelOptions, PreTrainedModel } from "./pretrained-model";

/** Everything the system knows of an architecture: one object, in one file of `models/`. */
export interface Architecture<C extends PretrainedConfig = PretrainedConfig> {
  /** The class's name in Python, for `architectures` in `config.json`. */
  readonly className: string;
  /** Python's `base_model_prefix`: checkpoints of the bare model lack it in their tensors' names. */
  readonly baseModelPrefix: string;
  /** Tensors of old checkpoints that mean nothing today. */
  readonly ignoredTensors?: RegExp;
  /** Checks and completes `config.json`; throws a `TransformersError` by way of `fields`. */
  parseConfig(fields: ConfigFields): C;
  /** The model with zeros as weights. */
  create(config: C, options: ModelOptions): PreTrainedModel;
}
