import type { Module } from "@waveft/autograd";
import { AdaptedLinear, baseLayerOf, isAdaptedLinear, type LayerContext } from "./adapted-linear";
import { type BaseLayer, isBaseLayer, isTransposed } from "./base-layer";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";
import type { AdapterMethod, InitOptions, LayerAdapter, TargetLayer } from "./method";
import { type Copy, isWithin, type SavedModules, savedModuleNames, withTaskHeads } from "./saved-modules";
import { findTargets } from "./targets";

/** Adapters that are made but not yet in the model. */
export interface Injection {
  /** With the targets that were found. */
  readonly config: PeftConfig;
  /** By the name of their layer. */
  readonly adapters: ReadonlyMap<string, LayerAdapter>;
  /** Parameters of modules that are trained whole, by full name. */
  readonly saved: ReadonlyMap<string, Copy>;
}

export interface InjectionOptions extends InitOptions {
  readonly savedModules: SavedModules;
  /** Fields of the file that the model knows better. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly onWarning: (message: string) => void;
}

/** Makes the adapters of a config for a model's layers, without changing the model. */
export const planInjection = (
  model: Module & { readonly config: { readonly modelType: string } },
  given: PeftConfig,
  method: AdapterMethod,
  { savedModules, fields = {}, onWarning, ...init }: InjectionOptions,
): Injection => {
  const { modelType } = model.config;
  const config = method.configFromJson({
    ...given.toJson(),
    ...fields,
    modules_to_save: withTaskHeads(given),
  });
  const found = findTargets(model, config, method.defaultTargets[modelType], modelType);
  if (found.excludesNothing)
    onWarning(`excludeModules ${JSON.stringify(config.excludeModules)} names no module of this model`);
  const whole = savedModuleNames(model, config.modulesToSave);
  if (whole.length === 0 && (given.modulesToSave ?? []).length > 0)
    onWarning(`modulesToSave ${JSON.stringify(given.modulesToSave)} names no module of this model`);
  const names = found.targets.map(({ name }) => name);
  const both = names.find((name) => whole.some((module) => isWithin(name, module)));
  if (both !== undefined)
    throw new PeftError(
      `peft: modulesToSave ${JSON.stringify(given.modulesToSave)} and the targets share ${both}; a layer is either adapted or trained whole: name it in full in one of them`,
    );
  savedModules.checkApart(names, whole);
  const layers = found.targets.map(({ name }) => {
    const layer = baseLayerOf(model.getSubmodule(name));
    const { inFeatures, outFeatures, weight } = layer;
    return { name, inFeatures, outFeatures, dtype: weight.dtype };
  });
  const bare = found.targets.flatMap(({ layer }) => (isBaseLayer(layer) ? [layer] : []));
  const layout = fanInFanOut(config, bare, onWarning);
  const adapters = create(method, config, layers, init);
  return {
    config: method.configFromJson({ ...config.toJson(), target_modules: found.targetModules, ...layout }),
    adapters: new Map(layers.map(({ name }, i) => [name, adapters[i]!])),
    saved: savedModules.copy(whole),
  };
};

/** Sizes that no memory holds are the config's fault. */
const create = (
  method: AdapterMethod,
  config: PeftConfig,
  layers: readonly TargetLayer[],
  init: InitOptions,
): LayerAdapter[] => {
  try {
    return method.createAdapters(config, layers, init);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PeftError(`peft: the config's adapters need more memory than there is (${error.message})`, {
      cause: error,
    });
  }
};

/** PEFT's field says whether weights are stored [in, out]; layers that have no adapter yet know better. */
const fanInFanOut = (
  config: PeftConfig,
  layers: readonly BaseLayer[],
  onWarning: (message: string) => void,
): Readonly<Record<string, boolean>> => {
  const { fan_in_fan_out: given } = config.toJson();
  const last = layers.at(-1);
  if (typeof given !== "boolean" || last === undefined) return {};
  const transposed = isTransposed(last);
  if (given !== transposed)
    onWarning(
      `fanInFanOut is ${given}, but the layers are ${transposed ? "TransposedLinear (Conv1D)" : "Linear"}: it is set to ${transposed}`,
    );
  return { fan_in_fan_out: transposed };
};

/** Puts adapters into the model, wrapping layers that have none yet. */
export const inject = (
  model: Module,
  adapterName: string,
  adapters: Injection["adapters"],
  context: LayerContext,
): void => {
  const owners = ownersOf(model);
  for (const [name, adapter] of adapters) {
    const present = model.getSubmodule(name);
    if (isAdaptedLinear(present)) present.addAdapter(adapterName, adapter);
    else {
      const base = baseLayerOf(present);
      const layer = new AdaptedLinear(base, context, { shared: owners.get(base.weight)! > 1 });
      layer.training = present.training;
      model.setSubmodule(name, layer);
      layer.addAdapter(adapterName, adapter);
    }
  }
};

/** How many modules hold each parameter as their own. */
const ownersOf = (model: Module): Map<unknown, number> => {
  const owners = new Map<unknown, number>();
  for (const [, module] of model.namedModules())
    for (const { value } of module.members()) owners.set(value, (owners.get(value) ?? 0) + 1);
  return owners;
};

/** The adapted layers of a model by name. */
export function* adaptedLayers(model: Module): Generator<[name: string, layer: AdaptedLinear]> {
  for (const [name, module] of model.namedModules()) if (isAdaptedLinear(module)) yield [name, module];
}
