// Makes the tokenizer in assets/opt-mini: byte-level BPE as OPT's (GPT-2's), 4,096 entries, learnt from the corpus.
// Usage: node scripts/make-tokenizer.mjs
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpus } from "./make-corpus.mjs";

const { BPE, Tokenizer, byteLevelAlphabet, byteLevelPreTokenizer } = createRequire(import.meta.url)(
  "tokenizers",
);

const folder = new URL("../assets/opt-mini/", import.meta.url);
const vocabularySize = 4096;
/** Their places are OPT's. `</s>` opens and ends a text; `<s>` and `<unk>` only hold their places, as in OPT. */
const special = ["<s>", "<pad>", "</s>", "<unk>"];

/** The merges that npm `tokenizers` learns, the most frequent first; its trainer has no options (30,000 entries). */
function learnMerges(documents) {
  const scratch = mkdtempSync(join(tmpdir(), "opt-mini-"));
  try {
    const text = join(scratch, "corpus.txt");
    writeFileSync(text, `${documents.join("\n")}\n`);
    const tokenizer = new Tokenizer(BPE.empty());
    tokenizer.setPreTokenizer(byteLevelPreTokenizer(false, true));
    tokenizer.train([text]);
    tokenizer.save(join(scratch, "tokenizer.json"));
    const { model } = JSON.parse(readFileSync(join(scratch, "tokenizer.json"), "utf8"));
    return model.merges;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * Special tokens, all 256 bytes (the trainer knows only those it met), then merges until the vocabulary is full.
 * A prefix of the merges is complete in itself: each joins only what earlier ones made.
 */
function cut(merges) {
  const vocabulary = new Map([...special, ...byteLevelAlphabet().sort()].map((token, id) => [token, id]));
  const kept = [];
  for (const [left, right] of merges) {
    if (vocabulary.size === vocabularySize) break;
    if (!vocabulary.has(left + right)) vocabulary.set(left + right, vocabulary.size);
    kept.push([left, right]);
  }
  if (vocabulary.size !== vocabularySize) {
    throw new Error(
      `make-tokenizer: the corpus gave ${vocabulary.size} tokens, ${vocabularySize} are needed`,
    );
  }
  return { vocabulary: Object.fromEntries(vocabulary), merges: kept };
}

/** `tokenizer.json`: the bytes of a text cut as GPT-2 does, no normalisation, `</s>` before every text. */
function tokenizerJson({ vocabulary, merges }) {
  const bos = { SpecialToken: { id: "</s>", type_id: 0 } };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["<pad>", "</s>"].map((content) => ({
      id: vocabulary[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [bos, { Sequence: { id: "A", type_id: 0 } }],
      pair: [bos, { Sequence: { id: "A", type_id: 0 } }, bos, { Sequence: { id: "B", type_id: 0 } }],
      special_tokens: { "</s>": { id: "</s>", ids: [vocabulary["</s>"]], tokens: ["</s>"] } },
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: vocabulary,
      merges: merges.map((pair) => pair.join(" ")),
    },
  };
}

const specialTokensMap = { bos_token: "</s>", eos_token: "</s>", unk_token: "</s>", pad_token: "<pad>" };

const tokenizerConfig = {
  ...specialTokensMap,
  add_bos_token: true,
  add_prefix_space: false,
  clean_up_tokenization_spaces: false,
  errors: "replace",
  model_max_length: 512,
  tokenizer_class: "GPT2Tokenizer",
};

function write(name, text) {
  const path = fileURLToPath(new URL(name, folder));
  writeFileSync(`${path}.part`, text, { flush: true });
  renameSync(`${path}.part`, path);
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const { vocabulary, merges } = cut(learnMerges(corpus()));
write("tokenizer.json", json(tokenizerJson({ vocabulary, merges })));
write("tokenizer_config.json", json(tokenizerConfig));
write("special_tokens_map.json", json(specialTokensMap));
write("vocab.json", `${JSON.stringify(vocabulary)}\n`);
write("merges.txt", `#version: 0.2\n${merges.map((pair) => `${pair.join(" ")}\n`).join("")}`);
console.log(`${Object.keys(vocabulary).length} tokens, ${merges.length} merges`);
