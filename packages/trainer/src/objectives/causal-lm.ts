import { crossEntropy, type HostTensor, hostTensor, sum, type Tensor } from "@waveft/autograd";
import type { CausalLMInputs } from "@waveft/transformers";
import { collatePacked, ignoredLabel, packSequences, type TokenizedExample } from "../data";
import { TrainerError } from "../errors";
import type { TrainableModel } from "../trainable-model";
import type { Feed, Launch, LaunchSizes, Objective } from "./objective";
import { checkIds, groupsOfRows, inputIdsOf, numbersOf, readRows } from "./rows";

/** A causal language model. */
export interface LanguageModel extends TrainableModel {
  forward(inputs: CausalLMInputs): { readonly logits: Tensor };
}

/**
 * The next token: −ln p of each label, over batches of examples that are packed into rows without padding. The loss of
 * an update is the mean over all its labels.
 */
export const causalLM: Objective<LanguageModel, TokenizedExample> = {
  name: "causal language modelling",
  wantsAllLogits: true,
  accepts: (model): model is LanguageModel => !("loss" in model),

  read: (name, rows, { config: { vocabSize } }) => {
    const examples = readRows(name, rows, (row, fail): TokenizedExample => {
      const inputIds = inputIdsOf(row, fail, vocabSize);
      const labels = numbersOf(row.labels);
      if (labels !== undefined && labels.length !== inputIds.length)
        return fail(`has ${inputIds.length} inputIds and ${labels.length} labels; give as many`);
      if (labels !== undefined) checkIds("labels", labels, vocabSize, fail, ignoredLabel);
      return { inputIds, labels };
    });
    if (!examples.some(hasLabel))
      throw new TrainerError(
        `trainer: no example of the ${name} has a token to predict; give examples of two tokens or more, not all labels ${ignoredLabel}`,
      );
    return examples;
  },

  *launches(examples, { rowLength, maxRows }: LaunchSizes): Generator<Launch> {
    const rows = packSequences(
      examples.map(({ inputIds }) => inputIds.length),
      rowLength,
    );
    for (const group of groupsOfRows(rows, maxRows)) {
      const { shape, inputIds, positionIds, segmentIds, labels, labelCount, tokenCount } = collatePacked(
        examples,
        rowLength,
        group,
      );
      const inputs = {
        inputIds: hostTensor(inputIds, shape),
        positionIds: hostTensor(positionIds, shape),
        segmentIds: hostTensor(segmentIds, shape),
      };
      yield {
        feed: { ...inputs, ...labelled(labels, labelCount) },
        weight: labelCount,
        tokens: tokenCount,
        examples: group.flat(),
      };
    }
  },

  evaluate: ({ labels, ...inputs }, model) => {
    const { logits } = model.forward(inputs as unknown as CausalLMInputs);
    return { logits, lossSum: sum(crossEntropy(logits, labels!, ignoredLabel)) };
  },

  predictions: (examples, launches) => {
    const length = Math.max(...examples.map(({ inputIds }) => inputIds.length));
    const width = launches[0]?.logits.shape[1] ?? 0;
    const predictions = new Float32Array(examples.length * length * width).fill(ignoredLabel);
    const labelIds = new Int32Array(examples.length * length).fill(ignoredLabel);
    for (const [i, { inputIds, labels = inputIds }] of examples.entries())
      labelIds.set(Array.from(labels), i * length);
    for (const { examples: own, feed, logits } of launches)
      for (const [i, places] of placesOf(own, examples, feed)) {
        const part = (logits.data as Float32Array).subarray(
          places.start * width,
          (places.start + places.count) * width,
        );
        predictions.set(part, i * length * width);
      }
    return {
      predictions: hostTensor(predictions, [examples.length, length, width]),
      labelIds: hostTensor(labelIds, [examples.length, length]),
    };
  },
};

/** The first token of an example is never predicted. */
const hasLabel = ({ inputIds, labels = inputIds }: TokenizedExample): boolean =>
  Array.from(labels).some((label, t) => t > 0 && label !== ignoredLabel);

/** Where less than half of the places have a label, logits are computed for that half only. */
const labelled = (labels: Int32Array, labelCount: number): Feed<HostTensor> => {
  const half = labels.length / 2;
  if (labelCount > half || !Number.isInteger(half)) return { labels: hostTensor(labels, [labels.length]) };
  const places = Int32Array.from(labels.keys()).filter((place) => labels[place] !== ignoredLabel);
  const logitsAt = new Int32Array(half);
  logitsAt.set(places);
  const picked = new Int32Array(half).fill(ignoredLabel);
  places.forEach((place, i) => {
    picked[i] = labels[place]!;
  });
  return { labels: hostTensor(picked, [half]), logitsAt: hostTensor(logitsAt, [half]) };
};

/** Where the examples of a launch lie in it: they fill their rows from the left, in their order. */
function* placesOf(
  own: readonly number[],
  examples: readonly TokenizedExample[],
  { segmentIds }: Feed<HostTensor>,
): Generator<[example: number, places: { start: number; count: number }]> {
  const [rows, rowLength] = segmentIds!.shape as [number, number];
  const segments = segmentIds!.data;
  let next = 0;
  for (let row = 0; row < rows; row++)
    for (let start = row * rowLength; start < (row + 1) * rowLength && segments[start] !== 0; ) {
      const example = own[next++]!;
      const count = examples[example]!.inputIds.length;
      yield [example, { start, count }];
      start += count;
    }
}
