/** The border to `@huggingface/tokenizers`. */
import { Tokenizer } from "@huggingface/tokenizers";
import { TransformersError } from "../errors";
import type { SpecialTokens, TokenizerConfig, TokenizerJson } from "./tokenizer-json";

export interface Backend {
  encode(text: string, addSpecialTokens: boolean): number[];
  decode(ids: readonly number[], skipSpecialTokens: boolean): string;
  tokenOf(id: number): string | undefined;
  idOf(token: string): number | undefined;
}

/** Throws a `TransformersError` when the library cannot work with the file. */
export function createBackend(
  who: string,
  json: TokenizerJson,
  config: TokenizerConfig,
  named: SpecialTokens,
): Backend {
  // Python cleans spaces up only where the configuration says so, and never after BPE.
  const cleanUp = config.clean_up_tokenization_spaces === true && json.model.type !== "BPE";
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(json, {
      clean_up_tokenization_spaces: cleanUp,
      remove_space: config.remove_space,
      do_lowercase_and_remove_accent: config.do_lowercase_and_remove_accent,
      eos_token: named.eos,
      unk_token: named.unk,
    });
  } catch (error) {
    throw new TransformersError(
      `${who}: tokenizer.json cannot be used (${error instanceof Error ? error.message : error})`,
    );
  }
  useUnicodeSpaces(tokenizer.pre_tokenizer);
  useStrictByteFallback(tokenizer.decoder);
  return {
    encode: (text, addSpecialTokens) => tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids,
    decode(ids, skipSpecialTokens) {
      const known = ids.filter((id) => tokenizer.id_to_token(id) !== undefined);
      if (known.length === 0) return "";
      return tokenizer.decode(known, { skip_special_tokens: skipSpecialTokens });
    },
    tokenOf: (id) => tokenizer.id_to_token(id),
    idOf: (token) => tokenizer.token_to_id(token),
  };
}

/**
 * GPT-2's pattern means Unicode's white space. JavaScript's `\s` has the byte order mark besides and lacks
 * U+0085, so the library's byte-level splitter gets the class spelled out.
 */
function useUnicodeSpaces(preTokenizer: unknown): void {
  const { pattern, use_regex, tokenizers } = (preTokenizer ?? {}) as {
    pattern?: unknown;
    use_regex?: unknown;
    tokenizers?: unknown;
  };
  if (Array.isArray(tokenizers)) for (const part of tokenizers) useUnicodeSpaces(part);
  if (use_regex !== true || !(pattern instanceof RegExp)) return;
  const source = pattern.source
    .replaceAll("[^\\s", "[^\\p{White_Space}")
    .replaceAll("\\s", "\\p{White_Space}")
    .replaceAll("\\S", "\\P{White_Space}");
  (preTokenizer as { pattern: RegExp }).pattern = new RegExp(source, pattern.flags);
}

/**
 * Bytes that are no UTF-8 decode to one replacement character each, and a byte order mark is kept, as in the
 * reference implementation; the library's own decoder joins the former and drops the latter.
 */
function useStrictByteFallback(decoder: unknown): void {
  const { config, decoders } = (decoder ?? {}) as { config?: { type?: unknown }; decoders?: unknown };
  if (Array.isArray(decoders)) for (const part of decoders) useStrictByteFallback(part);
  if (config?.type !== "ByteFallback") return;
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (bytes: Uint8Array) => {
    try {
      return strict.decode(bytes);
    } catch {
      return "\ufffd".repeat(bytes.length);
    }
  };
  (decoder as { text_decoder: unknown }).text_decoder = { decode };
}
