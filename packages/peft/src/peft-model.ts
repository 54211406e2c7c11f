import { type Device, type DropoutSeed, type Linear, Module, type Parameter } from "@waveft/autograd";
import { AdaptedLinear, isAdaptedLinear } from "./adapted-linear";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";
import { type LoadOptions, readAdapter, writeAdapter } from "./files";
import type { AdapterMethod, LayerAdapter } from "./method";
import { methods } from "./methods";
import { findTargets, resolvedTargets } from "./targets";

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
}

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
  #active: readonly string[] = [];

  private constructor(model: M) {
    super();
    this.baseModel = new Tuner(model);
  }

  /** Wraps a model and adds a new, trainable adapter to it; `getPeftModel` is the usual name. */
  static create<M extends AdaptableModel>(model: M, config: PeftConfig, options: PeftModelOptions = {}): PeftModel<M> {
    const { adapterName = "default" } = options;
    const peftModel = new PeftModel(model);
    const plan = peftModel.#plan(adapterName, config);
    model.setRequiresGrad(false);
    peftModel.#attach(adapterName, plan);
    peftModel.setAdapter(adapterName);
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
    const peftModel = new PeftModel(model);
    const { adapterName = "default" } = options;
    const load = await peftModel.#prepareLoad(adapterName, idOrFolder, options);
    model.setRequiresGrad(false);
    load();
    peftModel.setAdapter(adapterName);
    if (!options.isTrainable) peftModel.#setTrainable([]);
    peftModel.eval();
    return peftModel;
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
  addAdapter(adapterName: string, config: PeftConfig): void {
    this.#attach(adapterName, this.#plan(adapterName, config));
    this.#setTrainable(this.#active);
  }

  /** Loads a saved adapter beside the others, or over the one of that name. */
  async loadAdapter(
    idOrFolder: string,
    adapterName: string,
    options: LoadOptions & { isTrainable?: boolean } = {},
  ): Promise<void> {
    const load = await this.#prepareLoad(adapterName, idOrFolder, options);
    load();
    this.#setTrainable(options.isTrainable ? [...this.#active, adapterName] : this.#active);
  }

  /** Makes these adapters, and no others, act and train. */
  setAdapter(adapterNames: string | readonly string[]): void {
    const names = typeof adapterNames === "string" ? [adapterNames] : adapterNames;
    for (const name of names) this.#known(name);
    this.#activate(names);
    this.#setTrainable(names);
  }

  /** Removes an adapter; if it acted, the first remaining one takes its place. */
  deleteAdapter(adapterName: string): void {
    this.#known(adapterName);
    for (const [, layer] of this.#layers()) layer.deleteAdapter(adapterName);
    this.peftConfig.delete(adapterName);
    if (!this.#active.includes(adapterName)) return;
    const rest = this.#active.filter((name) => name !== adapterName);
    this.setAdapter(rest.length > 0 ? rest : [...this.peftConfig.keys()].sort().slice(0, 1));
  }

  /** Runs `body` on the bare base model. */
  async disableAdapter<T>(body: () => T | Promise<T>): Promise<T> {
    const active = this.#active;
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
  async savePretrained(folder: string, options: { selectedAdapters?: readonly string[] } = {}): Promise<void> {
    const names = options.selectedAdapters ?? [...this.peftConfig.keys()];
    for (const name of names) this.#known(name);
    for (const name of names) {
      const config = this.peftConfig.get(name)!;
      const target = name === "default" ? folder : `${folder}/${name}`;
      await writeAdapter(target, config, methodOf(config), this.#adapterState(name), this.config);
    }
  }

  /** Tensors of one adapter by PEFT's names. */
  #adapterState(adapterName: string): Map<string, Parameter> {
    const state = new Map<string, Parameter>();
    for (const [layerName, layer] of this.#layers()) {
      const adapter = layer.adapters.get(adapterName);
      for (const [name, parameter] of Object.entries(adapter?.parameters ?? {}))
        state.set(fileName(layerName, name), parameter);
    }
    return state;
  }

  /** Makes the adapters of a config for this model's layers, without changing the model. */
  #plan(adapterName: string, config: PeftConfig): Plan {
    if (this.peftConfig.has(adapterName))
      throw new PeftError(`peft: there is an adapter "${adapterName}" already; delete it, or take another name`);
    if (adapterName === "" || adapterName.includes(".") || adapterName.includes("/"))
      throw new PeftError(`peft: "${adapterName}" cannot name an adapter; give a name without "." and "/"`);
    const method = methodOf(config);
    const { modelType } = this.config;
    const defaults = method.defaultTargets[modelType];
    const targets = findTargets(this.model, config, defaults, modelType);
    const layers = targets.map(({ name, layer: { inFeatures, outFeatures } }) => ({ name, inFeatures, outFeatures }));
    const adapters = method.createAdapters(config, layers);
    const targetModules = resolvedTargets(this.model, config, targets, defaults);
    return {
      config: method.configFromJson({ ...config.toJson(), target_modules: targetModules }),
      adapters: new Map(layers.map(({ name }, i) => [name, adapters[i]!])),
    };
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
  async #prepareLoad(adapterName: string, idOrFolder: string, options: LoadOptions): Promise<() => void> {
    const { config, tensors, source } = await readAdapter(idOrFolder, options);
    const existing = this.peftConfig.has(adapterName);
    const plan = existing ? { config, adapters: this.#existing(adapterName) } : this.#plan(adapterName, config);
    const expected = new Map<string, Parameter>();
    for (const [layerName, adapter] of plan.adapters)
      for (const [name, parameter] of Object.entries(adapter.parameters))
        expected.set(fileName(layerName, name), parameter);
    const values = matchTensors(source, expected, tensors);
    return () => {
      for (const [parameter, value] of values) parameter.data = value;
      if (!existing) this.#attach(adapterName, plan);
    };
  }

  #existing(adapterName: string): ReadonlyMap<string, LayerAdapter> {
    return new Map(
      [...this.#layers()].flatMap(([name, layer]) => {
        const adapter = layer.adapters.get(adapterName);
        return adapter === undefined ? [] : [[name, adapter] as const];
      }),
    );
  }

  *#layers(): Generator<[name: string, layer: AdaptedLinear]> {
    for (const [name, module] of this.model.namedModules()) if (isAdaptedLinear(module)) yield [name, module];
  }

  #activate(names: readonly string[]): void {
    this.#active = [...names];
    for (const [, layer] of this.#layers()) layer.setActive(names);
  }

  #setTrainable(names: readonly string[]): void {
    for (const [, layer] of this.#layers())
      for (const [name, adapter] of layer.adapters)
        for (const parameter of Object.values(adapter.parameters)) parameter.requiresGrad = names.includes(name);
  }

  #known(adapterName: string): void {
    if (!this.peftConfig.has(adapterName))
      throw new PeftError(`peft: no adapter "${adapterName}"; there are ${[...this.peftConfig.keys()].join(", ")}`);
  }
}

