import { readFileSync } from "node:fs";
import fc from "fast-check";

/** Arbitrary parts of tokenizer.json, and texts that they meet their corners on. */

const pieces = [
  ..."abcABCtsé ßİΣς_-.,!?'0129½²٣$+^`~",
  "é",
  "ệ",
  "한국",
  "각",
  "日本",
  "\u3400",
  "\u{20000}",
  "ﷺ",
  "ﬁ",
  "①",
  "가나",
  "नमस्ते",
  "سلام",
  "שָׁלוֹם",
  "😀",
  "👩‍👩‍👧",
  "🏳️‍🌈",
  "\u200d",
  "\u0301",
  "\u00ad",
  "\ufeff",
  "\u0085",
  "\u00a0",
  "\u2003",
  "\u3000",
  "\t",
  "\n",
  "\r\n",
  "\u0000",
  "\u0007",
  "\ufffd",
  "\ue000",
  "▁",
  "▁▁",
  "  ",
  "   ",
  "<s>",
  "</s>",
  "<x>",
  "<X>",
  "hello",
  "Hello",
  "world's",
  "don't",
  "##b",
  "lo",
];
export const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(""));

const bool = fc.boolean();
const regex = fc.constantFrom(
  "\\s+",
  "\\w+|[^\\w\\s]+",
  "[a-c]+",
  "\\d{1,2}",
  "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "l*",
  "(?<=a)b",
  "^a",
  "$",
  "(?=[A-Z])",
  "[[:punct:]]",
  "[[:space:]]|[[:alpha:]]",
  "\\bh",
  "\\h",
  "(?>a+)b",
  "(l)\\1",
  "\\p{Han}|\\p{IsHiragana}",
);
const pattern = fc.oneof(
  fc.constantFrom(" ", "a", "lo", "▁", "", ".", "é", "\u0301").map((literal) => ({ String: literal })),
  regex.map((source) => ({ Regex: source })),
);
const content = fc.constantFrom("", " ", "_", "▁", "xy", "é");

const one = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: fc.constant(type), ...fields });
const sequence = (key: string, kind: fc.Arbitrary<unknown>, maxLength = 3) =>
  fc.oneof(
    { weight: 3, arbitrary: kind },
    { weight: 2, arbitrary: one("Sequence", { [key]: fc.array(kind, { maxLength }) }) },
  );

/** ﬁ → fi, ① → 1, é → e, A → nothing, 日本 → JP, 日 → nichi, 👩 → w and the like: made by `reference/transformers/make_charsmap.py`. */
const charsMap = readFileSync(new URL("../golden/tokenizers/charsmap.txt", import.meta.url), "utf8").trim();

const normalizers = fc.oneof(
  one("BertNormalizer", {
    clean_text: bool,
    handle_chinese_chars: bool,
    strip_accents: fc.constantFrom(true, false, null),
    lowercase: bool,
  }),
  ...["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"].map((type) => one(type)),
  one("Strip", { strip_left: bool, strip_right: bool }),
  one("Prepend", { prepend: fc.constantFrom("▁", "x ") }),
  one("Precompiled", { precompiled_charsmap: fc.constant(charsMap) }),
  one("Replace", { pattern, content }),
);
const normalizer = fc.option(sequence("normalizers", normalizers), { nil: null });

