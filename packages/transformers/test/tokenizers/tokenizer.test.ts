import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesSource } from "@waveft/safetensors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTransformersError } from "../../src/errors";
import type { FileSet } from "../../src/io";
import { AutoTokenizer, type PreTrainedTokenizer } from "../../src/tokenizers";

const golden = fileURLToPath(new URL("../golden/tokenizers/", import.meta.url));
interface Case {
  ids: number[][];
  plain: number[][];
  decoded: string[];
  odd: number[][];
  oddDecoded: string[];
  skipped: string[];
  truncated: Record<string, number[]>;
  truncatedPlain: Record<string, number[]>;
  truncatedDefault: number[];
  batch: { inputIds: number[][]; attentionMask: number[][] } | null;
  tokens: Record<"bos" | "eos" | "pad" | "unk", string | null>;
  tokenIds: Record<"bos" | "eos" | "pad" | "unk", number | null>;
  vocabSize: number;
  length: number;
  modelMaxLength: number | null;
  paddingSide: string;
}
const { texts, long, cases } = JSON.parse(fs.readFileSync(join(golden, "expected.json"), "utf8")) as {
  texts: string[];
  long: string;
  cases: Record<string, Case>;
};

describe.each(Object.entries(cases))("%s equals Python", (name, expected) => {
  let tokenizer: PreTrainedTokenizer;
  beforeAll(async () => {
    tokenizer = await AutoTokenizer.fromPretrained(join(golden, name));
  });

  test("ids of every text", () => {
    const pairs = texts.map((text) => [text, tokenizer.encode(text)]);
    expect(pairs).toEqual(texts.map((text, i) => [text, expected.ids[i]]));
    expect(texts.slice(0, 15).map((text) => tokenizer.encode(text, { addSpecialTokens: false }))).toEqual(
      expected.plain,
    );
  });

  test("texts of ids", () => {
    expect(tokenizer.batchDecode(expected.ids)).toEqual(expected.decoded);
    expect(tokenizer.batchDecode(expected.odd)).toEqual(expected.oddDecoded);
    expect(tokenizer.batchDecode(expected.ids, { skipSpecialTokens: true })).toEqual(expected.skipped);
  });

  test("truncation", () => {
    for (const [n, ids] of Object.entries(expected.truncated)) {
      expect(tokenizer.encode(long, { truncation: true, maxLength: Number(n) })).toEqual(ids);
    }
    for (const [n, ids] of Object.entries(expected.truncatedPlain)) {
      const options = { truncation: true, maxLength: Number(n), addSpecialTokens: false };
      expect(tokenizer.encode(long, options)).toEqual(ids);
    }
    expect(tokenizer.encode(long, { truncation: true })).toEqual(expected.truncatedDefault);
  });

  test("special tokens, sizes and a padded batch", () => {
    const { bosToken: bos, eosToken: eos, padToken: pad, unkToken: unk } = tokenizer;
    expect({ bos, eos, pad, unk }).toEqual(expected.tokens);
    const ids = [tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.padTokenId, tokenizer.unkTokenId];
    expect(ids).toEqual(Object.values(expected.tokenIds));
    expect([tokenizer.vocabSize, tokenizer.length]).toEqual([expected.vocabSize, expected.length]);
    expect(tokenizer.modelMaxLength).toBe(expected.modelMaxLength ?? Number.POSITIVE_INFINITY);
    expect(tokenizer.paddingSide).toBe(expected.paddingSide);
    if (expected.batch)
      expect(tokenizer.batchEncode(["a", long, ""], { padding: true })).toEqual(expected.batch);
  });
});

describe("saving", () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(join(tmpdir(), "tokenizer-"));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test.each(Object.keys(cases))("%s is the same after a round trip", async (name) => {
    const tokenizer = await AutoTokenizer.fromPretrained(join(golden, name));
    await tokenizer.savePretrained(join(folder, name));
    const again = await AutoTokenizer.fromPretrained(join(folder, name));
    expect(texts.map((text) => again.encode(text))).toEqual(cases[name]!.ids);
    expect([again.bosToken, again.eosToken, again.padToken]).toEqual([
      tokenizer.bosToken,
      tokenizer.eosToken,
      tokenizer.padToken,
    ]);
    expect([again.modelMaxLength, again.paddingSide, again.length]).toEqual([
      tokenizer.modelMaxLength,
      tokenizer.paddingSide,
      tokenizer.length,
    ]);
  });

  test("into a place that cannot be written is one sentence", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(join(golden, "gpt2"));
    fs.writeFileSync(join(folder, "file"), "");
    await expect(tokenizer.savePretrained(join(folder, "file"))).rejects.toSatisfy(isTransformersError);
  });
});

