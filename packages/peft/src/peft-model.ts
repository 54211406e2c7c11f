import { Module } from "@waveft/autograd";
import { type AdaptableModel, checkBare, describe, Tuner } from "./adaptable-model";
import type { LayerContext } from "./adapted-linear";
import { AdapterSet, methodOf } from "./adapter-set";
import { type AdapterState, embeddingsOf, matchState } from "./adapter-state";
import { type AnswersFor, answerFor } from "./answer-for";
import { checkSameConfig, type PeftConfig } from "./config";
import { countParameters, type TrainableCounts, trainableSentence } from "./counts";
import { about, PeftError } from "./errors";
import { isRecord, shown, some } from "./field-types";
import {
  type AdapterFiles,
  type AdapterSource,
  adapterFiles,
  type LoadOptions,
  readAdapter,
  type SavedAdapter,
  writeFiles,
} from "./files";
import type { InitOptions } from "./method";
import type { SavedModules } from "./saved-modules";
import { checkedStrategy, type StrategyChoice } from "./strategy";

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
  /** One name or several (default: those that are active). */
  adapterNames?: string | readonly string[];
  /** Refuse, and merge nothing, where a weight would become NaN or infinite (default false). */
  safeMerge?: boolean;
}

/**
 * A model with adapters. The base model is changed in place: its target layers are wrapped, its parameters
 * frozen; only the active adapters train. What the base model has besides (`config`, `forward`, `generate`, its layers)
 * is this object's too. Adapters cannot be switched while a run is under way, which reads the weights where they lie.
 */
class Wrapper<M extends AdaptableModel> extends Module implements LayerContext {
  override readonly kind = "PeftModel";
  readonly baseModel: Tuner<M>;
  /** Modules that adapters train whole (`modulesToSave`). */
  readonly savedModules: SavedModules;
  #strategy: StrategyChoice;
  readonly #adapters: AdapterSet;
  readonly #warn: (message: string) => void;

  private constructor(model: M, { onWarning = warn, strategy = "auto" }: PeftModelOptions) {
    super();
    this.baseModel = new Tuner(model);
    this.#strategy = checkedStrategy(strategy);
    this.training = model.training;
    this.#warn = onWarning;
    const openCall = answerFor(this, model);
    this.#adapters = new AdapterSet(model, this, onWarning, openCall);
    this.savedModules = this.#adapters.savedModules;
  }

  /** Wraps a model and adds a new, trainable adapter to it; `getPeftModel` is the usual name. */
  static create<M extends AdaptableModel>(
    model: M,
    config: PeftConfig,
    options: NewAdapterOptions = {},
  ): PeftModel<M> {
    const { adapterName = "default" } = options;
    checkBare(model);
    const peftModel = new Wrapper(model, options);
    const base_model_name_or_path = model.config.nameOrPath || config.baseModelNameOrPath;
    const adapters = peftModel.#adapters;
    const injection = adapters.plan(adapterName, config, options, { base_model_name_or_path });
    if (!config.inferenceMode) adapters.checkTrainable(injection);
    model.setRequiresGrad(false);
    adapters.attach(adapterName, injection);
    peftModel.setAdapter(adapterName, { inferenceMode: config.inferenceMode });
    return peftModel as PeftModel<M>;
  }

  /**
   * Puts a saved adapter into a model: a folder, a hub repository or files that the caller opens, with
   * `adapter_config.json` and `adapter_model.safetensors`, of Python PEFT or of this package. Frozen unless
   * `isTrainable`.
   *
   * @throws PeftError when files are missing or damaged, or belong to another model; the model stays as it was
   */
  static async fromPretrained<M extends AdaptableModel>(
    model: M,
    source: AdapterSource,
    options: LoadOptions & PeftModelOptions & { isTrainable?: boolean } = {},
  ): Promise<PeftModel<M>> {
    const { adapterName = "default", isTrainable = false } = options;
    const saved = await readAdapter(source, options);
    checkBare(model);
    const peftModel = new Wrapper(model, options);
    const load = peftModel.#fit(adapterName, saved, options);
    model.setRequiresGrad(false);
    load();
    peftModel.setAdapter(adapterName, { inferenceMode: !isTrainable });
    return (isTrainable ? peftModel : peftModel.eval()) as PeftModel<M>;
  }

  /** The model that was wrapped. */
  get model(): M {
    return this.baseModel.model;
  }

  /** How adapted layers compute. */
  get strategy(): StrategyChoice {
    return this.#strategy;
  }

  set strategy(strategy: StrategyChoice) {
    this.#strategy = checkedStrategy(strategy);
  }

  /** The config of each adapter, by name. */
  get peftConfig(): ReadonlyMap<string, PeftConfig> {
    return this.#adapters.configs;
  }

