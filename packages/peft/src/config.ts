import { PeftError } from "./errors";
import {
  checkTypes,
  either,
  type FieldType,
  flag,
  integer,
  isRecord,
  listOf,
  orNull,
  shown,
  text,
} from "./field-types";

/** Task types that PEFT knows. */
export const taskTypes = [
  "SEQ_CLS",
  "SEQ_2_SEQ_LM",
  "CAUSAL_LM",
  "TOKEN_CLS",
  "QUESTION_ANS",
  "FEATURE_EXTRACTION",
] as const;
export type TaskType = (typeof taskTypes)[number];

/** The fields of every adapter's `adapter_config.json`, with PEFT's names in camelCase. */
export interface PeftFields {
  taskType: TaskType | null;
  baseModelNameOrPath: string | null;
  revision: string | null;
  /** True in saved configs: loading freezes the adapter. */
  inferenceMode: boolean;
  /** The base model's class in Python, which PEFT writes where there is no task type. */
  autoMapping: Readonly<Record<string, unknown>> | null;
  /** The version of PEFT that wrote a loaded file, kept when it is saved again; null: ours. */
  peftVersion: string | null;
  /**
   * Layers to adapt: names or dotted suffixes of names; a string is a regular expression that matches the
   * whole name; `all-linear` is every linear layer but the output head; null is the method's default.
   */
  targetModules: readonly string[] | string | null;
  /** Layers to leave alone, in the same forms. */
  excludeModules: readonly string[] | string | null;
  /** Indices of the blocks to adapt. */
  layersToTransform: readonly number[] | number | null;
  /** Name of the list that holds the blocks, where it is not found by itself. */
  layersPattern: readonly string[] | string | null;
  /** Modules trained and saved whole. */
  modulesToSave: readonly string[] | null;
  /**
   * Biases of the base model that are trained and saved along: `none`, `all`, or those of the adapted layers
   * (`waveft_only`). They are the model's own: disabling the adapter does not bring the old ones back.
   */
  bias: string;
}

export const peftDefaults: PeftFields = {
  taskType: null,
  baseModelNameOrPath: null,
  revision: null,
  inferenceMode: false,
  autoMapping: null,
  peftVersion: null,
  targetModules: null,
  excludeModules: null,
  layersToTransform: null,
  layersPattern: null,
  modulesToSave: null,
  bias: "none",
};

/** The version that our files carry; PEFT loads it without a word. */
export const PEFT_VERSION = "0.21.0+waveft.js";

/** What every method's config offers to the machinery. */
export interface PeftConfig extends PeftFields {
  readonly peftType: string;
  /** Fields of a loaded file that this version does not know. */
  readonly unknownFields?: Readonly<Record<string, unknown>>;
  /** The method's own fields and the common ones, with PEFT's names; unknown fields of a loaded file come back. */
  toJson(): Record<string, unknown>;
}

/** camelCase fields from snake_case JSON: those of `defaults`, and what is left over. */
const fieldsFromJson = <F extends object>(
  json: Readonly<Record<string, unknown>>,
  defaults: F,
): { fields: Partial<F>; unknown: Record<string, unknown> } => {
  const fields: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const name = camelCase(key);
    if (Object.hasOwn(defaults, name) && snakeCase(name) === key) {
      const usual = (defaults as Record<string, unknown>)[name];
      // Python takes null for "no" where the default is that.
      if (value !== null || !isOff(usual)) fields[name] = value;
    } else if (key !== "peft_type") unknown[key] = value;
  }
  return { fields: fields as Partial<F>, unknown };
};

/** What says that nothing is done: false, nothing, an empty list or object. */
export const isOff = (value: unknown): boolean =>
  value === null ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0 && (Array.isArray(value) || isRecord(value)));

/** snake_case JSON of the fields named in `defaults`. */
const fieldsToJson = (fields: object, defaults: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(defaults).map((key) => [snakeCase(key), (fields as Record<string, unknown>)[key] ?? null]),
  );

const names = listOf(text, "a list of strings");
const nullOrNames = orNull(either(names, text));

const types = {
  taskType: orNull({
    name: `one of ${taskTypes.join(", ")}`,
    holds: (value) => taskTypes.some((type) => type === value),
  }),
  baseModelNameOrPath: orNull(text),
  revision: orNull(text),
  inferenceMode: flag,
  // Says which Python class the base model was; others add notes of their own.
  autoMapping: orNull({ name: "an object", holds: isRecord }),
  peftVersion: orNull(text),
  targetModules: nullOrNames,
  excludeModules: nullOrNames,
  layersToTransform: orNull(either(listOf(integer, "a list of integers"), integer)),
  layersPattern: nullOrNames,
  modulesToSave: orNull(names),
  bias: text,
} satisfies Record<keyof PeftFields, FieldType>;

