import {
  add,
  after,
  asFloat32,
  customGradient,
  type DenseWeight,
  type Device,
  Dropout,
  DropoutSeed,
  dependsOn,
  isInUse,
  type LinearLayer,
  linear,
  Module,
  matmul,
  type Parameter,
  pullback,
  recompute,
  reshape,
  sum,
  type Tensor,
  transpose,
} from "@waveft/autograd";
import { checkMergeable, denseWeightOf, layoutOf } from "./base-layer";
import { EffectiveWeight } from "./effective-weight";
import { type MergedWeight, mergeInto } from "./merged-weight";
import type { LayerAdapter, Strategy } from "./method";
import { type StrategyChoice, strategyFor, strategyKey } from "./strategy";

/** The trainable parameters of one adapter as a module: so they are found in the tree. */
export class ParameterTable extends Module {
  override readonly kind = "ParameterTable";

  /** Layers say which of them act. */
  override get structure(): null {
    return null;
  }
}

/** What a layer asks of the model that it stands in. */
export interface LayerContext {
  readonly strategy: StrategyChoice;
  readonly model: { readonly device?: Device; readonly dropoutSeed?: DropoutSeed };
}

/**
 * A linear layer with adapters, in place of the layer it wraps: y = x · (W + ΔW)ᵀ + bias, where ΔW is the sum
 * over the active adapters.
 */
export class AdaptedLinear extends Module implements LinearLayer {
  override readonly kind = "AdaptedLinear";
  readonly baseLayer: LinearLayer;
  /** By adapter. */
  readonly adapterParameters = new Map<string, ParameterTable>();
  readonly #context: LayerContext;
  readonly #adapters = new Map<string, LayerAdapter>();
  readonly #dropouts = new WeakMap<LayerAdapter, Dropout>();
  #active: readonly string[] = [];
  #weight: EffectiveWeight | null = null;
  #merged: { readonly names: readonly string[]; readonly weight: MergedWeight } | null = null;
  /** Whether others use the base layer's weight too; they keep it as it is. */
  readonly #shared: boolean;

  constructor(baseLayer: LinearLayer, context: LayerContext, { shared = false }: { shared?: boolean } = {}) {
    super();
    this.baseLayer = baseLayer;
    this.#context = context;
    this.#shared = shared;
  }

  get inFeatures(): number {
    return this.baseLayer.inFeatures;
  }

  get outFeatures(): number {
    return this.baseLayer.outFeatures;
  }

  get bias(): Parameter | null {
    return this.baseLayer.bias ?? null;
  }

  get adapters(): ReadonlyMap<string, LayerAdapter> {
    return this.#adapters;
  }

  /** The active adapters that this layer has. */
  get activeAdapters(): readonly string[] {
    return this.#active;
  }

  /** The adapters whose ΔW are in the base layer's weight. */
  get mergedAdapters(): readonly string[] {
    return this.#merged?.names ?? [];
  }

  addAdapter(name: string, adapter: LayerAdapter): void {
    const { dropoutSeed = new DropoutSeed() } = this.#context.model;
    if (adapter.dropout) this.#dropouts.set(adapter, new Dropout(adapter.dropout, dropoutSeed));
    this.#adapters.set(name, adapter);
    this.adapterParameters.set(name, Object.assign(new ParameterTable(), adapter.parameters));
  }