test("the padding token can be set", async () => {
  const tokenizer = await AutoTokenizer.fromPretrained(join(golden, "gpt2"));
  expect(() => tokenizer.batchEncode(["a", "b c"], { padding: true })).toThrow(
    "the tokenizer has no padding token",
  );
  tokenizer.padToken = tokenizer.eosToken;
  const { inputIds, attentionMask } = tokenizer.batchEncode(["a"], { padding: "maxLength", maxLength: 3 });
  expect(inputIds).toEqual([[...tokenizer.encode("a"), tokenizer.eosTokenId, tokenizer.eosTokenId]]);
  expect(attentionMask).toEqual([[1, 0, 0]]);
  expect(() => {
    tokenizer.padToken = "<nope>";
  }).toThrow('the padding token "<nope>" is not in the vocabulary');
});

test("ids outside the vocabulary and the empty list decode to nothing", async () => {
  const tokenizer = await AutoTokenizer.fromPretrained(join(golden, "opt"));
  expect(tokenizer.decode([])).toBe("");
  expect(tokenizer.decode([99999, -1])).toBe("");
  expect(tokenizer.decode(new BigInt64Array([43n, 285n]))).toBe(tokenizer.decode([43, 285]));
  expect([tokenizer.convertTokenToId("</s>"), tokenizer.convertIdToToken(2)]).toEqual([2, "</s>"]);
});

test("byte-level tokenizers lose nothing, whatever the text", async () => {
  for (const name of ["gpt2", "opt"]) {
    const tokenizer = await AutoTokenizer.fromPretrained(join(golden, name));
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text, { addSpecialTokens: false }))).toBe(text);
      }),
      { numRuns: 300 },
    );
  }
});

test("truncation keeps the special tokens and a prefix of the text's ids", async () => {
  const tokenizer = await AutoTokenizer.fromPretrained(join(golden, "wordpiece"));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.integer({ min: 2, max: 30 }), (text, maxLength) => {
      const full = tokenizer.encode(text);
      const cut = tokenizer.encode(text, { truncation: true, maxLength });
      expect(cut.length).toBe(Math.min(full.length, maxLength));
      expect(cut).toEqual([...full.slice(0, cut.length - 1), full.at(-1)]);
    }),
  );
});

describe("bad files are one sentence", () => {
  const memory = (files: Record<string, string>): FileSet => ({
    name: "memory",
    has: (file) => file in files,
    open: async (file) => bytesSource(Buffer.from(files[file]!), file),
  });
  const bpe = { "vocab.json": '{"a":0,"b":1}', "merges.txt": "" };

  test.each<[string, Record<string, string>, string]>([
    ["none", {}, "memory has no tokenizer: tokenizer.json, or vocab.json and merges.txt, is needed"],
    ["half", { "vocab.json": "{}" }, "is needed (merges.txt is missing)"],
    ["broken json", { "tokenizer.json": "{" }, "memory: tokenizer.json is not JSON"],
    ["no model", { "tokenizer.json": "{}" }, "tokenizer.json has no model with a vocabulary"],
    ["list", { "tokenizer.json": "[]" }, "tokenizer.json must hold a JSON object"],
    [
      "unknown part",
      { "tokenizer.json": '{"model":{"vocab":{"a":0},"merges":[]},"normalizer":{"type":"Nope"}}' },
      "normalizer of tokenizer.json is of type Nope, which is not supported; there are BertNormalizer",
    ],
    ["bad id", { ...bpe, "vocab.json": '{"a":-1}' }, 'vocab.json gives "a" the id -1'],
    ["bad merge", { ...bpe, "merges.txt": "#version: 0.2\na b c\n" }, "line 2 of merges.txt is no pair"],
    ["unknown merge", { ...bpe, "merges.txt": "a b" }, 'line 1 of merges.txt needs the token "ab"'],
    [
      "another class",
      { ...bpe, "tokenizer_config.json": '{"tokenizer_class":"LlamaTokenizer"}' },
      "a LlamaTokenizer cannot be built from vocab.json and merges.txt",
    ],
  ])("%s", async (_, files, message) => {
    const made = AutoTokenizer.fromPretrained(memory(files));
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toSatisfy((e) => isTransformersError(e) && !e.message.includes("\n"));
  });

  test("a maxLength without room for the special tokens", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(join(golden, "wordpiece"));
    expect(() => tokenizer.encode("a", { truncation: true, maxLength: 1 })).toThrow(
      "maxLength is 1; it must be an integer of at least 2",
    );
  });
});
