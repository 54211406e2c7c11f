/** The parts of `tokenizer.json` and `tokenizer_config.json` that this package reads or makes. */

export interface TokenizerJson {
  version?: unknown;
  truncation?: unknown;
  padding?: unknown;
  added_tokens: readonly unknown[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: Readonly<Record<string, unknown>>;
}

export type TokenizerConfig = Readonly<Record<string, unknown>>;

/** The special tokens with a name, in Python's order. */
export const specialNames = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] as const;
export type SpecialName = (typeof specialNames)[number];
export type SpecialTokens = Partial<Record<SpecialName, string>>;