  deleteAdapter(name: string): void {
    this.#adapters.delete(name);
    this.adapterParameters.delete(name);
    this.setActive(this.#active.filter((active) => active !== name));
  }

  /** The adapters whose ΔW are added; names that this layer lacks are skipped. */
  setActive(names: readonly string[]): void {
    this.#active = names.filter((name) => this.#adapters.has(name));
    this.#weight?.setAdapters(this.#activeAdapters());
  }

  /** Puts the ΔW of these adapters into the base layer's weight, beside those that are there. */
  merge(names: readonly string[], options: { readonly safeMerge: boolean; readonly name: string }): void {
    const added = names.filter((name) => this.#adapters.has(name) && !this.mergedAdapters.includes(name));
    if (added.length === 0) return;
    const all = [...this.mergedAdapters, ...added];
    this.unmerge();
    this.#weight?.release();
    const adapters = all.map((name) => this.#adapters.get(name)!);
    this.#merged = {
      names: all,
      weight: mergeInto(this.baseLayer, adapters, { ...options, shared: this.#shared }),
    };
  }

  /** Puts back the bits of the weight from before merging. */
  unmerge(): void {
    this.#merged?.weight.restore();
    this.#merged = null;
  }

  /** The base layer, with what is merged into it; nothing of the adapters acts on it any more. */
  unwrap(): LinearLayer {
    this.setActive([]);
    this.#weight?.release();
    return this.baseLayer;
  }

  /** Whether a run that reads what this layer is made of is under way. */
  get isInUse(): boolean {
    return this.parameters().some(isInUse) || (this.#weight !== null && isInUse(this.#weight));
  }

  override get structure(): string {
    if (!this.#acts) return "";
    const parameters = this.#activeParameters();
    const isFrozen = parameters.every(({ requiresGrad }) => !requiresGrad);
    // Frozen adapters in a merged weight: going from one to another takes no other plan.
    if (isFrozen && this.#strategy(null) === "merged") return "[merged]";
    const trained = parameters.map(({ id, requiresGrad }) => `${id}${requiresGrad ? "g" : ""}`);
    const { strategy, model } = this.#context;
    return `[${strategyKey(strategy, model.device)}:${trained.join("+")}]`;
  }

  forward(x: Tensor): Tensor {
    dependsOn(this, () => `${this.training}${this.structure}`);
    if (!this.#acts) return this.baseLayer.forward(x);
    // Layers that share an input share what they make of it.
    const rows = x.rank === 2 ? x : reshape(x, [-1, this.inFeatures]);
    const y = this.#strategy(rows.shape[0]!) === "merged" ? this.#mergedForward(rows) : this.#factored(rows);
    return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), this.outFeatures]);
  }

  get #acts(): boolean {
    return this.#active.length > 0 && this.#merged === null;
  }

  /** @param tokens null: whatever their number */
  #strategy(tokens: number | null): Strategy {
    const { strategy, model } = this.#context;
    const dtype = denseWeightOf(this.baseLayer)?.parameter.dtype ?? null;
    const adapters = this.#activeAdapters();
    // Dropout acts on the adapters' input alone.
    if (adapters.some((adapter) => this.#drops(adapter))) return "factored";
    const isTrained = this.#activeParameters().some(({ requiresGrad }) => requiresGrad);
    return strategyFor(strategy, {
      device: model.device,
      dtype,
      tokens: isTrained ? tokens : null,
      adapters,
    });
  }

  /** The host's W + ΔW in one product. */
  #mergedForward(rows: Tensor): Tensor {
    const { transposed } = checkMergeable(this.baseLayer);
    const weight = this.effectiveWeight().tensor;
    return this.#withSlopes(rows, this.#activeAdapters(), transposed, () => weight);
  }

  /** x Wᵀ + bias + x ΔWᵀ, for each adapter in the form that is cheapest. */
  #factored(rows: Tensor): Tensor {
    const tokens = rows.shape[0]!;
    const adapters = this.#activeAdapters();
    const dense = denseWeightOf(this.baseLayer);
    const isWhole = (adapter: LayerAdapter) =>
      dense !== null && !this.#drops(adapter) && adapter.choose(tokens).forward === "matrix";
    const whole = adapters.filter(isWhole);
    const y =
      dense === null || whole.length === 0
        ? this.baseLayer.forward(rows)
        : this.#composed(rows, dense, whole);
    return adapters
      .filter((adapter) => !isWhole(adapter))
      .map((adapter) => adapter.product(this.#dropped(rows, adapter), tensorsOf(adapter)))
      .reduce((sum, product) => add(sum, product), y);
  }

  /** One product with W + Σ ΔW, which is made in the graph: again in the backward pass, so that it need not be kept. */
  #composed(rows: Tensor, dense: DenseWeight, adapters: readonly LayerAdapter[]): Tensor {
    const { parameter, transposed } = dense;
    const turned = (matrix: Tensor) => (transposed ? transpose(matrix) : matrix);
    const weightAfter = (cause: Tensor | null): Tensor =>
      adapters
        .map((adapter) => tensorsOf(adapter).map((value) => (cause === null ? value : after(value, cause))))
        .map((values, i) => turned(adapters[i]!.matrix(values)))
        .reduce((sum, delta) => add(sum, delta), asFloat32(parameter));
    return this.#withSlopes(rows, adapters, transposed, weightAfter);
  }

  /**
   * x · weightᵀ + bias, where the weight is W + Σ ΔW: its derivatives, of any order, in x, the bias and the
   * adapters' parameters, these from x and dy alone.
   *
   * @param weightAfter the weight, for a product forward (null) or for one that waits for a cotangent
   */
  #withSlopes(
    rows: Tensor,
    adapters: readonly LayerAdapter[],
    transposed: boolean,
    weightAfter: (cause: Tensor | null) => Tensor,
  ): Tensor {
    const operands = adapters.flatMap(tensorsOf);
    const product = transposed ? timesTransposed : linear;
    const forth = (x: Tensor, bias: Tensor | null): Tensor => {
      const inputs = [x, ...operands, ...(bias === null ? [] : [bias])];
      return customGradient(product(x, weightAfter(null), bias), inputs, (dy, walk) => [
        back(dy),
        ...slopes(recompute(x, dy, walk), dy),
        ...(bias === null ? [] : [sum(dy, { axes: 0 })]),
      ]);
    };
    const back = (dy: Tensor): Tensor => {
      const dx = matmul(dy, weightAfter(dy), { transposeB: transposed });
      return customGradient(dx, [dy, ...operands], (v) => [forth(v, null), ...slopes(v, dy)]);
    };
    const slopes = (x: Tensor, dy: Tensor): Tensor[] =>
      adapters.flatMap((adapter) => {
        const values = tensorsOf(adapter);
        const isDense = adapter.choose(x.shape[0]!).gradient === "matrix";
        const y = isDense ? linear(x, adapter.matrix(values)) : adapter.product(x, values);
        // x may have been computed from these values too: it is no part of this slope.
        return pullback([y], [dy], [x, ...values], { independent: true }).slice(1);
      });
    const { bias } = this;
    return forth(rows, bias === null ? null : asFloat32(bias));
  }

  #drops({ dropout = 0 }: LayerAdapter): boolean {
    return this.training && dropout > 0;
  }

  #dropped(rows: Tensor, adapter: LayerAdapter): Tensor {
    if (!this.#drops(adapter)) return rows;
    const layer = this.#dropouts.get(adapter)!;
    layer.training = true;
    return layer.forward(rows);
  }

  /** W + ΔW in float32, computed again when it is read after a change. */
  effectiveWeight(): Parameter {
    const dense = checkMergeable(this.baseLayer);
    if (this.#weight?.base !== dense.parameter) {
      this.#weight?.release();
      this.#weight = new EffectiveWeight(dense.parameter, layoutOf(this.baseLayer, dense), this.#shared);
      this.#weight.setAdapters(this.#activeAdapters());
    }
    return this.#weight;
  }

  #activeAdapters(): LayerAdapter[] {
    return this.#active.map((name) => this.#adapters.get(name)!);
  }

  #activeParameters(): Parameter[] {
    return this.#activeAdapters().flatMap((adapter) => Object.values(adapter.parameters));
  }
}

export const isAdaptedLinear = (module: Module): module is AdaptedLinear => module.kind === "AdaptedLinear";

const tensorsOf = ({ parameters }: LayerAdapter): Tensor[] =>
  Object.values(parameters).map(({ tensor }) => tensor);

/** x · weight + bias, with the weight as [in, out]. */
const timesTransposed = (x: Tensor, weight: Tensor, bias: Tensor | null): Tensor => {
  const y = matmul(x, weight);
  return bias === null ? y : add(y, bias);
};

/** The layer itself, without the adapters around it. */
export const baseLayerOf = (layer: Module): LinearLayer =>
  isAdaptedLinear(layer) ? layer.baseLayer : (layer as LinearLayer);
