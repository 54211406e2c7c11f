import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadRecords } from "../src/data";
import { parseOptions } from "../src/options";
import { promptOf, tokenizeRecord } from "../src/prompt";
import { shuffleSeeds } from "../src/script-seeds";
import { parseTargetModules } from "../src/target-modules";

const golden = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(golden(name), "utf8"));

describe("the rows of a run", () => {
  const all: object[] = read("data.json");
  const textOf = ({ instruction, output }: Record<string, unknown>) => [instruction, output];
  const rowsOf = async (...flags: string[]) => {
    const { options } = parseOptions(["--val_set_size", "8", ...flags]);
    const { train, evaluation } = await loadRecords(golden("data.json"), options);
    return {
      train: train.map((row) => textOf({ ...row })),
      evaluation: evaluation.map((row) => textOf({ ...row })),
    };
  };
  const at = (rows: number[]) => rows.map((row) => textOf(all[row] as Record<string, unknown>));

  it("shuffled, are those that the Python script took with the same seed", async () => {
    const { flags, train_rows, eval_rows } = read("trajectory-pre-shuffled.json");
    const { train, evaluation } = await rowsOf("--seed", String(flags.seed));
    expect(train).toEqual(at(train_rows));
    expect(evaluation).toEqual(at(eval_rows));
  });

  it("not shuffled, are the file's: the last ones are evaluated", async () => {
    const { train_rows, eval_rows } = read("trajectory-pre-default.json");
    const { train, evaluation } = await rowsOf("--shuffle", "false", "--seed", "7");
    expect(train).toEqual(at(train_rows));
    expect(evaluation).toEqual(at(eval_rows));
  });

  it("are all trained on with another file for the evaluation, or with none", async () => {
    const other = await rowsOf("--shuffle", "false", "--eval_data_path", golden("eval.json"));
    expect([other.train.length, other.evaluation.length]).toEqual([60, 5]);
    const none = await rowsOf("--val_set_size", "0");
    expect([none.train.length, none.evaluation.length]).toEqual([60, 0]);
  });

  it("begin from the seed itself, as numpy's fresh state does", () => {
    expect(shuffleSeeds(7).train).toBe(7);
    expect(shuffleSeeds(42)).not.toEqual(shuffleSeeds(43));
  });
});

describe("an example", () => {
  /** A letter is a token; 0 ends a text. */
  const tokenizer = {
    eosTokenId: 0,
    encode: (text: string, { maxLength = Number.POSITIVE_INFINITY }: { maxLength?: number } = {}) =>
      Array.from(text, (letter) => letter.codePointAt(0)!).slice(0, maxLength),
  };
  const record = { instruction: "Add 1 and 1.", output: "2" };

  it("keeps the indentation of PEFT's example, and no newline at its end", () => {
    expect(promptOf(record)).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n" +
        "            ### Instruction:\n            Add 1 and 1.\n            ### Response:\n            2",
    );
  });

  it("ends with the end of sequence unless it was cut", () => {
    const whole = promptOf(record).length;
    const ids = (cutoff: number) => Array.from(tokenizeRecord(record, tokenizer, cutoff).inputIds);
    expect(ids(whole + 1)).toHaveLength(whole + 1);
    expect(ids(whole + 1).at(-1)).toBe(0);
    expect(ids(whole)).toHaveLength(whole);
    expect(ids(whole).at(-1)).not.toBe(0);
    expect(ids(5)).toHaveLength(5);
  });
});

describe("--waveft_target_modules", () => {
  it.each([
    [undefined, null],
    ["  ", null],
    ["q_proj", ["q_proj"]],
    ["q_proj, v_proj", ["q_proj", "v_proj"]],
    ["self_attn.q_proj", ["self_attn.q_proj"]],
    [".*\\.(q|v)_proj", ".*\\.(q|v)_proj"],
    ["All-Linear", "all-linear"],
  ])("%o is %o", (text, targets) => {
    expect(parseTargetModules(text)).toEqual(targets);
  });
});
