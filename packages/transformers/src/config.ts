import { TransformersError } from "./errors";

/** Storage types of weights; all arithmetic is float32. */
export const weightDTypes = ["float32", "float16", "bfloat16"] as const;
export type WeightDType = (typeof weightDTypes)[number];

export const isWeightDType = (value: unknown): value is WeightDType =>
  (weightDTypes as readonly unknown[]).includes(value);

/** What every model's configuration says, whatever its architecture. Architectures add their own fields. */
export interface PretrainedConfig {
  /** `model_type`: the key of the architecture. */
  readonly modelType: string;
  /** The id or folder that the model was loaded from; `""` for a new one. */
  readonly nameOrPath: string;
  /** The checkpoint's `dtype` (older files: `torch_dtype`); null when it does not say. */
  readonly dtype: WeightDType | null;
  readonly vocabSize: number;
  /** Tokens that an example may have. */
  readonly maxPositionEmbeddings: number;
  readonly bosTokenId: number | null;
  readonly padTokenId: number | null;
  /** One id, several, or null. */
  readonly eosTokenId: number | readonly number[] | null;
  /** Whether the head's weight is the embedding's. */
  readonly tieWordEmbeddings: boolean;
  /** Standard deviation of new weights. */
  readonly initStd: number;
  /** Logits of a classification head. */
  readonly numLabels: number;
  /** Names of the labels. */
  readonly id2label: Readonly<Record<number, string>>;
  /** What a classification head's loss is; null when the labels decide. */
  readonly problemType: ProblemType | null;
  /** `config.json` as it was read, unknown fields included: what `savePretrained` writes back. */
  readonly json: Readonly<Record<string, unknown>>;
}

export const problemTypes = [
  "regression",
  "single_label_classification",
  "multi_label_classification",
] as const;
export type ProblemType = (typeof problemTypes)[number];

/** Sizes beyond this are a damaged or hostile file, not a model. */
const maxSize = 2 ** 24;

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads the fields of a JSON file with checks. A field that is absent or null takes the default given; each
 * method throws a `TransformersError` that names the file's owner, the field, its value and what is allowed.
 */
export class ConfigFields {
  constructor(
    readonly json: Readonly<Record<string, unknown>>,
    /** Whose configuration it is, for messages: an id or a folder. */
    readonly owner: string,
    readonly file = "config.json",
  ) {}

  /** The same fields where some have two names: what is absent under the second is read under the first. */
  renamed(names: Readonly<Record<string, string>>): ConfigFields {
    const json = Object.entries(this.json).map(([name, value]): [string, unknown] => {
      const other = Object.hasOwn(names, name) ? names[name]! : name;
      return [Object.hasOwn(this.json, other) ? name : other, value];
    });
    return new ConfigFields(Object.fromEntries(json), this.owner, this.file);
  }

  /** The fields of an object in this one; null where there is none. */
  object(name: string): ConfigFields | null {
    const value = this.json[name] ?? null;
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw this.error(name, "an object or null");
    return new ConfigFields(value as Record<string, unknown>, this.owner, `${name} in ${this.file}`);
  }

  integer(name: string, fallback: number, { min = 1, max = maxSize }: Range = {}): number {
    const value = this.json[name] ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      throw this.error(name, `an integer from ${min} to ${max}`);
    return value as number;
  }

