import { expect, it } from "vitest";
import { type Classifier, sequenceClassification } from "./sequence-classification";

/** As much of a classifier of three classes as reading rows asks for. */
const model = {
  config: { numLabels: 3, vocabSize: 10 },
  problemTypeOf: ({ areIntegers }) =>
    areIntegers ? "single_label_classification" : "multi_label_classification",
} as Partial<Classifier> as Classifier;
const labelsOf = (...rows: Record<string, unknown>[]) =>
  sequenceClassification
    .read(
      "trainDataset",
      rows.map((row) => ({ inputIds: [1, 2], ...row })),
      model,
    )
    .map(({ label }) => label);

it("takes classes as numbers or bigints, under either name, and numbers for each logit as any list", () => {
  expect(labelsOf({ labels: 2 }, { label: 0 }, { labels: 1n }, { labels: -100 })).toEqual([2, 0, 1, -100]);
  expect(labelsOf({ labels: [0, 1, 0.5] }, { labels: Float32Array.of(1, 0, 1) })).toEqual([
    [0, 1, 0.5],
    [1, 0, 1],
  ]);
});

it.each([
  [
    [{ labels: "1" }],
    'row 0 of the trainDataset has the label "1"; give a number, or a number for each logit',
  ],
  [[{ labels: 1 }, {}], "row 1 of the trainDataset has no labels"],
  [[{ labels: Number.NaN }], "has the label NaN"],
  [[{ labels: [1, null, 0] }], "has the label null"],
  [
    [{ labels: 3 }],
    "has the label 3; single_label_classification takes a class from 0 to 2, or -100 for none",
  ],
  [[{ labels: [1, 0] }], "has the label [1,0]; multi_label_classification takes 3 numbers"],
  [[{ labels: -100 }, { labels: -100 }], "no example of the trainDataset has a class to learn"],
  [[{ labels: 1, inputIds: [10] }], "has 10 in its inputIds; ids go from 0 to 9"],
  [[{ labels: 1, inputIds: "12" }], "has no inputIds"],
] as [Record<string, unknown>[], string][])("refuses %j", (rows, sentence) => {
  expect(() => labelsOf(...rows)).toThrow(sentence);
});
