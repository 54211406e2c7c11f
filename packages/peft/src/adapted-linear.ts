import {
  add,
  asFloat32,
  customGradient,
  DerivedParameter,
  decodeHalf,
  encodeHalf,
  type Linear,
  type LinearLayer,
  linear,
  Module,
  matmul,
  Parameter,
  reshape,
  type Tensor,
} from "@waveft/autograd";
import { PeftError } from "./errors";
import type { LayerAdapter } from "./method";

/** The trainable parameters of one adapter, or of all by name, as modules: so they are found in the tree. */
class ParameterTable extends Module {
  override readonly kind = "ParameterTable";
}

/**
 * A linear layer with adapters, in place of the layer it wraps: y = x · (W + ΔW)ᵀ + bias, where ΔW is the sum
 * over the active adapters. The adapted weight is kept on the host (the merged strategy), so a step costs what
 * the frozen layer's costs, plus the adapters' own gradients.
 */
export class AdaptedLinear extends Module implements LinearLayer {
  override readonly kind = "AdaptedLinear";
  readonly baseLayer: Linear;
  readonly adapterParameters = new ParameterTable();
  readonly #adapters = new Map<string, LayerAdapter>();
  #active: readonly string[] = [];
  #weight: DerivedParameter | null = null;

  constructor(baseLayer: Linear) {
    super();
    this.baseLayer = baseLayer;
  }

  get inFeatures(): number {
    return this.baseLayer.inFeatures;
  }

  get outFeatures(): number {
    return this.baseLayer.outFeatures;
  }

  get adapters(): ReadonlyMap<string, LayerAdapter> {
    return this.#adapters;
  }

  addAdapter(name: string, adapter: LayerAdapter): void {
    this.#adapters.set(name, adapter);
    const table = Object.assign(new ParameterTable(), adapter.parameters);
    Object.assign(this.adapterParameters, { [name]: table });
  }

  deleteAdapter(name: string): void {
    this.#adapters.delete(name);
    Reflect.deleteProperty(this.adapterParameters, name);
    this.setActive(this.#active.filter((active) => active !== name));
  }

  /** The adapters whose ΔW are added; names that this layer lacks are skipped. */
  setActive(names: readonly string[]): void {
    this.#active = names.filter((name) => this.#adapters.has(name));
    this.#weight = null;
  }

  override get structure(): string {
    if (this.#active.length === 0) return "";
    const { bias } = this.baseLayer;
    const trained = [...this.#activeParameters(), ...(bias?.requiresGrad ? [bias] : [])];
    return `[${trained.map(({ id, requiresGrad }) => `${id}${requiresGrad ? "g" : ""}`).join("+")}]`;
  }

  forward(x: Tensor): Tensor {
    if (this.#active.length === 0) return this.baseLayer.forward(x);
    const weight = this.effectiveWeight();
    const bias = this.baseLayer.bias === null ? null : asFloat32(this.baseLayer.bias);
    // A trained bias stays outside, where its gradient is found as usual.
    const trainsBias = this.baseLayer.bias?.requiresGrad === true;
    const rows = reshape(x, [-1, this.inFeatures]);
    const y = linear(rows, weight, trainsBias ? null : bias);
    const operands = this.#activeParameters().map((parameter) => parameter.tensor);
    const adapters = this.#activeAdapters();
    const adapted = customGradient(y, [rows, ...operands], (dy) => [
      matmul(dy, weight),
      ...adapters.flatMap((adapter) => adapter.gradient(rows, dy)),
    ]);
    const result = trainsBias && bias !== null ? add(adapted, bias) : adapted;
    return reshape(result, [...x.shape.slice(0, -1), this.outFeatures]);
  }

  /** W + ΔW in float32, computed again when it is read after a change. */
  effectiveWeight(): Parameter {
    this.#weight ??= mergedWeight(this.baseLayer.weight, this.#activeAdapters());
    return this.#weight;
  }

  /** The base layer; with `merge`, its weight becomes a copy with the active ΔW in it, in the weight's own dtype. */
  unwrap(merge: boolean): Linear {
    if (merge && this.#active.length > 0) {
      const { shape, dtype, requiresGrad } = this.baseLayer.weight;
      const values = (this.effectiveWeight().data as Float32Array).slice();
      const data = dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, values) : values;
      this.baseLayer.weight = new Parameter({ data, shape, dtype }, { requiresGrad });
    }
    return this.baseLayer;
  }

  #activeAdapters(): LayerAdapter[] {
    return this.#active.map((name) => this.#adapters.get(name)!);
  }

  #activeParameters(): Parameter[] {
    return this.#activeAdapters().flatMap((adapter) => Object.values(adapter.parameters));
  }
}

export const isAdaptedLinear = (module: Module): module is AdaptedLinear => module.kind === "AdaptedLinear";

/**
 * W + ΔW as a derived parameter. Only entries that some ΔW touches are computed again, each from the base
 * weight with one rounding: nothing drifts over the steps.
 */
const mergedWeight = (base: Parameter, adapters: readonly LayerAdapter[]): DerivedParameter => {
  const sources = [base, ...adapters.flatMap((adapter) => Object.values(adapter.parameters))];
  const touched = unionOf(adapters.map((adapter) => adapter.touched));
  let baseVersion = base.version;
  let originals = originalsOf(base, touched);
  const addAll = (target: Float32Array): void => {
    for (const adapter of adapters) adapter.addDelta(target);
  };
  const everywhere = (target: Float32Array): void => {
    target.fill(0);
    addAll(target);
    const weight = float32Of(base);
    for (let flat = 0; flat < target.length; flat++) target[flat]! += weight[flat]!;
  };
  const update = (target: Float32Array): void => {
    const baseChanged = base.version !== baseVersion;
    if (baseChanged) {
      baseVersion = base.version;
      originals = originalsOf(base, touched);
    }
    if (touched === null || originals === null || baseChanged) everywhere(target);
    else {
      for (const flat of touched) target[flat] = 0;
      addAll(target);
      for (let n = 0; n < touched.length; n++) target[touched[n]!]! += originals[n]!;
    }
  };
  const type = { shape: base.shape, dtype: "float32" } as const;
  const initial = base.dtype === "float32" ? float32Of(base).slice() : float32Of(base);
  return new DerivedParameter(type, initial, sources, (target) => update(target as Float32Array));
};

const originalsOf = (base: Parameter, touched: Int32Array | null): Float32Array | null => {
  if (touched === null) return null;
  const weight = float32Of(base);
  return Float32Array.from(touched, (flat) => weight[flat]!);
};

const float32Of = ({ data, dtype }: Parameter): Float32Array => {
  if (dtype === "float32") return data as Float32Array;
  if (dtype === "float16" || dtype === "bfloat16") return decodeHalf(dtype, data as Uint16Array);
  throw new PeftError(`peft: a weight of ${dtype} cannot be adapted; give float32, float16 or bfloat16`);
};

/** All indices in any of the sets; null when one stands for everything. */
const unionOf = (sets: readonly (Int32Array | null)[]): Int32Array | null => {
  const known = sets.filter((set) => set !== null);
  if (known.length < sets.length) return null;
  if (known.length === 1) return known[0]!;
  return Int32Array.from(new Set(known.flatMap((set) => Array.from(set)))).sort();
};
