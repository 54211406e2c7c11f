import type { Parameter } from "@waveft/autograd";
import type { AdaptableModel } from "./adaptable-model";
import type { LayerContext } from "./adapted-linear";
import { type AdapterState, stateOf } from "./adapter-state";
import { checkMergeable } from "./base-layer";
import { checkTrainable, trainedBiases } from "./biases";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";
import { shown } from "./field-types";
import { adaptedLayers, type Injection, inject, planInjection } from "./injection";
import type { AdapterMethod, InitOptions, LayerAdapter } from "./method";
import { methods } from "./methods";
import { SavedModules } from "./saved-modules";

/** The adapters in a model: which there are, which of them act, are merged and train. */
export class AdapterSet {
  readonly configs = new Map<string, PeftConfig>();
  readonly savedModules: SavedModules;
  readonly #model: AdaptableModel;
  readonly #context: LayerContext;
  readonly #warn: (message: string) => void;
  #active: readonly string[] = [];
  #merged: readonly string[] = [];
  /** How many calls of `disable` are open. */
  #disabled = 0;
  /** What trained before the first of them, with the adapters that acted. */
  #frozen: { readonly active: readonly string[]; readonly trained: readonly Parameter[] } | null = null;

  readonly #openCall: () => string | null;

  /** @param openCall the name of a call of the model's that is under way, if there is one */
  constructor(
    model: AdaptableModel,
    context: LayerContext,
    onWarning: (message: string) => void,
    openCall: () => string | null,
  ) {
    this.#model = model;
    this.#context = context;
    this.#warn = onWarning;
    this.#openCall = openCall;
    this.savedModules = new SavedModules(model);
  }

  get names(): readonly string[] {
    return [...this.configs.keys()];
  }

  get active(): readonly string[] {
    return this.#active;
  }

  get merged(): readonly string[] {
    return this.#merged;
  }

  get enabled(): boolean {
    return this.#disabled === 0;
  }

  /** One name or several, each once; throws for those that do not exist. */
  known(given: string | readonly string[]): string[] {
    if (typeof given !== "string" && !isList(given))
      throw new PeftError(`peft: ${shown(given)} names no adapter; give a name or a list of names`);
    const names = [...new Set(typeof given === "string" ? [given] : given)];
    const unknown = names.find((name) => !this.configs.has(name));
    if (unknown === undefined) return names;
    throw new PeftError(`peft: no adapter ${shown(unknown)}; there are ${this.names.join(", ") || "none"}`);
  }

  /** Throws where an adapter cannot be added under this name. */
  checkNew(name: string, { bias }: PeftConfig): void {
    if (this.configs.has(name))
      throw new PeftError(`peft: there is an adapter "${name}" already; delete it, or take another name`);
    if (typeof name !== "string" || !/^[^./\\]+$/.test(name) || name in Object.prototype)
      throw new PeftError(`peft: ${shown(name)} cannot name an adapter; give a name without "." and slashes`);
    const biased = [...this.configs].find(([, other]) => other.bias !== "none")?.[0];
    if (bias !== "none" && biased !== undefined)
      throw new PeftError(
        `peft: adapter "${biased}" trains biases already; only one can, so give bias "none"`,
      );
  }

