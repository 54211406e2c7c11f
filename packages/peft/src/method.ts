import type { DType, Parameter, Tensor } from "@waveft/autograd";
import type { PeftConfig } from "./config";

/** A layer that a config's targets matched. */
export interface TargetLayer {
  /** Full name in the base model. */
  readonly name: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** How its weight is stored. */
  readonly dtype: DType;
}

/** What decides the start of new adapters. */
export interface InitOptions {
  /** Seed of random starts, as `torch.manual_seed` takes it; undefined: that of a new Python process. */
  readonly seed?: number;
}

/** One adapter on one layer: its trainable parameters, the weight change they make, and their gradient. */
export interface LayerAdapter {
  /** Trainable parameters by the names they have in the adapter file, for example `waveft_spectrum`. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Flat indices (row-major, [out, in]) of the entries that ΔW may change; null when it may change all. */
  readonly touched: Int32Array | null;
  /** Adds ΔW to a flat [out, in] matrix. */
  addDelta(target: Float32Array): void;
  /**
   * Cotangents of the parameters, in their order, from the layer's input x [tokens, in] and the cotangent
   * dy [tokens, out] of its output.
   */
  gradient(x: Tensor, dy: Tensor): Tensor[];
}

/** An adapter method: everything the machinery needs to know of it. */
export interface AdapterMethod<C extends PeftConfig = PeftConfig> {
  /** `peft_type` in the files. */
  readonly peftType: string;
  /** What the names of its tensors begin with, in files. */
  readonly prefix: string;
  /** Fields that are floating-point numbers, written with a decimal point. */
  readonly floatFields: readonly string[];
  /** Layers adapted when the config names none, by `model_type`. */
  readonly defaultTargets: Readonly<Record<string, readonly string[]>>;
  /** A config from the fields of `adapter_config.json`, checked. */
  configFromJson(json: Readonly<Record<string, unknown>>): C;
  /** What a user who saves or loads such an adapter should know. */
  warnings?(config: C): readonly string[];
  /** Adapters for all target layers at once, since budgets may be shared between them. */
  createAdapters(config: C, layers: readonly TargetLayer[], options?: InitOptions): LayerAdapter[];
}
