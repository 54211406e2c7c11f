import type { SpecialName, TokenizerConfig } from "./tokenizer-json";

/** A special token by its text, null for none. */
type Defaults = Partial<Readonly<Record<SpecialName, string | null>>>;

/** What a class makes of the special tokens and the configuration. */
interface Given {
  readonly config: TokenizerConfig;
  /** Named special tokens. */
  readonly special: Partial<Readonly<Record<SpecialName, string>>>;
  readonly idOf: (token: string) => number | undefined;
  /** Base 64 of SentencePiece's table in the file, where there is one. */
  readonly charsMap: string | undefined;
}

/** The parts of `tokenizer.json` that Python's class sets itself; of the file it takes the vocabulary and the rest. */
export interface TokenizerClass {
  /** Special tokens where the configuration names none. */
  readonly defaults: Defaults;
  readonly paddingSide?: "left";
  /** Kind of the model, and its options besides the vocabulary. */
  readonly model: "BPE" | "Unigram" | "WordPiece";
  /** Files it can be made of without a `tokenizer.json`. */
  readonly files?: "vocab.json" | "vocab.txt";
  modelOptions?(given: Given): Readonly<Record<string, unknown>>;
  normalizer?(given: Given): unknown;
  preTokenizer(given: Given): unknown;
  decoder(given: Given): unknown;
  /** Replaces the file's; "bos and eos" stands for the one that add_bos_token and add_eos_token ask for. */
  postProcessor?(given: Given): unknown | "bos and eos";
  /** `add_bos_token` where the configuration does not decide. */
  readonly addsBos?: true;
  /** Special tokens without a standard name, where the configuration has none. */
  extra?(config: TokenizerConfig): readonly string[];
  /** Special tokens are added once more at the end, which resets their options. */
  readonly addsAgain?: true;
}

const byteLevelBpe = { continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: false };
const byteLevelDecoder = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
const byteLevel = (config: TokenizerConfig, use_regex = true) => ({
  ...byteLevelDecoder,
  use_regex,
  add_prefix_space: config.add_prefix_space === true,
});
const metaspace = (prepend_scheme: "always" | "first" | "never", split: boolean) => ({
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme,
  split,
});
const sequence = (key: string, ...parts: unknown[]) => ({ type: "Sequence", [key]: parts });
const blank = { type: "Replace", pattern: { String: "▁" }, content: " " };
const byteFallback = [blank, { type: "ByteFallback" }, { type: "Fuse" }];
const stripped = { type: "Strip", content: " ", start: 1, stop: 0 };
const precompiled = ({ charsMap }: Given) =>
  charsMap === undefined ? null : { type: "Precompiled", precompiled_charsmap: charsMap };

/** Special tokens by text around a single text, `null` for the text itself. */
const template = (given: Given, single: readonly (string | undefined | null)[]) => ({
  type: "TemplateProcessing",
  single: single.flatMap((token) =>
    token === null
      ? { Sequence: { id: "A", type_id: 0 } }
      : token === undefined
        ? []
        : { SpecialToken: { id: token, type_id: 0 } },
  ),
  pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
  special_tokens: Object.fromEntries(
    single
      .filter((token) => typeof token === "string")
      .map((token) => [token, { id: token, ids: [given.idOf(token)], tokens: [token] }]),
  ),
});

const gpt2: TokenizerClass = {
  defaults: { bos: "<|endoftext|>", eos: "<|endoftext|>", unk: "<|endoftext|>", pad: null },
  model: "BPE",
  files: "vocab.json",
  modelOptions: () => byteLevelBpe,
  preTokenizer: ({ config }) => byteLevel(config),
  decoder: () => byteLevelDecoder,
};

const gptNeoX: TokenizerClass = {
  ...gpt2,
  defaults: { ...gpt2.defaults, pad: "<|padding|>" },
  normalizer: () => ({ type: "NFC" }),
  postProcessor: () => "bos and eos",
};

const roberta: TokenizerClass = {
  ...gpt2,
  defaults: {
    bos: "<s>",
    eos: "</s>",
    sep: "</s>",
    cls: "<s>",
    unk: "<unk>",
    pad: "<pad>",
    mask: "<mask>",
  },
  postProcessor: ({ special: { sep, cls }, idOf, config }) => ({
    type: "RobertaProcessing",
    sep: [String(sep), idOf(String(sep))],
    cls: [String(cls), idOf(String(cls))],
    trim_offsets: true,
    add_prefix_space: config.add_prefix_space === true,
  }),
};

const qwen2: TokenizerClass = {
  ...gpt2,
  defaults: { bos: null, eos: "<|endoftext|>", unk: "<|endoftext|>", pad: "<|endoftext|>" },
  normalizer: () => ({ type: "NFC" }),
  preTokenizer: ({ config }) => qwenSplit(config, "\\p{L}"),
  addsAgain: true,
};

