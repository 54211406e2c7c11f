import { TransformersError } from "../errors";
import type { TokenizerConfig, TokenizerJson } from "./tokenizer-json";

/**
 * The `tokenizer.json` of a GPT-2 style tokenizer (also OPT's) from its older files: byte-level BPE over
 * `vocab.json` and `merges.txt`, as Python's GPT2Tokenizer builds it. Special tokens are added later.
 */
export function byteLevelBpe(
  who: string,
  vocab: Readonly<Record<string, unknown>>,
  mergesText: string,
  config: TokenizerConfig,
): TokenizerJson {
  for (const [token, id] of Object.entries(vocab)) {
    if (!Number.isSafeInteger(id) || (id as number) < 0) {
      throw new TransformersError(
        `${who}: vocab.json gives ${JSON.stringify(token)} the id ${JSON.stringify(id)}`,
      );
    }
  }
  const byteLevel = { type: "ByteLevel", trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, add_prefix_space: config.add_prefix_space === true },
    post_processor: null,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocab as Record<string, number>,
      merges: parseMerges(who, vocab, mergesText),
    },
  };
}

function parseMerges(
  who: string,
  vocab: Readonly<Record<string, unknown>>,
  text: string,
): [string, string][] {
  const merges: [string, string][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || (index === 0 && line.startsWith("#version"))) continue;
    const parts = line.split(" ");
    if (parts.length !== 2) {
      throw new TransformersError(`${who}: line ${index + 1} of merges.txt is no pair of tokens`);
    }
    const missing = [...parts, parts.join("")].find((token) => !Object.hasOwn(vocab, token));
    if (missing !== undefined) {
      throw new TransformersError(
        `${who}: line ${index + 1} of merges.txt needs the token ${JSON.stringify(missing)}, which vocab.json lacks`,
      );
    }
    merges.push(parts as [string, string]);
  }
  return merges;
}
