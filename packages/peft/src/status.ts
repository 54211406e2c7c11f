import type { Parameter } from "@waveft/autograd";
import type { AdaptableModel } from "./adaptable-model";
import { type AdaptedLinear, isAdaptedLinear } from "./adapted-linear";
import type { PeftModel } from "./peft-model";

/** What holds of every parameter, or `irregular` where they differ. */
export type Regular<T> = T | "irregular";

/** A layer with adapters, or a module that adapters train whole. */
export interface LayerStatus {
  /** Within `baseModel`: `model.model.decoder.layers.0.fc1`. */
  readonly name: string;
  /** Methods and kind of the layer: `waveft.Linear`, `lora.TransposedLinear`; `SavedModule`. */
  readonly moduleType: string;
  /** False while `disableAdapter` runs. */
  readonly enabled: boolean;
  /** Adapters of the model that act, in their order, whether they have something in this layer or not. */
  readonly activeAdapters: readonly string[];
  /** Adapters whose ΔW are in this layer's weight. */
  readonly mergedAdapters: readonly string[];
  /** Whether the adapters' parameters here train. */
  readonly requiresGrad: Readonly<Record<string, Regular<boolean>>>;
  /** Adapters that have something in this layer, sorted. */
  readonly availableAdapters: readonly string[];
  /** Where the parameters lie: on the host. */
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly quantizationBackend: null;
}

/** A model with adapters as a whole. */
export interface ModelStatus {
  /** The base model's class: `OPTForCausalLM`. */
  readonly baseModelType: string;
  readonly adapterModelType: string;
  /** The method of each adapter: `WAVEFT`. */
  readonly peftTypes: Readonly<Record<string, string>>;
  readonly trainableParams: number;
  readonly totalParams: number;
  /** Number of `getLayerStatus`' rows. */
  readonly numAdapterLayers: number;
  readonly enabled: boolean;
  readonly activeAdapters: readonly string[];
  /** Sorted. */
  readonly mergedAdapters: readonly string[];
  readonly requiresGrad: Readonly<Record<string, Regular<boolean>>>;
  /** Adapters of the model, sorted. */
  readonly availableAdapters: readonly string[];
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly quantizationBackend: null;
}

/** PEFT's `get_layer_status`: a row for each layer that adapters change or replace, in the model's order. */
export const getLayerStatus = <M extends AdaptableModel>(model: PeftModel<M>): LayerStatus[] => {
  const saved = savedParameters(model);
  return [...model.model.namedModules()].flatMap(([name, module]) => {
    const whole = saved.get(name);
    if (!isAdaptedLinear(module) && whole === undefined) return [];
    const parameters = whole ?? parametersOf(module as AdaptedLinear);
    const adapters = [...parameters.keys()].sort();
    return {
      name: `model.${name}`,
      moduleType: isAdaptedLinear(module) ? typeOf(module, model) : "SavedModule",
      enabled: model.enabled,
      activeAdapters: model.activeAdapters,
      mergedAdapters: isAdaptedLinear(module) ? module.mergedAdapters : [],
      requiresGrad: byAdapter(adapters, (adapter) =>
        regular(parameters.get(adapter)!.map(({ requiresGrad }) => requiresGrad)),
      ),
      availableAdapters: adapters,
      devices: byAdapter(adapters, () => ["cpu"]),
      quantizationBackend: null,
    };
  });
};

/** PEFT's `get_model_status`. */
export const getModelStatus = <M extends AdaptableModel>(model: PeftModel<M>): ModelStatus => {
  const layers = getLayerStatus(model);
  const { trainable, all } = model.getNbTrainableParameters();
  const adapters = [...model.peftConfig.keys()];
  return {
    baseModelType: model.model.kind,
    adapterModelType: model.baseModel.kind,
    peftTypes: byAdapter(adapters, (adapter) => model.peftConfig.get(adapter)!.peftType),
    trainableParams: trainable,
    totalParams: all,
    numAdapterLayers: layers.length,
    enabled: model.enabled,
    activeAdapters: model.activeAdapters,
    mergedAdapters: [...model.mergedAdapters].sort(),
    requiresGrad: byAdapter(adapters, (adapter) =>
      regular(
        layers.flatMap(({ requiresGrad }) => (adapter in requiresGrad ? [requiresGrad[adapter]!] : [])),
      ),
    ),
    availableAdapters: [...adapters].sort(),
    devices: byAdapter(adapters, () => ["cpu"]),
    quantizationBackend: null,
  };
};

type ParametersByAdapter = ReadonlyMap<string, readonly Parameter[]>;

const parametersOf = ({ adapters }: AdaptedLinear): ParametersByAdapter =>
  new Map(Array.from(adapters, ([name, { parameters }]) => [name, Object.values(parameters)]));

/** Parameters of the modules that adapters train whole, by module and adapter. */
const savedParameters = <M extends AdaptableModel>({
  peftConfig,
  savedModules,
}: PeftModel<M>): ReadonlyMap<string, ParametersByAdapter> => {
  const found = new Map<string, Map<string, Parameter[]>>();
  for (const adapter of peftConfig.keys())
    for (const { module, parameter } of savedModules.of(adapter).values()) {
      const ofModule = found.get(module) ?? new Map<string, Parameter[]>();
      found.set(module, ofModule.set(adapter, [...(ofModule.get(adapter) ?? []), parameter]));
    }
  return found;
};

const typeOf = <M extends AdaptableModel>(
  { adapters, baseLayer }: AdaptedLinear,
  { peftConfig }: PeftModel<M>,
): string => {
  const types = Array.from(adapters.keys(), (adapter) => peftConfig.get(adapter)!.peftType.toLowerCase());
  return `${[...new Set(types)].sort().join("+")}.${baseLayer.kind}`;
};

const regular = (values: readonly Regular<boolean>[]): Regular<boolean> =>
  values.every((value) => value === true) || (values.every((value) => value === false) ? false : "irregular");

const byAdapter = <T>(adapters: readonly string[], of: (adapter: string) => T): Record<string, T> =>
  Object.fromEntries(adapters.map((adapter) => [adapter, of(adapter)]));
