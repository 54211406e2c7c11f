import { type Device, type DropoutSeed, type Linear, Module, type Parameter } from "@waveft/autograd";
import { AdaptedLinear, isAdaptedLinear } from "./adapted-linear";
import { type AdapterState, matchState, stateOf } from "./adapter-state";
import { checkTrainable, trainedBiases } from "./biases";
import { checkSameConfig, type PeftConfig } from "./config";
import { PeftError } from "./errors";
import { type BaseModel, type LoadOptions, readAdapter, writeAdapter } from "./files";
import type { AdapterMethod, InitOptions, LayerAdapter } from "./method";
import { methods } from "./methods";
import { findTargets } from "./targets";

/** A model that adapters can be put into: modules, and a config that says its `model_type`. */
export interface AdaptableModel extends Module {
  readonly config: { readonly modelType: string; readonly nameOrPath?: string };
  /** Where it runs. */
  readonly device?: Device;
  /** The seed of its dropout layers. */
  readonly dropoutSeed?: DropoutSeed;
  forward(...inputs: never[]): unknown;
  generate?(...inputs: never[]): unknown;
}

/** The wrapper that gives PEFT's names: `base_model.model.…`. */
class Tuner<M extends AdaptableModel> extends Module {
  override readonly kind = "Tuner";
  constructor(readonly model: M) {
    super();
  }
}

export interface PeftModelOptions {
  /** Name of the adapter (default `default`). */
  adapterName?: string;
  /** Hears of what is unusual but no error (default: the console). */
  onWarning?: (message: string) => void;
}

/** Options of new adapters; see `InitOptions`. */
export interface NewAdapterOptions extends PeftModelOptions, InitOptions {}

/** An adapter that is made but not yet in the model. */
interface Plan {
  /** With the targets that were found. */
  readonly config: PeftConfig;
  readonly adapters: ReadonlyMap<string, LayerAdapter>;
}

export interface TrainableCounts {
  readonly trainable: number;
  readonly all: number;
}

/**
 * A model with adapters. The base model is changed in place: its target layers are wrapped, its parameters
 * frozen; only the active adapters train.
 */
export class PeftModel<M extends AdaptableModel = AdaptableModel> extends Module {
  override readonly kind = "PeftModel";
  readonly baseModel: Tuner<M>;
  /** The config of each adapter, by name. */
  readonly peftConfig = new Map<string, PeftConfig>();
  readonly #warn: (message: string) => void;
  #active: readonly string[] = [];

  private constructor(model: M, { onWarning = warn }: PeftModelOptions) {
    super();
    this.baseModel = new Tuner(model);
    this.#warn = onWarning;
  }

  /** Wraps a model and adds a new, trainable adapter to it; `getPeftModel` is the usual name. */
  static create<M extends AdaptableModel>(
    model: M,
    config: PeftConfig,
    options: NewAdapterOptions = {},
  ): PeftModel<M> {
    const { adapterName = "default" } = options;
    const peftModel = new PeftModel(model, options);
    const base_model_name_or_path = model.config.nameOrPath || config.baseModelNameOrPath;
    const plan = peftModel.#plan(adapterName, config, { ...options, fields: { base_model_name_or_path } });
    if (!config.inferenceMode) checkTrainable(trainedBiases(model, config, plan.adapters.keys()));
    model.setRequiresGrad(false);
    peftModel.#attach(adapterName, plan);
    peftModel.setAdapter(adapterName, { inferenceMode: config.inferenceMode });
    return peftModel;
  }

  /**
   * Puts a saved adapter into a model: a folder or a hub repository with `adapter_config.json` and
   * `adapter_model.safetensors`, of Python PEFT or of this package. Frozen unless `isTrainable`.
   *
   * @throws PeftError when files are missing or damaged, or belong to another model; the model stays as it was
   */
  static async fromPretrained<M extends AdaptableModel>(
    model: M,
    idOrFolder: string,
    options: LoadOptions & PeftModelOptions & { isTrainable?: boolean } = {},
  ): Promise<PeftModel<M>> {
    const peftModel = new PeftModel(model, options);
    const { adapterName = "default", isTrainable = false } = options;
    const load = await peftModel.#prepareLoad(adapterName, idOrFolder, options);
    model.setRequiresGrad(false);
    load();
    peftModel.setAdapter(adapterName, { inferenceMode: !isTrainable });
    return peftModel.eval();
  }