/** Checks of the common fields: types, and what excludes each other. `owner` begins the messages. */
const checkPeftFields = (fields: PeftFields, owner = "peft"): void => {
  checkTypes(owner, fields, types);
  const { targetModules, layersToTransform, layersPattern, bias } = fields;
  if (typeof targetModules === "string" && (layersToTransform !== null || layersPattern !== null))
    throw new PeftError(
      `${owner}: layersToTransform and layersPattern go with a list of targetModules; a pattern can name the layers itself`,
    );
  if (layersPattern !== null && layersPattern.length > 0 && layersToTransform === null)
    throw new PeftError(`${owner}: layersPattern needs layersToTransform, the indices of the blocks`);
  if (bias !== "none" && bias !== "all" && !bias.endsWith("_only"))
    throw new PeftError(
      `${owner}: bias is "${bias}"; give none, all, or the method's name and _only (waveft_only) for the adapted layers`,
    );
};

const camelCase = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Fields that do not change what an adapter computes. */
const labels = new Set(
  "auto_mapping base_model_name_or_path inference_mode init_weights peft_version revision task_type target_modules".split(
    " ",
  ),
);

/** Throws unless two adapters of one name compute the same from the same values. */
export const checkSameConfig = (
  source: string,
  name: string,
  present: PeftConfig,
  given: PeftConfig,
): void => {
  const [a, b] = [present.toJson(), given.toJson()];
  const other = Object.keys(b).find(
    (key) => !labels.has(key) && JSON.stringify(a[key]) !== JSON.stringify(b[key]),
  );
  if (other !== undefined)
    throw new PeftError(
      `${source}: ${other} is ${shown(b[other])}, but ${shown(a[other])} in the adapter "${name}" of this model; delete that, or take another name`,
    );
};

/** What a method's configuration is made of. */
interface ConfigSpec<F extends PeftFields> {
  /** The class's name, which begins its messages. */
  readonly name: string;
  readonly peftType: string;
  /** Every field with its default. */
  readonly defaults: F;
  /** Types of the method's own fields. */
  readonly types: Readonly<Partial<Record<keyof F, FieldType>>>;
  /** Further checks; throws. */
  readonly check?: (fields: F) => void;
  /** Fields that files spell differently. */
  readonly spell?: (fields: F) => Record<string, unknown>;
}

export interface ConfigClass<F extends PeftFields> {
  /** @throws PeftError for a field that does not exist or holds what it must not */
  new (fields?: Partial<F>): PeftConfig & Readonly<F>;
  /** From the fields of `adapter_config.json`; those that are not known are kept. */
  fromJson(json: Readonly<Record<string, unknown>>): PeftConfig & Readonly<F>;
}

/** A configuration class: fields in camelCase, checked, to and from PEFT's JSON. */
export const configClass = <F extends PeftFields>(spec: ConfigSpec<F>): ConfigClass<F> => {
  const { name, peftType, defaults, types: own, check, spell } = spec;
  class MethodConfig {
    readonly peftType = peftType;
    readonly unknownFields: Readonly<Record<string, unknown>>;

    constructor(fields: Partial<F> = {}, unknownFields: Readonly<Record<string, unknown>> = {}) {
      if (!isRecord(fields))
        throw new PeftError(`${name}: the fields are ${shown(fields)}; give an object of fields, or nothing`);
      const unfamiliar = Object.keys(fields).find((key) => !(key in defaults));
      if (unfamiliar !== undefined)
        throw new PeftError(
          `${name}: no field "${unfamiliar}"; there are ${Object.keys(defaults).join(", ")}`,
        );
      const given = Object.entries(fields).filter(([, value]) => value !== undefined);
      Object.assign(this, defaults, Object.fromEntries(given));
      this.unknownFields = unknownFields;
      const all = this as unknown as F;
      checkPeftFields(all, name);
      checkTypes<F>(name, all, own);
      check?.(all);
    }

    static fromJson(json: Readonly<Record<string, unknown>>): MethodConfig {
      const { fields, unknown } = fieldsFromJson(json, defaults);
      return new MethodConfig(fields, unknown);
    }

    toJson(): Record<string, unknown> {
      const fields = fieldsToJson(this, defaults);
      return { ...this.unknownFields, ...fields, ...spell?.(this as unknown as F), peft_type: peftType };
    }
  }
  return MethodConfig as unknown as ConfigClass<F>;
};
