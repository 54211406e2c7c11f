import type { ConfigFields, PretrainedConfig } from "../config";
import type { Backbone, BackboneOptions } from "./backbone";
import type { HeadSpecs } from "./heads/specs";

type AtLeastOne<T> = { [K in keyof T]: Pick<T, K> & Partial<T> }[keyof T];

/** Everything the system knows of an architecture: one object, in one file of `models/`. */
export interface Architecture<C extends PretrainedConfig = PretrainedConfig> {
  /** Python's `base_model_prefix`: what heads call the backbone. Checkpoints of the bare model lack it in names. */
  readonly baseModelPrefix: string;
  /** The module of Python's transformers that has its classes, if any: `transformers.models.opt.modeling_opt`. */
  readonly pythonModule?: string;
  /** Tensors of old checkpoints that mean nothing today. */
  readonly ignoredTensors?: RegExp;
  /** What a tensor of an old checkpoint is called today. */
  renamedTensor?(name: string): string;
  /** Checks and completes `config.json`; throws a `TransformersError` by way of `fields`. */
  parseConfig(fields: ConfigFields): C;
  /** The model without a head, with zeros as weights. */
  backbone(config: C, options: BackboneOptions): Backbone;
  /** Standard deviation of a new weight by its name, where it is not `initStd`. */
  initStdOf?(config: C, name: string): number;
  /** The heads that stand on it, by what they are for; at least one. */
  readonly heads: AtLeastOne<HeadSpecs<C>>;
}