  /**
   * Makes the adapters of a config for this model's layers, without changing the model.
   *
   * @param fields what the model knows better than the config
   */
  plan(
    name: string,
    config: PeftConfig,
    init: InitOptions,
    fields: Readonly<Record<string, unknown>> = {},
  ): Injection {
    const method = methodOf(config);
    this.checkNew(name, config);
    const options = { ...init, fields, savedModules: this.savedModules, onWarning: this.#warn };
    return planInjection(this.#model, config, method, options);
  }

  /** Puts planned adapters into the model; they do not act yet. */
  attach(name: string, { config, adapters, saved }: Injection): void {
    inject(this.#model, name, adapters, this.#context);
    this.savedModules.add(name, saved);
    this.configs.set(name, config);
  }

  /** Throws unless all that an adapter would train can be trained. */
  checkTrainable(given: string | Injection): void {
    checkTrainable(this.#biases(typeof given === "string" ? this.#injection(given) : given));
  }

  /** All that a file holds of an adapter, by its name, or planned. */
  state(name: string, injection: Injection = this.#injection(name)): AdapterState {
    const [model, { savedModules }] = [this.#model, this];
    return stateOf({ ...injection, adapterName: name, biases: this.#biases(injection), model, savedModules });
  }

  setTrainable(name: string, trainable: boolean): void {
    for (const parameter of this.#trainedBy(name)) parameter.requiresGrad = trainable;
  }

  /** Makes these adapters, and no others, act, as far as adapters are enabled. */
  activate(names: readonly string[]): void {
    this.#active = [...names];
    this.#apply();
  }

  /** Makes these adapters act, and, unless in inference mode, train: all others do neither. */
  set(names: readonly string[], inferenceMode: boolean): void {
    this.#checkIdle();
    this.savedModules.check(names);
    const trained = inferenceMode ? [] : names;
    for (const name of trained) this.checkTrainable(name);
    if (this.#merged.length > 0) this.unmergeFor("setting the active adapter");
    this.activate(names);
    for (const name of this.names) if (!trained.includes(name)) this.setTrainable(name, false);
    for (const name of trained) this.setTrainable(name, true);
  }

  delete(name: string): void {
    this.#checkIdle();
    this.setTrainable(name, false);
    this.activate(this.#active.filter((active) => active !== name));
    for (const [, layer] of adaptedLayers(this.#model)) layer.deleteAdapter(name);
    this.savedModules.delete(name);
    this.configs.delete(name);
  }

  /** Merges adapters beside those that are merged, or none of them: it throws then. */
  merge(names: readonly string[], safeMerge: boolean): void {
    if (!this.enabled)
      throw new PeftError("peft: adapters are disabled; merge them when disableAdapter is done");
    if (names.length === 0) return;
    this.#checkIdle();
    const before = this.#merged;
    const layers = [...adaptedLayers(this.#model)].filter(([, { adapters }]) =>
      names.some((name) => adapters.has(name)),
    );
    for (const [name, { baseLayer }] of layers) checkMergeable(baseLayer, name);
    try {
      for (const [name, layer] of layers) layer.merge(names, { safeMerge, name });
    } catch (error) {
      this.unmerge();
      this.merge(before, false);
      throw error;
    }
    this.#merged = [...before, ...names];
  }

  unmerge(): void {
    if (this.#merged.length > 0) this.#checkIdle();
    for (const [, layer] of adaptedLayers(this.#model)) layer.unmerge();
    this.#merged = [];
  }

  /** Unmerges what is merged, and says so. */
  unmergeFor(reason: string): void {
    this.#warn(`adapters ${this.#merged.join(", ")} are unmerged before ${reason}`);
    this.unmerge();
  }

  /** The bare model comes to the fore, in which nothing trains. */
  disable(): void {
    if (this.#disabled === 0) this.#checkIdle();
    if (this.#disabled++ > 0) return;
    const trained = this.#trainedParameters().filter(({ requiresGrad }) => requiresGrad);
    for (const parameter of trained) parameter.requiresGrad = false;
    this.#frozen = { active: this.#active, trained };
    this.#apply();
  }

  /** Ends what one call of `disable` began. */
  enable(): void {
    if (--this.#disabled > 0) return;
    this.#apply();
    const { active, trained } = this.#frozen!;
    const present = new Set(this.#trainedParameters());
    // Where other adapters were set meanwhile, that has said what trains.
    if (this.#active === active)
      for (const parameter of trained) if (present.has(parameter)) parameter.requiresGrad = true;
  }

  /** Takes the wrappers off; what is merged stays in the weights. */
  unwrap(): void {
    this.#checkIdle();
    for (const [name, layer] of [...adaptedLayers(this.#model)])
      this.#model.setSubmodule(name, layer.unwrap());
    this.configs.clear();
    this.#active = [];
    this.#merged = [];
  }

  /** What an adapter put into the model. */
  #injection(name: string): Injection {
    const adapters = new Map<string, LayerAdapter>();
    for (const [layerName, layer] of adaptedLayers(this.#model)) {
      const adapter = layer.adapters.get(name);
      if (adapter !== undefined) adapters.set(layerName, adapter);
    }
    return { config: this.configs.get(name)!, adapters, saved: this.savedModules.of(name) };
  }

  #biases({ config, adapters, saved }: Injection): Map<string, Parameter> {
    const { originals } = this.savedModules;
    return trainedBiases(this.#model, config, adapters.keys(), new Set(saved.keys()), originals);
  }

  /** Throws while a run reads the weights where they lie, or a call of many runs is between two. */
  #checkIdle(): void {
    const call = this.#openCall();
    const isBusy = call !== null || [...adaptedLayers(this.#model)].some(([, layer]) => layer.isInUse);
    if (isBusy)
      throw new PeftError(
        `peft: ${call ?? "a run"} of this model is under way; await it before adapters are switched, merged or taken out`,
      );
  }

  #apply(): void {
    const names = this.enabled ? this.#active : [];
    for (const [, layer] of adaptedLayers(this.#model)) layer.setActive(names);
    this.savedModules.activate(names);
  }

  /** All that an adapter trains when it may. */
  #trainedBy(name: string): Parameter[] {
    return [...this.state(name).values()].flatMap(({ parameter, presence = "required" }) =>
      presence === "required" ? [parameter] : [],
    );
  }

  #trainedParameters(): Parameter[] {
    return this.names.flatMap((name) => this.#trainedBy(name));
  }
}

/** Callers without types may give anything. */
const isList = (given: unknown): boolean => Array.isArray(given);

export const methodOf = (config: PeftConfig): AdapterMethod => {
  const method = Object.values(methods).find(({ peftType }) => peftType === config?.peftType);
  if (method === undefined || typeof config.toJson !== "function")
    throw new PeftError(`peft: the config is ${shown(config)}; give a WaveFTConfig or a LoraConfig`);
  return method as unknown as AdapterMethod;
};
