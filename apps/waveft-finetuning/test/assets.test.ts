import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AutoTokenizer, type PreTrainedTokenizer } from "@waveft/transformers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

const assets = new URL("../assets/", import.meta.url);
const text = (path: string) => readFileSync(new URL(path, assets), "utf8");
const json = (path: string): unknown => JSON.parse(text(path));

type Row = { instruction: string; input: string; output: string };
type Generator = { makeRecords(): Row[]; toJsonLines(records: Row[]): string };

describe("wordnet-alpaca", () => {
  const data = text("wordnet-alpaca/data.jsonl");
  const rows = data
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

  it("has at least 2,000 records of three strings, none of them without instruction or output", () => {
    expect(rows.length).toBeGreaterThanOrEqual(2000);
    expect(data.length).toBeLessThan(1e6);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(["instruction", "input", "output"]);
      expect(typeof row.input).toBe("string");
      expect(row.instruction.trim()).toMatch(/^[A-Z].*[.?]$/);
      expect(row.output.trim()).toMatch(/^[A-Z].*[.!?]$/);
      expect(row.instruction.length + row.output.length).toBeLessThan(200);
    }
  });

  it("asks nothing twice, and its head holds every kind of question", () => {
    expect(new Set(rows.map(({ instruction }) => instruction)).size).toBe(rows.length);
    const head = rows.slice(0, 200).map(({ instruction }) => instruction);
    for (const kind of [
      /noun/,
      /verb/,
      /adjective/,
      /adverb/,
      /sentence/,
      /kind of/,
      /part of/,
      /opposite|antonym/,
    ]) {
      expect(head.some((instruction) => kind.test(instruction))).toBe(true);
    }
  });

  it("carries WordNet's notice", () => {
    expect(text("wordnet-alpaca/LICENSE")).toContain("WordNet 3.1 Copyright 2011 by Princeton University");
    expect(text("wordnet-alpaca/LICENSE")).toContain("Permission to use, copy, modify and distribute");
    expect(text("wordnet-alpaca/README.md")).toContain("LICENSE");
  });

  it("is what its script makes", async () => {
    const script = new URL("../scripts/make-dataset.mjs", import.meta.url).href;
    const { makeRecords, toJsonLines } = (await import(/* @vite-ignore */ script)) as Generator;
    expect(toJsonLines(makeRecords()) === data).toBe(true);
  }, 30_000);
});

const samples: [string, number[]][] = [
  ["Call me Ishmael.", [2, 38, 459, 494, 339, 1774, 80, 68, 526, 17]],
  [
    "it's we'll I'M\n            ### Instruction:",
    [2, 277, 536, 373, 2961, 339, 10, 48, 202, 353, 407, 532, 899, 615, 29],
  ],
  [
    "na\u00efve \u65e5\u672c \ud83d\ude00  x ",
    [2, 81, 68, 131, 111, 307, 224, 166, 249, 102, 166, 254, 109, 224, 176, 257, 250, 226, 224, 224, 91, 224],
  ],
  ["<s> a </s><pad>", [2, 31, 86, 33, 263, 224, 2, 1]],
];

describe("opt-mini's tokenizer", () => {
  let tokenizer: PreTrainedTokenizer;
  beforeAll(async () => {
    tokenizer = await AutoTokenizer.fromPretrained(fileURLToPath(new URL("opt-mini", assets)));
  });
  const vocabulary = json("opt-mini/vocab.json") as Record<string, number>;

  it("has 4,096 entries with OPT's special ids, the same in all its files", () => {
    const { model } = json("opt-mini/tokenizer.json") as { model: { vocab: unknown; merges: string[] } };
    expect(Object.values(vocabulary).sort((a, b) => a - b)).toEqual([...Array(4096).keys()]);
    expect(vocabulary).toMatchObject({ "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3 });
    expect(model.vocab).toEqual(vocabulary);
    expect(text("opt-mini/merges.txt")).toBe(`#version: 0.2\n${model.merges.join("\n")}\n`);
  });

  it("gives the ids that Python's AutoTokenizer gives", () => {
    // transformers 5.18, AutoTokenizer.from_pretrained("assets/opt-mini")
    for (const [sample, ids] of samples) expect(tokenizer.encode(sample)).toEqual(ids);
  });

  it("opens every text with </s> and gives it back unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (sample) => {
        // <pad> and </s> in a text are the tokens themselves, as in OPT
        fc.pre(!/<pad>|<\/s>/.test(sample));
        const [bos, ...ids] = tokenizer.encode(sample);
        expect(bos).toBe(2);
        expect(tokenizer.decode(ids)).toBe(sample);
      }),
    );
  }, 30_000);
});

describe("opt-mini's config", () => {
  it("describes a pre-norm OPT of 3 to 4 million parameters", () => {
    const config = json("opt-mini/config.json") as Record<string, number | string | boolean>;
    expect(config).toMatchObject({
      model_type: "opt",
      do_layer_norm_before: true,
      tie_word_embeddings: true,
    });
    const [vocabulary, width, positions] = [
      config.vocab_size,
      config.hidden_size,
      config.max_position_embeddings,
    ].map(Number) as [number, number, number];
    const [inner, layers] = [Number(config.ffn_dim), Number(config.num_hidden_layers)];
    const attention = 4 * (width * width + width);
    const mlp = 2 * width * inner + inner + width;
    const norms = 2 * 2 * width;
    // two extra positions, as in every OPT; the last norm; the head is the embedding
    const parameters =
      vocabulary * width + (positions + 2) * width + layers * (attention + mlp + norms) + 2 * width;
    expect(parameters).toBe(3_453_184); // model.num_parameters() of transformers 5.18
    expect(width % Number(config.num_attention_heads)).toBe(0);
    expect(vocabulary).toBe(Object.keys(json("opt-mini/vocab.json") as object).length);
  });
});
