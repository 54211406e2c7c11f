import { type HostTensor, hostTensor, mul, sum, type Tensor } from "@waveft/autograd";
import type { ProblemType, SequenceClassifierInputs } from "@waveft/transformers";
import { collatePacked, ignoredLabel, packSequences } from "../data";
import { TrainerError } from "../errors";
import type { TrainableModel } from "../trainable-model";
import type { Example, Feed, Launch, LaunchSizes, Objective } from "./objective";
import { groupsOfRows, inputIdsOf, numbersOf, readRows, shown } from "./rows";

/** A classifier of texts, or what regresses on them. */
export interface Classifier extends TrainableModel {
  readonly config: TrainableModel["config"] & {
    readonly numLabels: number;
    readonly padTokenId?: number | null;
  };
  /** Which of its tokens stands for a text. */
  readonly labelledToken: "first" | "last";
  forward(inputs: SequenceClassifierInputs): { readonly logits: Tensor };
  loss(logits: Tensor, labels: Tensor, options: { readonly reduction: "none" }): Tensor;
  problemTypeOf(labels: { readonly areIntegers: boolean }): ProblemType;
}

export interface LabelledExample extends Example {
  readonly tokenTypeIds: ArrayLike<number> | null;
  /** A class; or a number for each logit. */
  readonly label: number | readonly number[];
}

/**
 * A label for a whole text. Examples are packed into rows without padding, each seen alone. The loss of an example is
 * what Python's model computes for it.
 */
export const sequenceClassification: Objective<Classifier, LabelledExample> = {
  name: "sequence classification",
  accepts: (model): model is Classifier => "loss" in model && "labelledToken" in model,

  read: (name, rows, model) => {
    const { numLabels, vocabSize } = model.config;
    const examples = readRows(name, rows, (row, fail): LabelledExample => {
      const inputIds = inputIdsOf(row, fail, vocabSize);
      const tokenTypeIds = numbersOf(row.tokenTypeIds) ?? null;
      if (tokenTypeIds !== null && tokenTypeIds.length !== inputIds.length)
        return fail(`has ${inputIds.length} inputIds and ${tokenTypeIds.length} tokenTypeIds; give as many`);
      return { inputIds, tokenTypeIds, label: labelOf(row.labels ?? row.label, fail) };
    });
    const problem = problemOf(examples, model);
    for (const [i, { label }] of examples.entries()) {
      const allowed = allowedFor(problem, numLabels, label);
      if (allowed !== null)
        throw new TrainerError(
          `trainer: row ${i} of the ${name} has the label ${JSON.stringify(label)}; ${problem} takes ${allowed}`,
        );
    }
    if (examples.every(({ label }) => label === ignoredLabel) && problem === "single_label_classification")
      throw new TrainerError(
        `trainer: no example of the ${name} has a class to learn; give labels, not all ${ignoredLabel}`,
      );
    return examples;
  },

  *launches(examples, { rowLength, maxRows }: LaunchSizes, model): Generator<Launch> {
    const rows = packSequences(
      examples.map(({ inputIds }) => inputIds.length),
      rowLength,
    );
    const hasTypes = examples.some(({ tokenTypeIds }) => tokenTypeIds !== null);
    for (const group of groupsOfRows(rows, maxRows)) {
      const packed = collatePacked(examples, rowLength, group);
      const { shape, inputIds, positionIds, segmentIds, tokenCount } = packed;
      const own = group.flat();
      const types = hasTypes ? { tokenTypeIds: hostTensor(typesOf(examples, rowLength, group), shape) } : {};
      const labels = labelsOf(examples, own, places(own.length), model);
      yield {
        feed: {
          inputIds: hostTensor(inputIds, shape),
          positionIds: hostTensor(positionIds, shape),
          segmentIds: hostTensor(segmentIds, shape),
          ...types,
          logitsAt: hostTensor(tokensOf(examples, rowLength, group, model), [places(own.length)]),
          ...labels.feed,
        },
        weight: labels.count,
        tokens: tokenCount,
        examples: own,
      };
    }
  },

  evaluate: ({ labels, counts, ...inputs }, model) => {
    const { logits } = model.forward(inputs as unknown as SequenceClassifierInputs);
    const losses = model.loss(logits, labels!, { reduction: "none" });
    return { logits, lossSum: sum(mul(losses, counts!)) };
  },

  // The classes of transformers 5 average over each micro-batch, whatever number of labels they are told.
  addsMeans: true,

  predictions: (examples, launches, model) => {
    const { numLabels } = model.config;
    const predictions = new Float32Array(examples.length * numLabels);
    for (const { examples: own, logits } of launches)
      for (const [at, i] of own.entries())
        predictions.set(
          (logits.data as Float32Array).subarray(at * numLabels, (at + 1) * numLabels),
          i * numLabels,
        );
    const all = examples.map((_, i) => i);
    return {
      predictions: hostTensor(predictions, [examples.length, numLabels]),
      labelIds: labelsOf(examples, all, examples.length, model).feed.labels!,
    };
  },
};

