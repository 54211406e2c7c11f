import type { DType, Module, Parameter } from "@waveft/autograd";
import type { TensorData } from "@waveft/safetensors";
import { baseLayerOf } from "./adapted-linear";
import { PeftError } from "./errors";
import { some } from "./field-types";
import type { Injection } from "./injection";
import type { SavedModules } from "./saved-modules";
import { encoded } from "./storage";

/** A parameter, and how the adapter's file stores it. */
export interface StateEntry {
  readonly parameter: Parameter;
  readonly dtype: DType;
  /**
   * `required` (the default) is what the adapter trains. A file may lack what is `optional`; what is `written` is
   * not read again.
   */
  readonly presence?: "required" | "optional" | "written";
}

/** Parameters by the names that they have in adapter files. */
export type AdapterState = ReadonlyMap<string, StateEntry>;

/** Tensors of an adapter file, as float32. */
export type StoredTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

interface StateOwner extends Injection {
  readonly adapterName: string;
  readonly model: Module;
  readonly savedModules: SavedModules;
  /** Biases of the base model that are trained along, by the names they have in files. */
  readonly biases: ReadonlyMap<string, Parameter>;
}

/** All that a file holds of an adapter. */
export const stateOf = ({ adapters, saved, biases, ...owner }: StateOwner): AdapterState => {
  const state = new Map<string, StateEntry>();
  const add = (name: string, entry: StateEntry) => state.set(`base_model.model.${name}`, entry);
  for (const [layer, { parameters }] of adapters)
    for (const [name, parameter] of Object.entries(parameters))
      add(`${layer}.${name}`, { parameter, dtype: parameter.dtype });
  for (const [name, entry] of saved) add(name, entry);
  for (const [name, parameter] of biases) add(name, { parameter, dtype: parameter.dtype });
  for (const [name, entry] of headsOf({ adapters, ...owner })) add(name, entry);
  if (owner.config.bias === "all")
    for (const [name, entry] of biasesTwice({ saved, ...owner })) add(name, entry);
  return state;
};

/** The weight of a head that is adapted by its name or a pattern: PEFT saves it along, for it may have been resized. */
function* headsOf({
  config: { targetModules },
  adapters,
  model,
}: Pick<StateOwner, "config" | "adapters" | "model">): Generator<[string, StateEntry]> {
  const isNamed = (head: string) => typeof targetModules === "string" || targetModules?.includes(head);
  for (const head of ["lm_head", "embed_tokens"])
    for (const layer of adapters.keys())
      if (`.${layer}`.endsWith(`.${head}`) && isNamed(head))
        for (const [name, parameter] of baseLayerOf(model.getSubmodule(layer)).namedParameters())
          yield [`${layer}.base_layer.${name}`, { parameter, dtype: parameter.dtype, presence: "optional" }];
}

interface EmbeddingOwner extends Module {
  getInputEmbeddings?(): Module;
  getOutputEmbeddings?(): Module;
}

/** The base model's embeddings by the names they have in files: PEFT saves them along where the vocabulary was changed. */
export const embeddingsOf = (model: EmbeddingOwner): ReadonlyMap<string, Parameter> => {
  const layers = [model.getInputEmbeddings?.(), model.getOutputEmbeddings?.()];
  const owned = new Set(layers.flatMap((layer) => layer?.parameters() ?? []));
  const found = [...model.stateDict()].filter(([, parameter]) => owned.has(parameter));
  return new Map(
    found.map(([name, parameter]) => [`base_model.model.${name.replace(".base_layer.", ".")}`, parameter]),
  );
};

/** With `bias: "all"` PEFT writes the biases of modules that are trained whole three times. */
function* biasesTwice({
  adapterName,
  saved,
  model,
  savedModules: { originals },
}: Pick<StateOwner, "adapterName" | "saved" | "model" | "savedModules">): Generator<[string, StateEntry]> {
  for (const [name, { parameter, dtype, module }] of saved) {
    const rest = name.slice(module.length + 1);
    if (!/(^|\.)bias$/.test(rest)) continue;
    const copy = rest === "bias" ? "modules_to_save" : `modules_to_save.${adapterName}`;
    const original = originals[name] ?? model.getParameter(name);
    yield [`${module}.${copy}.${rest}`, { parameter, dtype, presence: "written" }];
    yield [`${module}.original_module.${rest}`, { parameter: original, dtype, presence: "written" }];
  }
}

const dtypeNames = { float32: "F32", float16: "F16", bfloat16: "BF16", int32: "I32", bool: "BOOL" } as const;

/** What a file holds for a state. */
export const storedState = (state: AdapterState): Map<string, TensorData> =>
  new Map(
    Array.from(state, ([name, { parameter, dtype }]) => {
      const { shape, data } = parameter;
      // Trained in float32, a copy of a module is stored as the module was.
      const stored = parameter.dtype === dtype ? data : encoded(dtype, data as Float32Array);
      return [name, { dtype: dtypeNames[dtype], shape, data: stored } as TensorData];
    }),
  );

/**
 * A function that sets all parameters of a state to a file's values, checked beforehand: one sentence about all that
 * is missing, foreign or of another shape.
 *
 * @param prefix what the names of the method's own tensors begin with; others are left over, with a warning
 * @param embeddings of the base model, which take a file's values too
 */
export const matchState = (
  source: string,
  state: AdapterState,
  tensors: StoredTensors,
  {
    prefix,
    embeddings,
    onWarning,
  }: {
    readonly prefix: string;
    readonly embeddings: ReadonlyMap<string, Parameter>;
    readonly onWarning: (message: string) => void;
  },
): (() => void) => {
  const missing = [...state].flatMap(([name, { presence = "required" }]) =>
    presence === "required" && !tensors.has(name) ? [name] : [],
  );
  const besides = [...embeddings].filter(([name]) => tensors.has(name) && !state.has(name));
  const taken = new Set([...state.keys(), ...besides.map(([name]) => name)]);
  const strangers = [...tensors.keys()].filter((name) => !taken.has(name));
  const isOwn = (name: string) => name.split(".").some((part) => part.startsWith(prefix));
  const unexpected = strangers.filter(isOwn);
  if (missing.length > 0 || unexpected.length > 0)
    throw new PeftError(
      `${source}: the adapter belongs to another model or config; missing ${some(missing)}, unexpected ${some(unexpected)}`,
    );
  const entries = besides.map(([name, parameter]) => [name, { parameter, presence: "required" }] as const);
  const values = [...state, ...entries].flatMap(([name, { parameter, presence }]) => {
    const found = tensors.get(name);
    if (found === undefined || presence === "written") return [];
    const { shape, data } = found;
    if (shape.join() !== parameter.shape.join())
      throw new PeftError(
        `${source}: ${name} has shape [${shape.join(", ")}]; this model and config need [${parameter.shape.join(", ")}]`,
      );
    return [[parameter, encoded(parameter.dtype, data)] as const];
  });
  if (strangers.length > 0)
    onWarning(`${source}: tensors that are not the adapter's are not used: ${some(strangers)}`);
  return () => {
    for (const [parameter, value] of values) parameter.data = value;
  };
};
