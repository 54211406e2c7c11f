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
  /** `config.json` as it was read, unknown fields included: what `savePretrained` writes back. */
  readonly json: Readonly<Record<string, unknown>>;
}

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
  },
): PretrainedConfig => ({
  modelType: String(fields.json.model_type),
  nameOrPath: fields.owner,
  dtype: declaredDType(fields),
  vocabSize: fields.integer("vocab_size", defaults.vocabSize),
  maxPositionEmbeddings: fields.integer("max_position_embeddings", defaults.maxPositionEmbeddings),
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
