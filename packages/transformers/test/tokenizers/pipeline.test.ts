import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/tokenizers/pipeline";
import { answer, type PipelineCase } from "../support/pipeline-answers";
import { file } from "../support/tokenizer-files";

const golden = new URL("../golden/tokenizers/pipeline.json", import.meta.url);
const rows = JSON.parse(readFileSync(golden, "utf8")) as Record<
  string,
  (PipelineCase & { expected: unknown })[]
>;

describe("parts of tokenizer.json, as Python's tokenizers run them", () => {
  test.each(Object.entries(rows))("%s", (_, cases) => {
    for (const { json, text, expected } of cases)
      expect([json, text, answer({ json, text })]).toEqual([json, text, expected]);
  });
});

const ids = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));
const wordLevel = (tokens: readonly string[], parts: Readonly<Record<string, unknown>> = {}) =>
  new Pipeline("test", {
    ...file(parts),
    model: { type: "WordLevel", unk_token: "<unk>", vocab: ids(["<unk>", ...tokens]) },
  } as never);

describe("cases people reported", () => {
  test("Whitespace does not split at accents", () => {
    const pipeline = wordLevel(["café", "mañana", "!"], { pre_tokenizer: { type: "Whitespace" } });
    expect(pipeline.encode("café mañana!")).toEqual([1, 2, 3]);
  });

  test("Metaspace splits where it says so", () => {
    const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always" };
    const tokens = ["▁a", "▁b", "▁a▁b"];
    const split = (pre_tokenizer: unknown) => wordLevel(tokens, { pre_tokenizer }).encode("a b");
    expect(split({ ...metaspace, split: true })).toEqual([1, 2]);
    expect(split(metaspace)).toEqual([1, 2]);
    expect(split({ ...metaspace, split: false })).toEqual([3]);
  });

  test("200,000 added tokens load at once and are found", () => {
    const added_tokens = Array.from({ length: 200_000 }, (_, i) => ({
      ...{ id: i + 1, content: `<extra_${i}>`, single_word: false, lstrip: false, rstrip: false },
      ...{ normalized: false, special: true },
    }));
    const started = performance.now();
    const pipeline = wordLevel([], { added_tokens });
    expect(pipeline.encode("<extra_7><extra_199999>x")).toEqual([8, 200_000, 0]);
    expect(pipeline.length).toBe(200_001);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test("a Split pattern that explodes elsewhere", () => {
    const pre_tokenizer = {
      type: "Split",
      pattern: { Regex: "([a-z._0-9]+)+!" },
      behavior: "Isolated",
      invert: false,
    };
    const pipeline = wordLevel(["abc!", "a".repeat(20_000)], { pre_tokenizer });
    const started = performance.now();
    expect(pipeline.encode("a".repeat(20_000))).toEqual([2]);
    expect(pipeline.encode("abc! abc!")).toEqual([1, 0, 1]);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a hundred thousand letters in one word", () => {
    const tokens = ["a", "aa", "aaaa"];
    const merges = [
      ["a", "a"],
      ["aa", "aa"],
    ];
    const pipeline = new Pipeline("test", {
      ...file({}),
      model: { type: "BPE", vocab: ids(tokens), merges },
    } as never);
    expect(pipeline.encode("a".repeat(100_003))).toEqual([...new Array(25_000).fill(2), 1, 0]);
  });
});
