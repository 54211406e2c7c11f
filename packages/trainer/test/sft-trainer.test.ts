import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  Dataset,
  SFTConfig,
  type SFTFields,
  SFTTrainer,
  type SFTTrainerOptions,
  type TokenizedExample,
} from "../src";
import { TableModel } from "./support/table-model";

/** A letter is a token; `.` ends a text. */
const processingClass = {
  eosToken: ".",
  encode: (text: string) => Array.from(text, (letter) => "abcd.".indexOf(letter)),
};

/** Shows what it trains on. */
class OpenTrainer extends SFTTrainer {
  get examples(): readonly TokenizedExample[] {
    return this.trainExamples;
  }
}

const trainerOf = (
  rows: Record<string, unknown>[],
  fields: Partial<SFTFields> = {},
  options: Partial<SFTTrainerOptions> = {},
) => {
  const trainDataset = Dataset.from(rows);
  const args = new SFTConfig(fields);
  const trainer = new OpenTrainer({
    model: new TableModel(),
    trainDataset,
    processingClass,
    args,
    ...options,
  });
  onTestFinished(() => trainer.dispose());
  return trainer;
};
const ids = (...options: Parameters<typeof trainerOf>) =>
  trainerOf(...options).examples.map(({ inputIds }) => [...(inputIds as number[])]);

describe("SFTTrainer", () => {
  it("ends each text that has no end, and cuts from the right", () => {
    expect(ids([{ text: "abc" }, { text: "ab." }])).toEqual([
      [0, 1, 2, 4],
      [0, 1, 4],
    ]);
    expect(ids([{ text: "abcd" }, { text: "ab" }], { maxLength: 3 })).toEqual([
      [0, 1, 2],
      [0, 1, 4],
    ]);
  });

  it("reads the column it is told, or what a function makes of the row", () => {
    expect(ids([{ review: "ab" }], { datasetTextField: "review" })).toEqual([[0, 1, 4]]);
    const formattingFunc = ({ q, a }: Readonly<Record<string, unknown>>) => `${q}${a}`;
    expect(ids([{ q: "a", a: "d" }], {}, { formattingFunc })).toEqual([[0, 3, 4]]);
  });

  it("adds nothing where the tokenizer has no end", () => {
    const bare = { ...processingClass, eosToken: null };
    expect(ids([{ text: "ab" }], {}, { processingClass: bare })).toEqual([[0, 1]]);
  });

  it("takes tokens as they are, cut alike with their labels, and drops rows without a label", () => {
    const { examples } = trainerOf(
      [
        { inputIds: [1, 2, 3, 4], labels: [-100, 2, 3, 4] },
        { inputIds: new Int32Array([1, 2]), labels: [-100, -100] },
        { inputIds: new Int32Array([3, 2, 1]) },
      ],
      { maxLength: 2 },
    );
    expect(examples.map(({ inputIds, labels }) => [[...(inputIds as number[])], labels])).toEqual([
      [
        [1, 2],
        [-100, 2],
      ],
      [[3, 2], undefined],
    ]);
  });

  it("trains and evaluates on texts", async () => {
    const outputDir = mkdtempSync(join(tmpdir(), "waveft-sft-"));
    onTestFinished(() => rmSync(outputDir, { recursive: true }));
    const trainer = trainerOf(
      [{ text: "abab" }, { text: "cdcd" }],
      { outputDir, numTrainEpochs: 20, perDeviceTrainBatchSize: 2, learningRate: 0.1, saveStrategy: "no" },
      { evalDataset: Dataset.from([{ text: "ab" }]) },
    );
    const before = (await trainer.measure()).eval_loss!;
    await trainer.train();
    expect((await trainer.measure()).eval_loss!).toBeLessThan(before - 0.3);
    expect(trainer.state.logHistory.filter((record) => "loss" in record).map(({ step }) => step)).toEqual([
      10, 20,
    ]);
    expect(trainer.model.training).toBe(false);
  });

  it("says which row has no text, and what columns there are", () => {
    expect(() => trainerOf([{ text: "a" }, { review: "b", label: 1 }])).toThrow(
      'SFTTrainer: row 1 of the trainDataset has no text in "text"; its columns are review, label; set datasetTextField',
    );
    expect(() => trainerOf([{ text: 3 }])).toThrow(/row 0 of the trainDataset has no text in "text"/);
    expect(() => trainerOf([{ text: "a" }], {}, { formattingFunc: () => 3 as never })).toThrow(
      /formattingFunc gave no text for row 0/,
    );
    const evalDataset = Dataset.from([{ a: "b" }]);
    expect(() => trainerOf([{ text: "a" }], {}, { evalDataset })).toThrow(/row 0 of the evalDataset/);
    expect(() => trainerOf([])).toThrow(/trainDataset is empty/);
  });
});