/** Wraps a model and adds a new, trainable adapter to it. The model is changed in place. */
export const getPeftModel = <M extends AdaptableModel>(
  model: M,
  config: PeftConfig,
  options: PeftModelOptions = {},
): PeftModel<M> => PeftModel.create(model, config, options);

const methodOf = (config: PeftConfig): AdapterMethod =>
  (methods as unknown as Record<string, AdapterMethod>)[config.peftType]!;

const fileName = (layer: string, parameter: string): string => `base_model.model.${layer}.${parameter}`;

/** The value of every expected tensor; one sentence about all that is missing or does not fit. */
const matchTensors = (
  source: string,
  expected: ReadonlyMap<string, Parameter>,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
): Map<Parameter, Float32Array> => {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name));
  if (missing.length > 0 || unexpected.length > 0)
    throw new PeftError(
      `${source}: the adapter belongs to another model or config; missing ${some(missing)}, unexpected ${some(unexpected)}`,
    );
  const values = new Map<Parameter, Float32Array>();
  for (const [name, parameter] of expected) {
    const { shape, data } = tensors.get(name)!;
    if (shape.join() !== parameter.shape.join())
      throw new PeftError(
        `${source}: ${name} has shape [${shape.join(", ")}]; this model and config need [${parameter.shape.join(", ")}]`,
      );
    values.set(parameter, data);
  }
  return values;
};

const some = (names: readonly string[]): string =>
  names.length === 0
    ? "none"
    : names.length > 3
      ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
      : names.join(", ");
