import {
  type AddedTokenJson,
  type SpecialTokens,
  specialNames,
  type TokenizerConfig,
  type TokenizerJson,
  tokenContent,
  vocabularyOf,
} from "./tokenizer-json";

/** What Python's GPT2Tokenizer, which is also OPT's, names when the configuration does not. */
const gpt2Defaults: SpecialTokens = { bos: "<|endoftext|>", eos: "<|endoftext|>", unk: "<|endoftext|>" };

export const isGpt2Class = (tokenizerClass: unknown) =>
  tokenizerClass === "GPT2Tokenizer" || tokenizerClass === "GPT2TokenizerFast";

/** The named special tokens. An explicit null in the configuration means none. */
export function namedTokens(config: TokenizerConfig, tokenizerClass: string | undefined): SpecialTokens {
  const named: SpecialTokens = isGpt2Class(tokenizerClass) ? { ...gpt2Defaults } : {};
  for (const name of specialNames) {
    const given = config[`${name}_token`];
    const content = tokenContent(given);
    if (content !== undefined) named[name] = content;
    else if (given === null) delete named[name];
  }
  return named;
}

/** Further special tokens without a name. */
export function extraTokens(config: TokenizerConfig): string[] {
  const extra = [config.extra_special_tokens, config.additional_special_tokens].find(
    (list) => list !== undefined && list !== null && Object.keys(list).length > 0,
  );
  const list = Array.isArray(extra) ? extra : Object.values((extra as object | undefined) ?? {});
  return list.map(tokenContent).filter((token) => token !== undefined);
}

/**
 * `tokenizer.json` with the tokens of the configuration added as Python adds them: those of
 * `added_tokens_decoder` by id, then the named ones, then the extra ones. A token of the vocabulary keeps its id,
 * a new one gets the next.
 */
export function withAddedTokens(
  json: TokenizerJson,
  config: TokenizerConfig,
  named: SpecialTokens,
): TokenizerJson {
  const vocabulary = vocabularyOf(json.model);
  const tokens = new Map(json.added_tokens.map((token) => [token.content, { ...token }]));
  let next = Math.max(vocabulary.size, ...json.added_tokens.map(({ id }) => id + 1));
  const special = new Set([...Object.values(named), ...extraTokens(config)]);
  const add = (content: string, options: Partial<AddedTokenJson>) => {
    const known = tokens.get(content);
    if (known) known.special ||= special.has(content);
    else {
      const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
      const id = vocabulary.get(content) ?? next++;
      tokens.set(content, {
        ...flags,
        ...options,
        id,
        content,
        special: options.special === true || special.has(content),
      });
    }
  };
  const decoder = Object.entries((config.added_tokens_decoder ?? {}) as Record<string, unknown>);
  for (const [, token] of decoder.sort(([a], [b]) => Number(a) - Number(b))) {
    const content = tokenContent(token);
    if (content !== undefined) add(content, flagsOf(token));
  }
  for (const name of specialNames) {
    if (named[name] !== undefined) add(named[name], flagsOf(config[`${name}_token`]));
  }
  for (const content of extraTokens(config)) add(content, {});
  return { ...json, added_tokens: [...tokens.values()].sort((a, b) => a.id - b.id) };
}

function flagsOf(token: unknown): Partial<AddedTokenJson> {
  if (typeof token !== "object" || token === null) return {};
  const flags = ["single_word", "lstrip", "rstrip", "normalized", "special"];
  return Object.fromEntries(Object.entries(token).filter(([key]) => flags.includes(key)));
}

/**
 * `tokenizer.json` with the post-processor that puts bos before and eos behind a text. As in Python it replaces
 * the file's own when the configuration mentions `add_bos_token` or `add_eos_token`, or when there is none.
 */
export function withPostProcessor(
  json: TokenizerJson,
  config: TokenizerConfig,
  named: SpecialTokens,
): TokenizerJson {
  const mentioned = "add_bos_token" in config || "add_eos_token" in config;
  if (!mentioned && json.post_processor != null) return json;
  const bos = config.add_bos_token ? named.bos : undefined;
  const eos = config.add_eos_token ? named.eos : undefined;
  const special = (id: string | undefined, type_id: number) =>
    id === undefined ? [] : [{ SpecialToken: { id, type_id } }];
  const part = (id: "A" | "B", type_id: number) => [
    ...special(bos, type_id),
    { Sequence: { id, type_id } },
    ...special(eos, type_id),
  ];
  const ids = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  const used = [bos, eos].filter((token) => token !== undefined);
  return {
    ...json,
    post_processor: {
      type: "TemplateProcessing",
      single: part("A", 0),
      pair: [...part("A", 0), ...part("B", 1)],
      special_tokens: Object.fromEntries(
        used.map((token) => [token, { id: token, ids: [ids.get(token)], tokens: [token] }]),
      ),
    },
  };
}
