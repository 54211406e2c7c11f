import { TransformersError } from "./errors";
import { type ActivationName, activationNames } from "./models/shared/activations";

/** Storage types of weights; all arithmetic is float32. */
export const weightDTypes = ["float32", "float16", "bfloat16"] as const;
export type WeightDType = (typeof weightDTypes)[number];

export const isWeightDType = (value: unknown): value is WeightDType =>
  (weightDTypes as readonly unknown[]).includes(value);

/** What every model's configuration says, whatever it computes on. Architectures add their own fields. */
export interface PretrainedConfig {
  /** `model_type`: the key of the architecture. */
  readonly modelType: string;
  /** The id or folder that the model was loaded from; `""` for a new one. */
  readonly nameOrPath: string;
  /** The checkpoint's `dtype` (older files: `torch_dtype`); null when it does not say. */
  readonly dtype: WeightDType | null;
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

/** What the configurations of models of texts say besides. */
export interface TextConfig extends PretrainedConfig {
  readonly vocabSize: number;
  /** Tokens that an example may have. */
  readonly maxPositionEmbeddings: number;
  readonly bosTokenId: number | null;
  readonly padTokenId: number | null;
  /** One id, several, or null. */
  readonly eosTokenId: number | readonly number[] | null;
  /** Whether the head's weight is the embedding's. */
  readonly tieWordEmbeddings: boolean;
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
  readonly #aliases: Readonly<Record<string, string>>;

  constructor(
    readonly json: Readonly<Record<string, unknown>>,
    /** Whose configuration it is, for messages: an id or a folder. */
    readonly owner: string,
    readonly file = "config.json",
    aliases: Readonly<Record<string, string>> = {},
  ) {
    this.#aliases = aliases;
  }

  /**
   * The same fields where an architecture has names of its own for some (`{ hidden_size: "n_embd" }`): they are read
   * under these, else under the usual ones.
   */
  aliased(names: Readonly<Record<string, string>>): ConfigFields {
    return new ConfigFields(this.json, this.owner, this.file, names);
  }

  /** The value of a field; undefined where it is absent. */
  value(name: string): unknown {
    return this.json[this.nameOf(name)];
  }

  /** What the file calls a field. */
  nameOf(name: string): string {
    const alias = this.#aliases[name];
    if (alias === undefined) return name;
    return Object.hasOwn(this.json, alias) || !Object.hasOwn(this.json, name) ? alias : name;
  }

  /** The fields of an object in this one; null where there is none. */
  object(name: string): ConfigFields | null {
    const value = this.value(name) ?? null;
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw this.error(name, "an object or null");
    return new ConfigFields(value as Record<string, unknown>, this.owner, `${name} in ${this.file}`);
  }

  integer(name: string, fallback: number, { min = 1, max = maxSize }: Range = {}): number {
    const value = this.value(name) ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      throw this.error(name, `an integer from ${min} to ${max}`);
    return value as number;
  }

  number(name: string, fallback: number, { min = 0, max = Number.MAX_VALUE }: Range = {}): number {
    const value = this.value(name) ?? fallback;
    if (typeof value !== "number" || !(value >= min && value <= max))
      throw this.error(name, `a number from ${min} to ${max}`);
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.value(name) ?? fallback;
    if (typeof value !== "boolean") throw this.error(name, "true or false");
    return value;
  }

  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.value(name) ?? fallback;
    if (!(allowed as readonly unknown[]).includes(value))
      throw this.error(name, `one of ${allowed.join(", ")}`);
    return value as T;
  }

  /** A token id; null where the file says null or −1, as some writers do, the default where it says nothing. */
  tokenId(name: string, fallback: number | null): number | null {
    const given = this.value(name);
    const value = given === undefined ? fallback : given;
    if (value === null || isNoToken(value)) return null;
    if (!isTokenId(value)) throw this.error(name, "a token id (an integer from 0) or null");
    return value as number;
  }

  /** A token id or several. */
  tokenIds(name: string, fallback: number | null): number | readonly number[] | null {
    const value = this.value(name);
    if (!Array.isArray(value)) return this.tokenId(name, fallback);
    const ids = value.filter((id) => !isNoToken(id));
    if (!ids.every(isTokenId)) throw this.error(name, "a token id, a list of them, or null");
    return ids.length === 0 ? null : (ids as number[]);
  }

  /** The error of a field: who, what was given, what is allowed. */
  error(name: string, allowed: string): TransformersError {
    const own = this.nameOf(name);
    const value = this.json[own];
    const shown = value === undefined ? "missing" : (JSON.stringify(value)?.slice(0, 60) ?? String(value));
    const prefix = this.owner === "" ? "" : `${this.owner}: `;
    return new TransformersError(`${prefix}${this.file} has "${own}" ${shown}; it must be ${allowed}`);
  }
}

/** Python looks up negative ids in no vocabulary. */
const isNoToken = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) < 0;