  /** The model that was wrapped. */
  get model(): M {
    return this.baseModel.model;
  }

  get config(): M["config"] {
    return this.model.config;
  }

  get device(): M["device"] {
    return this.model.device as M["device"];
  }

  get dropoutSeed(): M["dropoutSeed"] {
    return this.model.dropoutSeed as M["dropoutSeed"];
  }

  /** The base model's own `generate`, with the active adapters. */
  get generate(): M["generate"] {
    return this.model.generate?.bind(this.model) as M["generate"];
  }

  /** The adapters that act, in the order in which they were activated. */
  get activeAdapters(): readonly string[] {
    return this.#active;
  }

  forward(...inputs: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return this.model.forward(...inputs) as ReturnType<M["forward"]>;
  }

  /** Adds an adapter that neither acts nor trains until `setAdapter`. */
  addAdapter(adapterName: string, config: PeftConfig, options: InitOptions = {}): void {
    this.#attach(adapterName, this.#plan(adapterName, config, options));
    this.#setTrainable(adapterName, false);
  }

  /**
   * Loads a saved adapter beside the others, frozen unless `isTrainable`, or its values over the adapter of that
   * name. Without `isTrainable` the model is in eval mode then.
   *
   * @throws PeftError as `fromPretrained`, and when the adapter of that name has another config
   */
  async loadAdapter(
    idOrFolder: string,
    adapterName: string,
    options: LoadOptions & { isTrainable?: boolean } = {},
  ): Promise<void> {
    const { isTrainable = false } = options;
    const isNew = !this.peftConfig.has(adapterName);
    const load = await this.#prepareLoad(adapterName, idOrFolder, options);
    load();
    if (isNew || isTrainable) this.#setTrainable(adapterName, isTrainable);
    if (!isTrainable) this.eval();
  }

