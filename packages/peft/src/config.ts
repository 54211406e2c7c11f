import { PeftError } from "./errors";

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
  autoMapping: Readonly<Record<string, string | null>> | null;
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
  /** Which biases are trained. */
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
  /** The method's own fields and the common ones, with PEFT's names; unknown fields of a loaded file come back. */
  toJson(): Record<string, unknown>;
}

/** camelCase fields from snake_case JSON: those of `defaults`, and what is left over. */
export const fieldsFromJson = <F extends object>(
  json: Readonly<Record<string, unknown>>,
  defaults: F,
): { fields: Partial<F>; unknown: Record<string, unknown> } => {
  const fields: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const name = camelCase(key);
    if (name in defaults) fields[name] = value;
    else if (key !== "peft_type") unknown[key] = value;
  }
  return { fields: fields as Partial<F>, unknown };
};

/** snake_case JSON of the fields named in `defaults`. */
export const fieldsToJson = (fields: object, defaults: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(defaults).map((key) => [snakeCase(key), (fields as Record<string, unknown>)[key] ?? null]),
  );

/** Checks of the common fields. */
export const checkPeftFields = (fields: PeftFields): void => {
  if (fields.taskType !== null && !taskTypes.includes(fields.taskType))
    throw new PeftError(`peft: no task type "${String(fields.taskType)}"; there are ${taskTypes.join(", ")}`);
  if (typeof fields.targetModules === "string") {
    if (fields.layersToTransform !== null || fields.layersPattern !== null)
      throw new PeftError(
        "peft: layersToTransform and layersPattern go with a list of targetModules; a pattern can name the layers itself",
      );
  }
  if (fields.layersPattern !== null && fields.layersPattern.length > 0 && fields.layersToTransform === null)
    throw new PeftError("peft: layersPattern needs layersToTransform, the indices of the blocks");
};

/**
 * JSON as PEFT writes it: keys sorted, indented by 2, no final newline; the fields in `floats` keep a decimal
 * point.
 */
export const pythonJson = (value: Readonly<Record<string, unknown>>, floats: readonly string[] = []): string => {
  const sorted = JSON.stringify(sortKeys(value), null, 2);
  return floats.reduce(
    (text, field) => text.replace(new RegExp(`^(  "${field}": -?\\d+)(,?)$`, "m"), "$1.0$2"),
    sorted,
  );
};

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
};

const camelCase = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