  /** False while `disableAdapter` runs. */
  get enabled(): boolean {
    return this.#adapters.enabled;
  }

  /** The adapters that act (while they are enabled), in the order in which they were activated. */
  get activeAdapters(): readonly string[] {
    return this.#adapters.active;
  }

  /** The adapters that are merged into the base model's weights. */
  get mergedAdapters(): readonly string[] {
    return this.#adapters.merged;
  }

  /** Adds an adapter that neither acts nor trains until `setAdapter`. */
  addAdapter(adapterName: string, config: PeftConfig, options: InitOptions = {}): void {
    this.#adapters.attach(adapterName, this.#adapters.plan(adapterName, config, options));
    this.#adapters.setTrainable(adapterName, false);
  }

  /**
   * Loads a saved adapter beside the others, frozen unless `isTrainable`, or its values over the adapter of that
   * name: plans that were compiled stay. Without `isTrainable` the model is in eval mode then.
   *
   * @throws PeftError as `fromPretrained`, and when the adapter of that name has another config
   */
  async loadAdapter(
    source: AdapterSource,
    adapterName: string,
    options: LoadOptions & { isTrainable?: boolean } = {},
  ): Promise<void> {
    const { isTrainable = false } = options;
    const saved = await readAdapter(source, options);
    const isNew = !this.peftConfig.has(adapterName);
    const load = this.#fit(adapterName, saved, options);
    if (this.mergedAdapters.includes(adapterName)) this.#adapters.unmergeFor(`loading "${adapterName}"`);
    load();
    if (isNew || isTrainable) this.#adapters.setTrainable(adapterName, isTrainable);
    if (!isTrainable) this.eval();
  }

  /** Makes these adapters, and no others, act; and train, unless in `inferenceMode`. Merged ones are unmerged first. */
  setAdapter(adapterNames: string | readonly string[], options: { inferenceMode?: boolean } = {}): void {
    this.#adapters.set(this.#adapters.known(adapterNames), options.inferenceMode ?? false);
  }

  /**
   * Sets `requiresGrad` of all that these adapters train, whether they act or not; without names, of every parameter
   * as in any module.
   */
  override setRequiresGrad(requiresGrad: boolean): this;
  override setRequiresGrad(adapterNames: string | readonly string[], requiresGrad?: boolean): this;
  override setRequiresGrad(given: boolean | string | readonly string[], requiresGrad = true): this {
    if (typeof given === "boolean") return super.setRequiresGrad(given);
    const names = this.#adapters.known(given);
    if (requiresGrad) for (const name of names) this.#adapters.checkTrainable(name);
    for (const name of names) this.#adapters.setTrainable(name, requiresGrad);
    return this;
  }

  /** Removes an adapter; if it was the only one that acts, the first of the others by the alphabet takes its place. */
  deleteAdapter(adapterName: string): void {
    const adapters = this.#adapters;
    adapters.known(adapterName);
    if (adapters.merged.includes(adapterName))
      throw new PeftError(`peft: adapter "${adapterName}" is merged; unmerge it before it is deleted`);
    const next = adapters.names.filter((name) => name !== adapterName).sort()[0];
    const isReplaced = adapters.active.join() === adapterName && next !== undefined;
    if (isReplaced) adapters.checkTrainable(next);
    adapters.delete(adapterName);
    if (!isReplaced) return;
    this.#warn(`adapter ${adapterName} is deleted; ${next} acts now`);
    adapters.set([next], false);
  }

  /**
   * Puts the ΔW of adapters into the base model's weights, rounded once to their dtype: the layers compute as if they
   * had no adapters, until `unmergeAdapter`. A weight that others use too is copied first.
   *
   * @throws PeftError with `safeMerge` when a weight would become NaN or infinite; nothing is merged then
   */
  mergeAdapter(options: MergeAdapterOptions = {}): void {
    const given: unknown = options;
    if (!isRecord(given))
      throw new PeftError(
        `peft: mergeAdapter got ${shown(given)}; give options, such as { adapterNames: ["default"] }`,
      );
    const { adapterNames = this.activeAdapters, safeMerge = false } = options;
    const names = this.#adapters.known(adapterNames);
    const added = names.filter((name) => !this.mergedAdapters.includes(name));
    this.#adapters.merge(added, safeMerge);
    if (added.length < names.length) this.#warn("adapters that are merged already are not merged again");
  }

  /** Takes all merged adapters out again: every bit of the weights is as it was. */
  unmergeAdapter(): void {
    this.#adapters.unmerge();
  }

  /** The model without adapters, as it was before but for biases that were trained; this object is done with. */
  unload(): M {
    this.unmergeAdapter();
    this.savedModules.activate([]);
    this.#adapters.unwrap();
    return this.model;
  }

