import { type Device, type DropoutSeed, Module, type Parameter } from "@waveft/autograd";
import type { LayerContext } from "./adapted-linear";
import { type AdapterState, matchState, stateOf } from "./adapter-state";
import { checkTrainable, trainedBiases } from "./biases";
import { checkSameConfig, type PeftConfig } from "./config";
import { countParameters, type TrainableCounts, trainableSentence } from "./counts";
import { PeftError } from "./errors";
import { type BaseModel, type LoadOptions, readAdapter, writeAdapter } from "./files";
import { adaptedLayers, type Injection, inject, planInjection } from "./injection";
import type { AdapterMethod, InitOptions, LayerAdapter } from "./method";
import { methods } from "./methods";
import { SavedModules } from "./saved-modules";
import type { StrategyChoice } from "./strategy";

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
  /** How adapted layers compute (default `auto`); may be changed later. */
  strategy?: StrategyChoice;
  /** Hears of what is unusual but no error (default: the console). */
  onWarning?: (message: string) => void;
}

/** Options of new adapters; see `InitOptions`. */
export interface NewAdapterOptions extends PeftModelOptions, InitOptions {}

/** Which adapters `mergeAdapter` merges, and how. */
export interface MergeAdapterOptions {
  /** Default: those that are active. */
  adapterNames?: readonly string[];
  /** Refuse, and merge nothing, where a weight would become NaN or infinite (default false). */
  safeMerge?: boolean;
}

/**
 * A model with adapters. The base model is changed in place: its target layers are wrapped, its parameters
 * frozen; only the active adapters train.
 */
export class PeftModel<M extends AdaptableModel = AdaptableModel> extends Module implements LayerContext {
  override readonly kind = "PeftModel";
  readonly baseModel: Tuner<M>;
  /** Modules that adapters train whole (`modulesToSave`). */
  readonly savedModules: SavedModules;
  /** The config of each adapter, by name. */
  readonly peftConfig = new Map<string, PeftConfig>();
  /** How adapted layers compute. */
  strategy: StrategyChoice;
  readonly #warn: (message: string) => void;
  #active: readonly string[] = [];
  #merged: readonly string[] = [];