const labelOf = (value: unknown, fail: (sentence: string) => never): number | number[] => {
  const allowed = "give a number, or a number for each logit";
  if (value === undefined || value === null) return fail(`has no labels; ${allowed}`);
  const list = numbersOf(value);
  // Columns of 64-bit integers may hold them as bigints.
  const numbers = Array.from(list ?? [value], (one: unknown) =>
    typeof one === "bigint" ? Number(one) : one,
  );
  const wrong = numbers.find((one) => typeof one !== "number" || !Number.isFinite(one));
  if (wrong !== undefined) return fail(`has the label ${shown(wrong)}; ${allowed}`);
  return (list === undefined ? numbers[0] : numbers) as number | number[];
};

/** As Python's model guesses from the first labels that it sees. */
const problemOf = (examples: readonly LabelledExample[], model: Classifier): ProblemType =>
  model.problemTypeOf({ areIntegers: examples.every(({ label }) => Number.isInteger(label)) });

/** What a label must be, or null where it is. */
const allowedFor = (
  problem: ProblemType,
  numLabels: number,
  label: LabelledExample["label"],
): string | null => {
  const count = typeof label === "number" ? 1 : label.length;
  if (problem === "single_label_classification") {
    const isClass = typeof label === "number" && Number.isInteger(label) && label < numLabels;
    return isClass && (label >= 0 || label === ignoredLabel)
      ? null
      : `a class from 0 to ${numLabels - 1}, or ${ignoredLabel} for none`;
  }
  return count === numLabels ? null : `${numLabels} ${numLabels === 1 ? "number" : "numbers"}`;
};

/** Room for the examples of a launch: powers of 2, so that few plans are compiled. */
const places = (count: number): number => 2 ** Math.ceil(Math.log2(count));

/** Labels of examples, those behind the last counting for nothing. */
const labelsOf = (
  examples: readonly LabelledExample[],
  own: readonly number[],
  room: number,
  model: Classifier,
): { readonly feed: Feed<HostTensor>; readonly count: number } => {
  const { numLabels } = model.config;
  const counts = new Float32Array(room);
  const feed = (labels: HostTensor) => ({
    feed: { labels, counts: hostTensor(counts, [room]) },
    count: counts.reduce((total, one) => total + one, 0),
  });
  if (problemOf(examples, model) === "single_label_classification") {
    const labels = new Int32Array(room).fill(ignoredLabel);
    for (const [at, i] of own.entries()) {
      labels[at] = examples[i]!.label as number;
      counts[at] = labels[at] === ignoredLabel ? 0 : 1;
    }
    return feed(hostTensor(labels, [room]));
  }
  const labels = new Float32Array(room * numLabels);
  for (const [at, i] of own.entries()) {
    labels.set([examples[i]!.label].flat(), at * numLabels);
    counts[at] = 1;
  }
  return feed(hostTensor(labels, numLabels === 1 ? [room] : [room, numLabels]));
};

/** Calls `visit` with the place where each example of these rows begins. */
const forExamples = (
  examples: readonly LabelledExample[],
  rowLength: number,
  rows: readonly (readonly number[])[],
  visit: (example: LabelledExample, start: number) => void,
): void => {
  for (const [row, own] of rows.entries()) {
    let start = row * rowLength;
    for (const i of own) {
      visit(examples[i]!, start);
      start += examples[i]!.inputIds.length;
    }
  }
};

const typesOf = (
  examples: readonly LabelledExample[],
  rowLength: number,
  rows: readonly (readonly number[])[],
): Int32Array => {
  const types = new Int32Array(rows.length * rowLength);
  forExamples(examples, rowLength, rows, ({ tokenTypeIds }, start) => {
    if (tokenTypeIds !== null) types.set(Array.from(tokenTypeIds), start);
  });
  return types;
};

/** The place of the token that stands for each example. */
const tokensOf = (
  examples: readonly LabelledExample[],
  rowLength: number,
  rows: readonly (readonly number[])[],
  { labelledToken, config: { padTokenId } }: Classifier,
): Int32Array => {
  const found: number[] = [];
  forExamples(examples, rowLength, rows, ({ inputIds }, start) => {
    // As in Python, padding that an example ends with does not stand for it.
    const last = Array.from(inputIds).findLastIndex((id) => id !== padTokenId);
    found.push(labelledToken === "first" ? start : start + Math.max(0, last));
  });
  const at = new Int32Array(places(found.length));
  at.set(found);
  return at;
};