  /**
   * The model with adapters' ΔW in its weights, and the modules that the active ones trained whole; this object is
   * done with. Saved, it is an ordinary model.
   */
  mergeAndUnload(options: MergeAdapterOptions = {}): M {
    const isMerged = (name: string) => this.mergedAdapters.includes(name);
    const { adapterNames = this.activeAdapters.filter((name) => !isMerged(name)) } = options;
    this.mergeAdapter({ ...options, adapterNames });
    this.savedModules.settle(this.activeAdapters);
    this.#adapters.unwrap();
    return this.model;
  }

  /**
   * Runs `body` on the bare base model, in which nothing trains. Adapters that are merged are unmerged, and stay so;
   * `setAdapter` within `body` says which act afterwards.
   */
  async disableAdapter<T>(body: () => T | Promise<T>): Promise<T> {
    const biased = this.activeAdapters.find((name) => this.peftConfig.get(name)!.bias !== "none");
    if (biased !== undefined)
      this.#warn(
        `adapter ${biased} trained biases of the base model, which keep their new values while it is disabled`,
      );
    this.unmergeAdapter();
    this.#adapters.disable();
    try {
      return await body();
    } finally {
      this.#adapters.enable();
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

  /**
   * Saves adapters in PEFT's files: `default` in the folder itself, others in folders of their names.
   *
   * @throws PeftError when there is nothing to save, or the folder cannot be written to
   */
  async savePretrained(
    folder: string,
    options: { selectedAdapters?: string | readonly string[] } = {},
  ): Promise<void> {
    const names = this.#adapters.known(options.selectedAdapters ?? this.#adapters.names);
    if (names.length === 0)
      throw new PeftError(
        "peft: there is no adapter to save; after unload or mergeAndUnload, save the model that they return",
      );
    if (typeof folder !== "string" || folder === "")
      throw new PeftError(`peft: ${shown(folder)} is no folder to save to; give a path`);
    for (const name of names)
      await writeFiles(name === "default" ? folder : `${folder}/${name}`, this.toFiles(name));
  }

  /** The files that `savePretrained` writes of one adapter, by name, as bytes: for browsers, which have no folders. */
  toFiles(adapterName = "default"): AdapterFiles {
    this.#adapters.known(adapterName);
    const config = this.peftConfig.get(adapterName)!;
    const method = methodOf(config);
    for (const warning of method.warnings?.(config) ?? []) this.#warn(warning);
    return adapterFiles(config, method, this.#adapters.state(adapterName), describe(this.model));
  }

  /** Checks a saved adapter against the model; what it returns changes the model and cannot fail. */
  #fit(
    adapterName: string,
    { config, tensors, source }: SavedAdapter,
    { onWarning = this.#warn, isTrainable = false }: LoadOptions & { isTrainable?: boolean },
  ): () => void {
    const method = methodOf(config);
    const unknown = Object.keys(config.unknownFields ?? {});
    if (unknown.length > 0)
      onWarning(
        `${source}: adapter_config.json has fields that are not known here and do nothing: ${some(unknown)}`,
      );
    for (const warning of method.warnings?.(config) ?? []) onWarning(`${source}: ${warning}`);
    const match = (state: AdapterState) =>
      matchState(source, state, tensors, {
        prefix: method.prefix,
        embeddings: embeddingsOf(this.model),
        onWarning,
      });
    const adapters = this.#adapters;
    const existing = adapters.configs.get(adapterName);
    if (existing !== undefined) {
      checkSameConfig(source, adapterName, existing, config);
      if (isTrainable) adapters.checkTrainable(adapterName);
      return match(adapters.state(adapterName));
    }
    const injection = about(source, () => {
      const planned = adapters.plan(adapterName, config, { seed: null }, { inference_mode: !isTrainable });
      if (isTrainable) adapters.checkTrainable(planned);
      return planned;
    });
    const setValues = match(adapters.state(adapterName, injection));
    return () => {
      setValues();
      adapters.attach(adapterName, injection);
    };
  }
}

/** A model with adapters: all of the wrapper's, and what the base model has besides. */
export type PeftModel<M extends AdaptableModel = AdaptableModel> = Wrapper<M> & AnswersFor<M, Wrapper<M>>;
export const PeftModel = Wrapper;

/** Wraps a model and adds a new, trainable adapter to it. The model is changed in place. */
export const getPeftModel = <M extends AdaptableModel>(
  model: M,
  config: PeftConfig,
  options: NewAdapterOptions = {},
): PeftModel<M> => PeftModel.create(model, config, options);

const warn = (message: string): void => console.warn(`peft: ${message}`);
