import { ConfigFields } from "../config";

/** Defaults of `generate`, as `generation_config.json` keeps them. */
export interface GenerationConfig {
  /** New tokens at most. */
  readonly maxNewTokens?: number;
  /** Tokens at most, the prompt included; `maxNewTokens` goes before it. */
  readonly maxLength?: number;
  /** Ids that end a sequence; null for none. Absent: the model's own. */
  readonly eosTokenId?: number | readonly number[] | null;
  readonly padTokenId?: number | null;
  /** The file as it was read, written back by `savePretrained`. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** Settings that would change the tokens, with the values at which they do nothing. */
const neutral: Readonly<Record<string, readonly unknown[]>> = {
  do_sample: [false],
  num_beams: [1],
  repetition_penalty: [1],
  encoder_repetition_penalty: [1],
  no_repeat_ngram_size: [0],
  min_length: [0],
  min_new_tokens: [0],
  guidance_scale: [1],
  bad_words_ids: [],
  sequence_bias: [],
  suppress_tokens: [],
  begin_suppress_tokens: [],
  forced_bos_token_id: [],
  forced_eos_token_id: [],
  penalty_alpha: [0],
  exponential_decay_length_penalty: [],
};

/** Reads a `generation_config.json`; `onWarning` hears of settings that greedy generation here does not follow. */
export const parseGenerationConfig = (
  json: Readonly<Record<string, unknown>>,
  owner: string,
  onWarning: (message: string) => void = () => {},
): GenerationConfig => {
  const fields = new ConfigFields(json, owner, "generation_config.json");
  const other = Object.entries(json).filter(
    ([name, value]) =>
      Object.hasOwn(neutral, name) &&
      value !== null &&
      !(Array.isArray(value) && value.length === 0) &&
      !neutral[name]!.includes(value),
  );
  if (other.length > 0)
    onWarning(
      `${owner}: generation_config.json asks for ${other.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ")}, which generate does not follow: it is greedy`,
    );
  const has = (name: string) => json[name] !== undefined && json[name] !== null;
  return {
    ...(has("max_new_tokens") && { maxNewTokens: fields.integer("max_new_tokens", 20) }),
    ...(has("max_length") && { maxLength: fields.integer("max_length", 20) }),
    ...(has("eos_token_id") && { eosTokenId: fields.tokenIds("eos_token_id", null) }),
    ...(has("pad_token_id") && { padTokenId: fields.tokenId("pad_token_id", null) }),
    json,
  };
};

/** The file's content for these settings. */
export const generationConfigJson = (config: GenerationConfig): Record<string, unknown> => {
  const named = {
    max_new_tokens: config.maxNewTokens,
    max_length: config.maxLength,
    eos_token_id: config.eosTokenId,
    pad_token_id: config.padTokenId,
  };
  return { ...config.json, ...Object.fromEntries(Object.entries(named).filter(([, v]) => v !== undefined)) };
};