  /** Makes these adapters, and no others, act; and train, unless in `inferenceMode`. */
  setAdapter(adapterNames: string | readonly string[], options: { inferenceMode?: boolean } = {}): void {
    const names = [...new Set(typeof adapterNames === "string" ? [adapterNames] : adapterNames)];
    for (const name of names) this.#known(name);
    const trained = options.inferenceMode ? [] : names;
    for (const name of trained) checkTrainable(this.#biases(name));
    this.#activate(names);
    for (const name of this.peftConfig.keys()) if (!trained.includes(name)) this.#setTrainable(name, false);
    for (const name of trained) this.#setTrainable(name, true);
  }

  /** Removes an adapter; if no other acts then, the first remaining one takes its place. */
  deleteAdapter(adapterName: string): void {
    this.#known(adapterName);
    this.#setTrainable(adapterName, false);
    for (const [, layer] of this.#layers()) layer.deleteAdapter(adapterName);
    this.peftConfig.delete(adapterName);
    if (!this.#active.includes(adapterName)) return;
    const rest = this.#active.filter((name) => name !== adapterName);
    const next = rest.length > 0 ? rest : [...this.peftConfig.keys()].sort().slice(0, 1);
    if (rest.length === 0 && next.length > 0)
      this.#warn(`adapter ${adapterName} is deleted; ${next[0]} acts now`);
    this.setAdapter(next);
  }

  /** The model without adapters, as it was before but for biases that were trained; this object is done with. */
  unload(): M {
    return this.#unwrap(false);
  }

  /** The model with the active adapters' ΔW in its weights, rounded once to their dtype; this object is done with. */
  mergeAndUnload(): M {
    return this.#unwrap(true);
  }

  /** Runs `body` on the bare base model. */
  async disableAdapter<T>(body: () => T | Promise<T>): Promise<T> {
    const active = this.#active;
    const biased = active.find((name) => this.peftConfig.get(name)!.bias !== "none");
    if (biased !== undefined)
      this.#warn(
        `adapter ${biased} trained biases of the base model, which keep their new values while it is disabled`,
      );
    this.#activate([]);
    try {
      return await body();
    } finally {
      this.#activate(active);
    }
  }

  /** Numbers of trainable and of all parameters, inactive adapters among the latter. */
  getNbTrainableParameters(): TrainableCounts {
    const all = this.parameters();
    const count = (parameters: readonly Parameter[]) =>
      parameters.reduce((total, { tensor }) => total + tensor.size, 0);
    return { trainable: count(all.filter(({ requiresGrad }) => requiresGrad)), all: count(all) };
  }

  /** PEFT's sentence about `getNbTrainableParameters`; returns it, and prints it unless told not to. */
  printTrainableParameters(print: (line: string) => void = console.log): string {
    const { trainable, all } = this.getNbTrainableParameters();
    const percent = ((100 * trainable) / all).toFixed(4);
    const line = `trainable params: ${trainable.toLocaleString("en-US")} || all params: ${all.toLocaleString("en-US")} || trainable%: ${percent}`;
    print(line);
    return line;
  }

  /** Saves adapters in PEFT's files: `default` in the folder itself, others in folders of their names. */
  async savePretrained(
    folder: string,
    options: { selectedAdapters?: readonly string[] } = {},
  ): Promise<void> {
    const names = options.selectedAdapters ?? [...this.peftConfig.keys()];
    for (const name of names) this.#known(name);
    for (const name of names) {
      const config = this.peftConfig.get(name)!;
      const method = methodOf(config);
      for (const warning of method.warnings?.(config) ?? []) this.#warn(warning);
      const target = name === "default" ? folder : `${folder}/${name}`;
      await writeAdapter(target, config, method, this.#state(name), describe(this.model));
    }
  }

  /** All that a file holds of an adapter. */
  #state(adapterName: string): AdapterState {
    return stateOf(this.#adapters(adapterName), this.#biases(adapterName));
  }

  #biases(adapterName: string): Map<string, Parameter> {
    const layers = this.#adapters(adapterName).keys();
    return trainedBiases(this.model, this.peftConfig.get(adapterName)!, layers);
  }

  /** Makes the adapters of a config for this model's layers, without changing the model. */
  #plan(
    adapterName: string,
    config: PeftConfig,
    { fields = {}, ...init }: InitOptions & { readonly fields?: Readonly<Record<string, unknown>> },
  ): Plan {
    this.#checkNew(adapterName, config);
    const method = methodOf(config);
    const { modelType } = this.config;
    const defaults = method.defaultTargets[modelType];
    const { targets, targetModules, excludesNothing } = findTargets(this.model, config, defaults, modelType);
    if (excludesNothing)
      this.#warn(`excludeModules ${JSON.stringify(config.excludeModules)} names no module of this model`);
    const layers = targets.map(({ name, layer: { inFeatures, outFeatures } }) => {
      return { name, inFeatures, outFeatures, dtype: this.#baseLayer(name).weight.dtype };
    });
    const adapters = method.createAdapters(config, layers, init);
    return {
      config: method.configFromJson({ ...config.toJson(), ...fields, target_modules: targetModules }),
      adapters: new Map(layers.map(({ name }, i) => [name, adapters[i]!])),
    };
  }

  #checkNew(adapterName: string, config: PeftConfig): void {
    if (this.peftConfig.has(adapterName))
      throw new PeftError(
        `peft: there is an adapter "${adapterName}" already; delete it, or take another name`,
      );
    if (!/^[^./\\]+$/.test(adapterName) || adapterName in Object.prototype)
      throw new PeftError(
        `peft: "${adapterName}" cannot name an adapter; give a name without "." and slashes`,
      );
    const biased = [...this.peftConfig].find(([, other]) => other.bias !== "none")?.[0];
    if (config.bias !== "none" && biased !== undefined)
      throw new PeftError(
        `peft: adapter "${biased}" trains biases already; only one can, so give bias "none"`,
      );
  }

  #baseLayer(name: string): Linear {
    const present = this.model.getSubmodule(name);
    return isAdaptedLinear(present) ? present.baseLayer : (present as Linear);
  }