const behavior = fc.constantFrom("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
const scheme = fc.constantFrom("always", "first", "never");
const metaspace = one("Metaspace", {
  replacement: fc.constantFrom("▁", "_"),
  prepend_scheme: scheme,
  split: bool,
});
const byteLevel = one("ByteLevel", { add_prefix_space: bool, trim_offsets: bool, use_regex: bool });
const preTokenizers = fc.oneof(
  ...["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"].map((type) => one(type)),
  one("Digits", { individual_digits: bool }),
  one("Punctuation", { behavior }),
  one("CharDelimiterSplit", { delimiter: fc.constantFrom(" ", "a", "é", "😀") }),
  one("FixedLength", { length: fc.integer({ min: 1, max: 4 }) }),
  one("Split", { pattern, behavior, invert: bool }),
  metaspace,
  byteLevel,
);
const preTokenizer = fc.option(sequence("pretokenizers", preTokenizers), { nil: null });

const decoders = fc.oneof(
  ...["ByteFallback", "Fuse"].map((type) => one(type)),
  byteLevel,
  one("BPEDecoder", { suffix: fc.constantFrom("</w>", "a") }),
  one("CTC", {
    pad_token: fc.constantFrom("<s>", "a"),
    word_delimiter_token: fc.constantFrom("|", "▁"),
    cleanup: bool,
  }),
  one("Metaspace", { replacement: fc.constantFrom("▁", "_"), prepend_scheme: scheme, split: bool }),
  one("Replace", { pattern, content }),
  one("Strip", { content: fc.constantFrom(" ", "a", "▁"), start: fc.nat(2), stop: fc.constant(0) }),
  one("WordPiece", { prefix: fc.constantFrom("##", "a"), cleanup: bool }),
);
const decoder = fc.option(sequence("decoders", decoders), { nil: null });

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const A = { Sequence: { id: "A", type_id: 0 } };
const B = { Sequence: { id: "B", type_id: 1 } };
const template = fc
  .array(fc.constantFrom(special("<s>"), special("</s>"), A), { minLength: 1, maxLength: 4 })
  .map((single) => ({
    type: "TemplateProcessing",
    single: single.includes(A) ? single : [...single, A],
    pair: [A, B],
    special_tokens: {
      "<s>": { id: "<s>", ids: [1, 1], tokens: ["<s>", "<s>"] },
      "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] },
    },
  }));
const postProcessors = fc.oneof(
  template,
  one("BertProcessing", { sep: fc.constant(["</s>", 2]), cls: fc.constant(["<s>", 1]) }),
  one("RobertaProcessing", {
    sep: fc.constant(["</s>", 2]),
    cls: fc.constant(["<s>", 1]),
    trim_offsets: bool,
    add_prefix_space: bool,
  }),
  one("ByteLevel", { add_prefix_space: bool, trim_offsets: bool, use_regex: bool }),
);
const postProcessor = fc.option(sequence("processors", postProcessors, 2), { nil: null });

/** Tokens of every length over the texts' characters, with their bytes in both spellings. */
const base = [
  "<unk>",
  "<s>",
  "</s>",
  ..."abcABCtsé ▁_.,!'01ßĠĊ",
  ..."helorwd",
  "##a",
  "##b",
  "##lo",
  "##d</w>",
  "b</w>",
  "a</w>",
  "lo",
  "he",
  "hel",
  "hello",
  "Hello",
  "▁he",
  "▁hello",
  "ab",
  "bc",
  "abc",
  "日本",
  "本",
  "日",
  "😀",
  "한",
  "<0x0A>",
  ...[0xc3, 0xa9, 0xe2, 0x96, 0x81, 0xf0, 0x9f, 0x98, 0x80].map((b) => `<0x${b.toString(16).toUpperCase()}>`),
  ...Array.from({ length: 24 }, (_, i) => String.fromCharCode(256 + i)),
];
const vocabulary = fc
  .shuffledSubarray(base.slice(3), { minLength: 20 })
  .map((tokens) => [...new Set([...base.slice(0, 3), ...tokens])]);
const ids = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

const merges = (tokens: readonly string[], prefix: string) => {
  const known = new Set(tokens);
  return tokens.flatMap((left) =>
    tokens
      .filter((right) => right.startsWith(prefix) && known.has(left + right.slice(prefix.length)))
      .map((right) => [left, right]),
  );
};
const bpe = vocabulary.chain((tokens) =>
  fc.constantFrom("", "##").chain((prefix) =>
    fc.record({
      type: fc.constant("BPE"),
      dropout: fc.constantFrom(null, 0),
      unk_token: fc.constantFrom(null, "<unk>"),
      continuing_subword_prefix: fc.constant(prefix === "" ? null : prefix),
      end_of_word_suffix: fc.constantFrom(null, "</w>", ""),
      fuse_unk: bool,
      byte_fallback: bool,
      ignore_merges: bool,
      vocab: fc.constant(ids(tokens)),
      merges: fc.shuffledSubarray(merges(tokens, prefix)),
    }),
  ),
);
const wordPiece = vocabulary.chain((tokens) =>
  fc.record({
    type: fc.constant("WordPiece"),
    unk_token: fc.constant("<unk>"),
    continuing_subword_prefix: fc.constantFrom("##", ""),
    max_input_chars_per_word: fc.constantFrom(100, 3),
    vocab: fc.constant(ids(tokens)),
  }),
);
const wordLevel = vocabulary.chain((tokens) =>
  fc.record({
    type: fc.constant("WordLevel"),
    unk_token: fc.constant("<unk>"),
    vocab: fc.constant(ids(tokens)),
  }),
);
const unigram = vocabulary.chain((tokens) =>
  fc.record({
    type: fc.constant("Unigram"),
    unk_id: fc.constantFrom(0, 2),
    byte_fallback: bool,
    vocab: fc.tuple(...tokens.map((token) => fc.integer({ min: -9, max: 0 }).map((score) => [token, score]))),
  }),
);
const model = fc.oneof(bpe, wordPiece, wordLevel, unigram);

const added = fc.record({
  content: fc.constantFrom("<s>", "</s>", "<x>", "lo", " a", "é", "Hello", "▁", "日", "he", "hello", "", "s"),
  single_word: bool,
  lstrip: bool,
  rstrip: bool,
  normalized: bool,
  special: bool,
});
const addedTokens = fc
  .uniqueArray(added, { maxLength: 5, selector: ({ content: token }) => token })
  .map((tokens) => tokens.map((token, i) => ({ id: 1000 + i, ...token })));

const small = {
  type: "WordLevel",
  unk_token: "<unk>",
  vocab: { "<unk>": 0, "<s>": 1, "</s>": 2 },
};
/** Parts that vary together, by what they are about. */
export const kinds: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  models: fc.record({ model }),
  normalizers: fc.record({ model: bpe, normalizer }),
  "pre-tokenizers": fc.record({ model, pre_tokenizer: preTokenizer }),
  "added tokens": fc.record({
    model,
    normalizer,
    pre_tokenizer: preTokenizer,
    added_tokens: addedTokens,
  }),
  "post-processors": fc.record({ model: fc.constant(small), post_processor: postProcessor }),
  decoders: fc.record({ model, decoder }),
};

/** A whole tokenizer.json; parts that are not given are missing. */
export const file = (parts: Readonly<Record<string, unknown>>) => ({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  ...parts,
});