  number(name: string, fallback: number, { min = 0, max = Number.MAX_VALUE }: Range = {}): number {
    const value = this.json[name] ?? fallback;
    if (typeof value !== "number" || !(value >= min && value <= max))
      throw this.error(name, `a number from ${min} to ${max}`);
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.json[name] ?? fallback;
    if (typeof value !== "boolean") throw this.error(name, "true or false");
    return value;
  }

  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.json[name] ?? fallback;
    if (!(allowed as readonly unknown[]).includes(value))
      throw this.error(name, `one of ${allowed.join(", ")}`);
    return value as T;
  }

  /** A token id; null where the file says null, the default where it says nothing. */
  tokenId(name: string, fallback: number | null): number | null {
    const value = this.json[name] === undefined ? fallback : this.json[name];
    if (value !== null && !isTokenId(value)) throw this.error(name, "a token id (an integer from 0) or null");
    return value as number | null;
  }

  /** A token id or several. */
  tokenIds(name: string, fallback: number | null): number | readonly number[] | null {
    const value = this.json[name];
    if (!Array.isArray(value)) return this.tokenId(name, fallback);
    if (!value.every(isTokenId)) throw this.error(name, "a token id, a list of them, or null");
    return value as number[];
  }

  /** The error of a field: who, what was given, what is allowed. */
  error(name: string, allowed: string): TransformersError {
    const value = this.json[name];
    const shown = value === undefined ? "missing" : (JSON.stringify(value)?.slice(0, 60) ?? String(value));
    const prefix = this.owner === "" ? "" : `${this.owner}: `;
    return new TransformersError(`${prefix}${this.file} has "${name}" ${shown}; it must be ${allowed}`);
  }
}

const isTokenId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** The fields that every architecture shares; defaults are the architecture's. */
export const commonConfig = (
  fields: ConfigFields,
  defaults: {
    vocabSize: number;
    maxPositionEmbeddings: number;
    bosTokenId: number | null;
    padTokenId: number | null;
    eosTokenId: number | null;
    tieWordEmbeddings: boolean;
    /** The name of the field that holds `initStd`. */
    initStdField: string;
    /** The name of the field that holds `maxPositionEmbeddings`, where it is another. */
    positionsField?: string;
  },
): PretrainedConfig => ({
  ...labelConfig(fields),
  modelType: String(fields.json.model_type),
  nameOrPath: fields.owner,
  dtype: declaredDType(fields),
  vocabSize: fields.integer("vocab_size", defaults.vocabSize),
  maxPositionEmbeddings: fields.integer(
    defaults.positionsField ?? "max_position_embeddings",
    defaults.maxPositionEmbeddings,
  ),
  bosTokenId: fields.tokenId("bos_token_id", defaults.bosTokenId),
  padTokenId: fields.tokenId("pad_token_id", defaults.padTokenId),
  eosTokenId: fields.tokenIds("eos_token_id", defaults.eosTokenId),
  tieWordEmbeddings: fields.boolean("tie_word_embeddings", defaults.tieWordEmbeddings),
  initStd: fields.number(defaults.initStdField, 0.02),
  json: fields.json,
});

/** `dtype`, else `torch_dtype`; what cannot hold weights here (`float64`) counts as not said. */
const declaredDType = ({ json }: ConfigFields): WeightDType | null => {
  const value = json.dtype ?? json.torch_dtype;
  const name = typeof value === "string" ? value.replace(/^torch\./, "") : value;
  return isWeightDType(name) ? name : null;
};

/** As Python has it: `id2label`, else `num_labels`, else two labels. */
const labelConfig = (fields: ConfigFields) => {
  const id2label = fields.object("id2label")?.json ?? defaultLabels(fields.integer("num_labels", 2, labels));
  if (!isLabels(id2label)) throw fields.error("id2label", "null or an object with names by integers");
  const numLabels = Object.keys(id2label).length;
  const given = fields.json.problem_type ?? null;
  const problemType = given === null ? null : fields.oneOf("problem_type", "regression", problemTypes);
  if (problemType === "single_label_classification" && numLabels === 1)
    throw fields.error("problem_type", "regression or null where there is one label");
  return { id2label, numLabels, problemType };
};

const labels = { max: 2 ** 16 };

/** As transformers names labels that have no names. */
export const defaultLabels = (count: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`]));

const isLabels = (value: object): value is Record<number, string> => {
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([id, label]) => /^\d+$/.test(id) && typeof label === "string");
};

/** For embeddings that give the padding token no gradient: the vocabulary must have it. */
export const checkPadToken = (fields: ConfigFields, { padTokenId, vocabSize }: PretrainedConfig): void => {
  if (padTokenId !== null && padTokenId >= vocabSize)
    throw fields.error("pad_token_id", `below vocab_size, which is ${vocabSize}`);
};