/** The pattern of GPT-4's kind with single digits. */
const qwenSplit = (config: TokenizerConfig, letter: string) => {
  const signs = letter === "\\p{L}" ? letter : "\\p{L}\\p{M}";
  const letters = letter === "\\p{L}" ? "\\p{L}+" : `[${letter}]+`;
  const Regex = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?${letters}|\\p{N}| ?[^\\s${signs}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  const split = { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
  return sequence("pretokenizers", split, byteLevel(config, false));
};

const llama: TokenizerClass = {
  defaults: { bos: "<s>", eos: "</s>", unk: "<unk>" },
  paddingSide: "left",
  model: "BPE",
  modelOptions: () => ({ fuse_unk: true, byte_fallback: true }),
  preTokenizer: ({ config }) => {
    const scheme = config.legacy === true ? "always" : "first";
    return metaspace(config.add_prefix_space === false ? "never" : scheme, false);
  },
  decoder: ({ config }) =>
    sequence("decoders", ...byteFallback, ...(config.add_prefix_space === false ? [] : [stripped])),
};

const bert: TokenizerClass = {
  defaults: { unk: "[UNK]", sep: "[SEP]", pad: "[PAD]", cls: "[CLS]", mask: "[MASK]" },
  model: "WordPiece",
  files: "vocab.txt",
  modelOptions: ({ special }) => ({
    unk_token: String(special.unk),
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
  }),
  normalizer: ({ config }) => ({
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: config.tokenize_chinese_chars !== false,
    strip_accents: config.strip_accents ?? null,
    lowercase: config.do_lower_case !== false,
  }),
  preTokenizer: () => ({ type: "BertPreTokenizer" }),
  decoder: () => ({ type: "WordPiece", prefix: "##", cleanup: true }),
  postProcessor: (given) => template(given, [given.special.cls, null, given.special.sep]),
};

/** T5's sentinels; Python has no bound, and no model more than hundreds. */
const MAX_EXTRA_IDS = 100_000;

const t5Split = (scheme: "always" | "never") =>
  sequence("pretokenizers", { type: "WhitespaceSplit" }, metaspace(scheme, true));

/** Python's classes that make their parts themselves, by the name that `tokenizer_class` gives, without `Fast`. */
export const tokenizerClasses: Readonly<Record<string, TokenizerClass>> = {
  BartTokenizer: roberta,
  BertTokenizer: bert,
  CodeLlamaTokenizer: {
    ...llama,
    modelOptions: ({ special }) => ({ fuse_unk: true, byte_fallback: true, unk_token: String(special.unk) }),
    preTokenizer: ({ config }) => metaspace(config.add_prefix_space === false ? "never" : "first", false),
    decoder: () => sequence("decoders", ...byteFallback, stripped),
    addsBos: true,
    extra: () => ["▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>", "<FILL_ME>"],
  },
  DistilBertTokenizer: bert,
  ElectraTokenizer: bert,
  GPT2Tokenizer: gpt2,
  GPTNeoXTokenizer: gptNeoX,
  GemmaTokenizer: {
    ...llama,
    defaults: { unk: "<unk>", bos: "<bos>", eos: "<eos>", pad: "<pad>", mask: "<mask>" },
    modelOptions: ({ special }) => ({ fuse_unk: true, byte_fallback: true, unk_token: String(special.unk) }),
    normalizer: () => ({ type: "Replace", pattern: { String: " " }, content: "▁" }),
    preTokenizer: () => ({
      type: "Split",
      pattern: { String: " " },
      behavior: "MergedWithPrevious",
      invert: false,
    }),
    decoder: () => sequence("decoders", ...byteFallback),
  },
  LEDTokenizer: roberta,
  LayoutLMTokenizer: bert,
  LlamaTokenizer: llama,
  LongformerTokenizer: roberta,
  LxmertTokenizer: bert,
  MobileBertTokenizer: bert,
  MvpTokenizer: roberta,
  Qwen2Tokenizer: qwen2,
  Qwen3_5Tokenizer: (({ addsAgain: _, ...rest }): TokenizerClass => ({
    ...rest,
    preTokenizer: ({ config }) => qwenSplit(config, "\\p{L}\\p{M}"),
  }))(qwen2),
  RobertaTokenizer: roberta,
  SqueezeBertTokenizer: bert,
  T5Tokenizer: {
    defaults: { eos: "</s>", unk: "<unk>", pad: "<pad>" },
    model: "Unigram",
    modelOptions: () => ({ unk_id: 2, byte_fallback: false }),
    normalizer: precompiled,
    preTokenizer: () => t5Split("always"),
    decoder: () => metaspace("always", true),
    postProcessor: (given) => template(given, [null, "</s>"]),
    extra: ({ extra_ids }) => {
      const length = typeof extra_ids === "number" ? Math.min(Math.max(0, extra_ids), MAX_EXTRA_IDS) : 100;
      return Array.from({ length }, (_, i) => `<extra_id_${i}>`);
    },
  },
  XLMRobertaTokenizer: {
    defaults: roberta.defaults,
    model: "Unigram",
    modelOptions: () => ({ unk_id: 3, byte_fallback: false }),
    normalizer: precompiled,
    preTokenizer: ({ config }) => t5Split(config.add_prefix_space === false ? "never" : "always"),
    decoder: ({ config }) => metaspace(config.add_prefix_space === false ? "never" : "always", true),
    postProcessor: (given) => template(given, [given.special.bos, null, given.special.eos]),
  },
};