  #attach(adapterName: string, { config, adapters }: Plan): void {
    for (const [name, adapter] of adapters) {
      const present = this.model.getSubmodule(name);
      const layer = isAdaptedLinear(present) ? present : new AdaptedLinear(present as Linear);
      layer.training = present.training;
      if (layer !== present) this.model.setSubmodule(name, layer);
      layer.addAdapter(adapterName, adapter);
    }
    this.peftConfig.set(adapterName, config);
  }

  /** Reads and checks a saved adapter; what it returns changes the model and cannot fail. */
  async #prepareLoad(
    adapterName: string,
    idOrFolder: string,
    options: LoadOptions & { isTrainable?: boolean },
  ): Promise<() => void> {
    const { onWarning = this.#warn, isTrainable = false } = options;
    const { config, tensors, source } = await readAdapter(idOrFolder, options);
    const method = methodOf(config);
    const unknown = Object.keys(config.unknownFields ?? {});
    if (unknown.length > 0)
      onWarning(
        `${source}: adapter_config.json has fields that are not known here and do nothing: ${unknown.join(", ")}`,
      );
    for (const warning of method.warnings?.(config) ?? []) onWarning(`${source}: ${warning}`);
    const existing = this.peftConfig.get(adapterName);
    if (existing !== undefined) checkSameConfig(source, adapterName, existing, config);
    const plan =
      existing === undefined
        ? this.#plan(adapterName, config, { fields: { inference_mode: !isTrainable } })
        : { config: existing, adapters: this.#adapters(adapterName) };
    const biases = trainedBiases(this.model, plan.config, plan.adapters.keys());
    if (isTrainable) checkTrainable(biases);
    const setValues = matchState(source, stateOf(plan.adapters, biases), tensors, {
      prefix: method.prefix,
      onWarning,
    });
    return () => {
      setValues();
      if (existing === undefined) this.#attach(adapterName, plan);
    };
  }

  #adapters(adapterName: string): ReadonlyMap<string, LayerAdapter> {
    const found = new Map<string, LayerAdapter>();
    for (const [name, layer] of this.#layers()) {
      const adapter = layer.adapters.get(adapterName);
      if (adapter !== undefined) found.set(name, adapter);
    }
    return found;
  }

  #unwrap(merge: boolean): M {
    for (const [name, layer] of [...this.#layers()]) this.model.setSubmodule(name, layer.unwrap(merge));
    this.peftConfig.clear();
    this.#active = [];
    return this.model;
  }

  *#layers(): Generator<[name: string, layer: AdaptedLinear]> {
    for (const [name, module] of this.model.namedModules()) if (isAdaptedLinear(module)) yield [name, module];
  }

  #activate(names: readonly string[]): void {
    this.#active = [...names];
    for (const [, layer] of this.#layers()) layer.setActive(names);
  }

  #setTrainable(adapterName: string, trainable: boolean): void {
    for (const parameter of this.#state(adapterName).values()) parameter.requiresGrad = trainable;
  }

  #known(adapterName: string): void {
    if (!this.peftConfig.has(adapterName))
      throw new PeftError(
        `peft: no adapter "${adapterName}"; there are ${[...this.peftConfig.keys()].join(", ")}`,
      );
  }
}

/** Wraps a model and adds a new, trainable adapter to it. The model is changed in place. */
export const getPeftModel = <M extends AdaptableModel>(
  model: M,
  config: PeftConfig,
  options: NewAdapterOptions = {},
): PeftModel<M> => PeftModel.create(model, config, options);

const warn = (message: string): void => console.warn(`peft: ${message}`);

const methodOf = (config: PeftConfig): AdapterMethod =>
  (methods as unknown as Record<string, AdapterMethod>)[config.peftType]!;

/** A model as Python knows it: every class of transformers sits in its model type's module. */
const describe = ({ kind, config: { nameOrPath, modelType } }: AdaptableModel): BaseModel => {
  const folder = modelType.replaceAll("-", "_");
  const parent_library = `transformers.models.${folder}.modeling_${folder}`;
  return { nameOrPath: nameOrPath || null, autoMapping: { base_model_class: kind, parent_library } };
};