const isTokenId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** The fields that all configurations share. */
export const commonConfig = (fields: ConfigFields): PretrainedConfig => ({
  ...labelConfig(fields),
  modelType: String(fields.json.model_type),
  nameOrPath: fields.owner,
  dtype: declaredDType(fields),
  initStd: fields.number("initializer_range", 0.02),
  json: fields.json,
});

/** What an architecture of texts takes where `config.json` says nothing. */
export interface TextDefaults {
  readonly vocabSize: number;
  readonly maxPositionEmbeddings: number;
  readonly bosTokenId?: number | null;
  readonly padTokenId?: number | null;
  readonly eosTokenId?: number | null;
  readonly tieWordEmbeddings?: boolean;
  /** Whether the padding token has a row of the embedding, one without a gradient (default true). */
  readonly hasPaddingRow?: boolean;
}

/** The fields that all configurations of models of texts share. */
export const textConfig = (fields: ConfigFields, defaults: TextDefaults): TextConfig => {
  const { bosTokenId = null, padTokenId = null, eosTokenId = null } = defaults;
  const { tieWordEmbeddings = false, hasPaddingRow = true } = defaults;
  const config = {
    ...commonConfig(fields),
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    maxPositionEmbeddings: fields.integer("max_position_embeddings", defaults.maxPositionEmbeddings),
    bosTokenId: fields.tokenId("bos_token_id", bosTokenId),
    padTokenId: fields.tokenId("pad_token_id", padTokenId),
    eosTokenId: fields.tokenIds("eos_token_id", eosTokenId),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", tieWordEmbeddings),
  };
  if (hasPaddingRow && config.padTokenId !== null && config.padTokenId >= config.vocabSize)
    throw fields.error("pad_token_id", `below vocab_size, which is ${config.vocabSize}`);
  return config;
};

/** What all stacks of transformer layers have. */
export interface TransformerConfig extends TextConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** Width of the feed-forward blocks. */
  readonly intermediateSize: number;
  readonly hiddenAct: ActivationName;
}

export interface TransformerDefaults extends TextDefaults {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number | ((hiddenSize: number) => number);
  readonly hiddenAct: ActivationName;
  /** Whether `head_dim` may give heads a width of their own (default false). */
  readonly hasHeadDim?: boolean;
}

/** Reads them. */
export const transformerConfig = (fields: ConfigFields, defaults: TransformerDefaults): TransformerConfig => {
  const hiddenSize = fields.integer("hidden_size", defaults.hiddenSize);
  const numAttentionHeads = fields.integer("num_attention_heads", defaults.numAttentionHeads);
  const inner = defaults.intermediateSize;
  const config = {
    ...textConfig(fields, defaults),
    hiddenSize,
    numAttentionHeads,
    numHiddenLayers: fields.integer("num_hidden_layers", defaults.numHiddenLayers, { min: 0, max: 1024 }),
    intermediateSize: fields.integer(
      "intermediate_size",
      typeof inner === "number" ? inner : inner(hiddenSize),
    ),
    hiddenAct: fields.oneOf("hidden_act", defaults.hiddenAct, activationNames),
  };
  const isFree = defaults.hasHeadDim === true && (fields.value("head_dim") ?? null) !== null;
  if (!isFree && hiddenSize % numAttentionHeads !== 0)
    throw fields.error(
      "num_attention_heads",
      `a divisor of ${fields.nameOf("hidden_size")}, which is ${hiddenSize}`,
    );
  return config;
};

/** A probability of dropping out. */
export const rateOf = (fields: ConfigFields, name: string, fallback: number): number =>
  fields.number(name, fallback, { max: 0.999 });

/** `dtype`, else `torch_dtype`; what cannot hold weights here (`float64`) counts as not said. */
const declaredDType = ({ json }: ConfigFields): WeightDType | null => {
  const value = json.dtype ?? json.torch_dtype;
  const name = typeof value === "string" ? value.replace(/^torch\./, "") : value;
  return isWeightDType(name) ? name : null;
};

/** As Python has it: `id2label`, else `num_labels`, else two labels. */
const labelConfig = (fields: ConfigFields) => {
  const named = fields.object("id2label")?.json;
  const id2label =
    named === undefined ? defaultLabels(fields.integer("num_labels", 2, labels)) : asLabels(named);
  if (id2label === null) throw fields.error("id2label", "null or an object with names by integers");
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

/** Names by classes; numbers and truth values count as names. Null for what is no such table. */
const asLabels = (value: object): Record<number, string> | null => {
  const entries = Object.entries(value);
  const isName = (label: unknown) => ["string", "number", "boolean"].includes(typeof label);
  return entries.length > 0 && entries.every(([id, label]) => /^\d+$/.test(id) && isName(label))
    ? Object.fromEntries(entries.map(([id, label]) => [id, String(label)]))
    : null;
};