  private constructor(model: M, { onWarning = warn, strategy = "auto" }: PeftModelOptions) {
    super();
    this.baseModel = new Tuner(model);
    this.savedModules = new SavedModules(model);
    this.strategy = strategy;
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
    const injection = peftModel.#plan(adapterName, config, options, { base_model_name_or_path });
    if (!config.inferenceMode) checkTrainable(peftModel.#biasesOf(injection));
    model.setRequiresGrad(false);
    peftModel.#attach(adapterName, injection);
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

  /** The adapters that are merged into the base model's weights. */
  get mergedAdapters(): readonly string[] {
    return this.#merged;
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
   * name: plans that were compiled stay. Without `isTrainable` the model is in eval mode then.
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
    if (this.#merged.includes(adapterName)) this.#unmergeFor(`loading "${adapterName}"`);
    load();
    if (isNew || isTrainable) this.#setTrainable(adapterName, isTrainable);
    if (!isTrainable) this.eval();
  }

  /** Makes these adapters, and no others, act; and train, unless in `inferenceMode`. Merged ones are unmerged first. */
  setAdapter(adapterNames: string | readonly string[], options: { inferenceMode?: boolean } = {}): void {
    const names = [...new Set(typeof adapterNames === "string" ? [adapterNames] : adapterNames)];
    for (const name of names) this.#known(name);
    this.savedModules.check(names);
    const trained = options.inferenceMode ? [] : names;
    for (const name of trained) checkTrainable(this.#biases(name));
    if (this.#merged.length > 0) this.#unmergeFor("setting the active adapter");
    this.#activate(names);
    for (const name of this.peftConfig.keys()) if (!trained.includes(name)) this.#setTrainable(name, false);
    for (const name of trained) this.#setTrainable(name, true);
  }

  /** Removes an adapter; if no other acts then, the first remaining one takes its place. */
  deleteAdapter(adapterName: string): void {
    this.#known(adapterName);
    if (this.#merged.includes(adapterName))
      throw new PeftError(`peft: adapter "${adapterName}" is merged; unmerge it before it is deleted`);
    this.#setTrainable(adapterName, false);
    const rest = this.#active.filter((name) => name !== adapterName);
    this.#activate(rest);
    for (const [, layer] of adaptedLayers(this.model)) layer.deleteAdapter(adapterName);
    this.savedModules.delete(adapterName);
    this.peftConfig.delete(adapterName);
    const next = [...this.peftConfig.keys()].sort()[0];
    if (rest.length > 0 || next === undefined) return;
    this.#warn(`adapter ${adapterName} is deleted; ${next} acts now`);
    this.setAdapter(next);
  }

  /**
   * Puts the ΔW of adapters into the base model's weights, rounded once to their dtype: the layers compute as if they
   * had no adapters, until `unmergeAdapter`. A weight that others use too is copied first.
   *
   * @throws PeftError with `safeMerge` when a weight would become NaN or infinite; nothing is merged then
   */
  mergeAdapter({ adapterNames = this.#active, safeMerge = false }: MergeAdapterOptions = {}): void {
    for (const name of adapterNames) this.#known(name);
    const added = adapterNames.filter((name) => !this.#merged.includes(name));
    if (added.length < adapterNames.length)
      this.#warn("adapters that are merged already are not merged again");
    const before = this.#merged;
    try {
      this.#mergeLayers(added, safeMerge);
    } catch (error) {
      this.unmergeAdapter();
      this.#mergeLayers(before, false);
      throw error;
    }
  }

  /** Takes all merged adapters out again: every bit of the weights is as it was. */
  unmergeAdapter(): void {
    for (const [, layer] of adaptedLayers(this.model)) layer.unmerge();
    this.#merged = [];
  }

  /** The model without adapters, as it was before but for biases that were trained; this object is done with. */
  unload(): M {
    this.unmergeAdapter();
    this.savedModules.activate([]);
    return this.#unwrap();
  }

  /**
   * The model with adapters' ΔW in its weights, and the modules that the active ones trained whole; this object is
   * done with. Saved, it is an ordinary model.
   */
  mergeAndUnload(options: MergeAdapterOptions = {}): M {
    if (this.#merged.length === 0 || options.adapterNames !== undefined) this.mergeAdapter(options);
    this.savedModules.settle(this.#active);
    return this.#unwrap();
  }

  /** Runs `body` on the bare base model. Adapters that are merged are unmerged, and stay so. */
  async disableAdapter<T>(body: () => T | Promise<T>): Promise<T> {
    const active = this.#active;
    const biased = active.find((name) => this.peftConfig.get(name)!.bias !== "none");
    if (biased !== undefined)
      this.#warn(
        `adapter ${biased} trained biases of the base model, which keep their new values while it is disabled`,
      );
    this.unmergeAdapter();
    this.#activate([]);
    try {
      return await body();
    } finally {
      this.#activate(active);
    }
  }

  /** Numbers of trainable and of all parameters, inactive adapters among the latter. */
  getNbTrainableParameters(): TrainableCounts {
    return countParameters(this.parameters());
  }

  /** PEFT's sentence about `getNbTrainableParameters`; returns it, and prints it unless told not to. */
  printTrainableParameters(print: (line: string) => void = console.log): string {
    const line = trainableSentence(this.getNbTrainableParameters());
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
    return this.#stateOf(adapterName, this.#injection(adapterName));
  }

  #stateOf(adapterName: string, injection: Injection): AdapterState {
    const biases = this.#biasesOf(injection);
    return stateOf({ ...injection, adapterName, biases, model: this.model, savedModules: this.savedModules });
  }

  #biases(adapterName: string): Map<string, Parameter> {
    return this.#biasesOf(this.#injection(adapterName));
  }

  #biasesOf({ config, adapters, saved }: Injection): Map<string, Parameter> {
    return trainedBiases(this.model, config, adapters.keys(), new Set(saved.keys()));
  }

  /** Makes the adapters of a config for this model's layers, without changing the model. */
  #plan(
    adapterName: string,
    config: PeftConfig,
    init: InitOptions,
    fields: Readonly<Record<string, unknown>> = {},
  ): Injection {
    this.#checkNew(adapterName, config);
    const options = { ...init, fields, savedModules: this.savedModules, onWarning: this.#warn };
    return planInjection(this.model, config, methodOf(config), options);
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

  #attach(adapterName: string, { config, adapters, saved }: Injection): void {
    inject(this.model, adapterName, adapters, this);
    this.savedModules.add(adapterName, saved);
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
    const match = (state: AdapterState) =>
      matchState(source, state, tensors, { prefix: method.prefix, onWarning });
    const existing = this.peftConfig.get(adapterName);
    if (existing !== undefined) {
      checkSameConfig(source, adapterName, existing, config);
      if (isTrainable) checkTrainable(this.#biases(adapterName));
      return match(this.#state(adapterName));
    }
    const injection = this.#plan(adapterName, config, {}, { inference_mode: !isTrainable });
    if (isTrainable) checkTrainable(this.#biasesOf(injection));
    const setValues = match(this.#stateOf(adapterName, injection));
    return () => {
      setValues();
      this.#attach(adapterName, injection);
    };
  }

  /** What an adapter put into the model. */
  #injection(adapterName: string): Injection {
    const adapters = new Map<string, LayerAdapter>();
    for (const [name, layer] of adaptedLayers(this.model)) {
      const adapter = layer.adapters.get(adapterName);
      if (adapter !== undefined) adapters.set(name, adapter);
    }
    const config = this.peftConfig.get(adapterName)!;
    return { config, adapters, saved: this.savedModules.of(adapterName) };
  }

  #mergeLayers(names: readonly string[], safeMerge: boolean): void {
    for (const [name, layer] of adaptedLayers(this.model)) layer.merge(names, { safeMerge, name });
    this.#merged = [...this.#merged, ...names];
  }

  #unmergeFor(reason: string): void {
    this.#warn(`adapters ${this.#merged.join(", ")} are unmerged before ${reason}`);
    this.unmergeAdapter();
  }

  #unwrap(): M {
    for (const [name, layer] of [...adaptedLayers(this.model)]) this.model.setSubmodule(name, layer.unwrap());
    this.peftConfig.clear();
    this.#active = [];
    return this.model;
  }

  #activate(names: readonly string[]): void {
    this.#active = [...names];
    for (const [, layer] of adaptedLayers(this.model)) layer.setActive(names);
    this.savedModules.activate(names);
  }

  #setTrainable(adapterName: string, trainable: boolean): void {
    for (const { parameter, presence = "required" } of this.#state(adapterName).values())
      if (presence === "required") parameter.requiresGrad = trainable;
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
