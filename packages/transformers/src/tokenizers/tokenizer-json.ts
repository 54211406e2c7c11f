/** The parts of `tokenizer.json` and `tokenizer_config.json` that this package reads or makes. */

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  special: boolean;
}

export interface TokenizerJson {
  version?: string;
  truncation?: unknown;
  padding?: unknown;
  added_tokens: AddedTokenJson[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: TokenizerModelJson;
}

export interface TokenizerModelJson {
  type?: string;
  /** Token → id, or for Unigram a list of [token, score]. */
  vocab: Record<string, number> | (readonly [string, number])[];
  merges?: readonly (string | readonly [string, string])[];
  [option: string]: unknown;
}

export type TokenizerConfig = Readonly<Record<string, unknown>>;

/** The special tokens with a name, in Python's order. */
export const specialNames = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] as const;
export type SpecialName = (typeof specialNames)[number];
export type SpecialTokens = Partial<Record<SpecialName, string>>;

/** Content of a token that is written as text or as `{ "content": … }`. */
export function tokenContent(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** All tokens of a model with their ids. */
export function vocabularyOf(model: TokenizerModelJson): Map<string, number> {
  return Array.isArray(model.vocab)
    ? new Map(model.vocab.map(([token], id) => [token, id]))
    : new Map(Object.entries(model.vocab));
}
