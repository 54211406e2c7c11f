import type { DType, Parameter, Tensor } from "@waveft/autograd";
import type { PeftConfig } from "./config";
import type { DefaultTargets } from "./default-targets";

/** A layer that a config's targets matched. */
export interface TargetLayer {
  /** Full name in the base model. */
  readonly name: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** How its weight is stored; float32 where it keeps none as a matrix. */
  readonly dtype: DType;
}

/** What decides the start of new adapters. */
export interface InitOptions {
  /**
   * Seed of random starts, as `torch.manual_seed` takes it; undefined: that of a new Python process; null: zeros, since
   * the values come from a file.
   */
  readonly seed?: number | null;
}

/** A matrix [out, in] in flat memory: entry (r, c) stands at `data[r · rowStride + c · columnStride]`. */
export interface WeightView {
  readonly data: Float32Array;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * How an adapted layer computes. `merged`: one product with W + ΔW, which the host keeps up to date. `factored`: all of
 * it in the graph.
 */
export type Strategy = "merged" | "factored";

/** What costs least for some number of tokens. */
export interface Choice {
  /** Where weights lie on the host. */
  readonly strategy: Strategy;
  /** Factored: the adapter's own product beside the frozen one, or one product with the matrix W + ΔW. */
  readonly forward: "product" | "matrix";
  /** The parameters' gradient: by way of x · ΔWᵀ, or of the matrix's own gradient dyᵀx. */
  readonly gradient: "product" | "matrix";
}

/** One adapter on one layer: its trainable parameters, and the weight change ΔW that they make, in three forms. */
export interface LayerAdapter {
  /** Trainable parameters by the names they have in the adapter file, for example `waveft_spectrum`. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Share of x's entries that ΔW does not see in train mode; it is factored then (default 0). */
  readonly dropout?: number;
  /** Flat indices (row-major, [out, in], ascending) of the entries that ΔW may change; null when it may change all. */
  readonly touched: Int32Array | null;
  /** On the host: target += ΔW. */
  addDelta(target: WeightView): void;
  /**
   * In a graph: x · ΔWᵀ, from x [tokens, in] to [tokens, out], differentiable in x and the values.
   *
   * @param values the parameters' tensors, in their order
   */
  product(x: Tensor, values: readonly Tensor[]): Tensor;
  /** In a graph: ΔW [out, in], differentiable in the values. */
  matrix(values: readonly Tensor[]): Tensor;
  /** What costs least for so many tokens; null: for any number, while the adapter is frozen. */
  choose(tokens: number | null): Choice;
}

/** An adapter method: everything the machinery needs to know of it. */
export interface AdapterMethod<C extends PeftConfig = PeftConfig> {
  /** `peft_type` in the files. */
  readonly peftType: string;
  /** What the names of its tensors begin with, in files. */
  readonly prefix: string;
  /** Fields that are floating-point numbers, written with a decimal point. */
  readonly floatFields: readonly string[];
  /** Layers adapted when the config names none, where they are not those of most methods: see `defaultTargetsOf`. */
  readonly ownTargets?: DefaultTargets;
  /** A config from the fields of `adapter_config.json`, checked. */
  configFromJson(json: Readonly<Record<string, unknown>>): C;
  /** What a user who saves or loads such an adapter should know. */
  warnings?(config: C): readonly string[];
  /** Adapters for all target layers at once, since budgets may be shared between them. */
  createAdapters(config: C, layers: readonly TargetLayer[], options?: InitOptions): LayerAdapter[];
}
