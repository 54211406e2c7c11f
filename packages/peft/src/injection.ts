import type { LinearLayer, Module } from "@waveft/autograd";
import { AdaptedLinear, baseLayerOf, isAdaptedLinear, type LayerContext } from "./adapted-linear";
import { denseWeightOf } from "./base-layer";
import type { PeftConfig } from "./config";
import { defaultTargetsOf } from "./default-targets";
import { PeftError } from "./errors";
import type { AdapterMethod, InitOptions, LayerAdapter, TargetLayer } from "./method";
import { type Copy, isWithin, type SavedModules, savedModuleNames, withTaskHeads } from "./saved-modules";
import { findTargets, type TargetModel } from "./targets";

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
  model: TargetModel,
  given: PeftConfig,
  method: AdapterMethod,
  { savedModules, fields = {}, onWarning, ...init }: InjectionOptions,
): Injection => {
  const modulesToSave = withTaskHeads(given);
  const found = findTargets(model, { ...given, modulesToSave }, defaultTargetsOf(method));
  if (found.excludesNothing)
    onWarning(`excludeModules ${JSON.stringify(given.excludeModules)} names no module of this model`);
  const whole = savedModuleNames(model, modulesToSave);
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
    const { inFeatures, outFeatures } = layer;
    return { name, inFeatures, outFeatures, dtype: denseWeightOf(layer)?.parameter.dtype ?? "float32" };
  });
  const bare = found.targets.flatMap(({ layer }) => (isAdaptedLinear(layer) ? [] : [layer]));
  const json = given.toJson();
  const config = method.configFromJson({
    ...json,
    ...fields,
    modules_to_save: modulesToSave,
    target_modules: found.targetModules,
    ...fanInFanOut(json, bare, onWarning),
  });
  const adapters = create(method, config, layers, init);
  return {
    config,
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
  { fan_in_fan_out: given }: Readonly<Record<string, unknown>>,
  layers: readonly LinearLayer[],
  onWarning: (message: string) => void,
): Readonly<Record<string, boolean>> => {
  const last = layers.flatMap((layer) => denseWeightOf(layer) ?? []).at(-1);
  if (typeof given !== "boolean" || last === undefined) return {};
  const { transposed } = last;
  if (given !== transposed)
    onWarning(
      `fanInFanOut is ${given}, but the layers keep their weights as ${transposed ? "[in, out]" : "[out, in]"}: it is set to ${transposed}`,
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
      const weight = denseWeightOf(base)?.parameter;
      const shared = weight !== undefined && owners.get(weight)! > 1;
      const layer = new AdaptedLinear(base, context, { shared });
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
