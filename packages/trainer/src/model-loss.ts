import {
  type Compiled,
  compile,
  crossEntropy,
  type Device,
  type DropoutSeed,
  gradients,
  hostTensor,
  type Module,
  mul,
  type Parameter,
  structureOf,
  sum,
  type Tensor,
} from "@waveft/autograd";
import type { CausalLMInputs } from "@waveft/transformers";
import { collatePacked, ignoredLabel, type PackedRows, packSequences, type TokenizedExample } from "./data";

/** What a trainer needs of a model: a `PreTrainedModel` or a `PeftModel`. */
export interface TrainableModel extends Module {
  readonly device?: Device;
  readonly dropoutSeed?: DropoutSeed;
  readonly config: { readonly maxPositionEmbeddings?: number; readonly modelType?: string };
  forward(inputs: CausalLMInputs): { readonly logits: Tensor };
  savePretrained(folder: string): Promise<void>;
}

type Batch = CausalLMInputs & {
  /** Label of each logit row, int32 [m]. */
  readonly labels: Tensor;
  /** Multiplies the sum of the losses. */
  readonly scale: Tensor;
};
type Run<R> = Compiled<[batch: Batch], R>;

export interface BatchLoss {
  /** Σ of −ln p over all labels. */
  readonly lossSum: number;
  readonly labelCount: number;
  /** Tokens without padding. */
  readonly tokenCount: number;
}

/**
 * The language-modelling loss of a model over batches of examples, packed into rows without padding. A batch is
 * cut into launches of a few fixed sizes, so that few plans are compiled; gradients are added up on the host.
 */
export class ModelLoss {
  #parameters: readonly Parameter[] = [];
  readonly #rowLength: number;
  readonly #maxRows: number;
  readonly #model: TrainableModel;
  readonly #forward: Run<{ loss: Tensor }>;
  readonly #backward: Run<{ loss: Tensor; gradients: Tensor[] }>;

  /** @param longest tokens of the longest example that will come */
  constructor(model: TrainableModel, longest: number, maxTokensPerLaunch: number) {
    this.#model = model;
    this.#rowLength = Math.ceil(longest / 8) * 8;
    this.#maxRows = 2 ** Math.max(0, Math.floor(Math.log2(maxTokensPerLaunch / this.#rowLength)));
    this.collect();
    const options = {
      ...(model.device === undefined ? {} : { device: model.device }),
      key: () => `${structureOf(model)} ${this.#parameters.map(({ id }) => id)}`,
      cacheSize: 12,
    };
    const lossOf = ({ labels, scale, ...inputs }: Batch): Tensor =>
      mul(sum(crossEntropy(model.forward(inputs).logits, labels, ignoredLabel)), scale);
    this.#forward = compile((batch: Batch) => ({ loss: lossOf(batch) }), options);
    this.#backward = compile((batch: Batch) => {
      const loss = lossOf(batch);
      return { loss, gradients: gradients(loss, this.#parameters) };
    }, options);
  }

  /** What `train` gives gradients of. */
  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Takes the parameters that are trainable now: adapters may have been set since the last time. */
  collect(): void {
    this.#parameters = this.#model.parameters().filter(({ requiresGrad }) => requiresGrad);
  }

  /** The loss of a batch in eval mode. */
  async evaluate(examples: readonly TokenizedExample[]): Promise<BatchLoss> {
    this.#model.eval();
    let lossSum = 0;
    const rows = this.#pack(examples);
    for (const launch of launches(rows, this.#rowLength, this.#maxRows, examples))
      lossSum += (await this.#forward(feed(launch, 1))).loss.data[0]!;
    return { lossSum, ...countsOf(examples) };
  }

  /**
   * The loss of a batch in train mode, and the gradient of its mean over all labels in every trainable
   * parameter. `seed` decides the dropout masks.
   */
  async train(
    examples: readonly TokenizedExample[],
    seed: number,
  ): Promise<BatchLoss & { readonly gradients: Float32Array[] }> {
    this.#model.train();
    const counts = countsOf(examples);
    const scale = counts.labelCount === 0 ? 0 : 1 / counts.labelCount;
    const total = this.parameters.map(({ data }) => new Float32Array(data.length));
    let mean = 0;
    let launchSeed = Math.imul(seed, 7919);
    for (const launch of launches(this.#pack(examples), this.#rowLength, this.#maxRows, examples)) {
      this.#model.dropoutSeed?.set(launchSeed++);
      const { loss, gradients } = await this.#backward(feed(launch, scale));
      mean += loss.data[0]!;
      for (const [p, { data }] of gradients.entries()) addTo(total[p]!, data as Float32Array);
    }
    return { lossSum: mean * counts.labelCount, ...counts, gradients: total };
  }

  /** Releases the compiled plans. */
  async dispose(): Promise<void> {
    await Promise.all([this.#forward.dispose(), this.#backward.dispose()]);
  }

  #pack(examples: readonly TokenizedExample[]): number[][] {
    return packSequences(
      examples.map(({ inputIds }) => inputIds.length),
      this.#rowLength,
    );
  }
}

/** Rows in groups of 2ᵏ, the largest first: 7 rows are 4 + 2 + 1. */
function* launches(
  rows: readonly (readonly number[])[],
  rowLength: number,
  maxRows: number,
  examples: readonly TokenizedExample[],
): Generator<PackedRows> {
  let start = 0;
  for (let size = maxRows; size >= 1; size /= 2)
    while (rows.length - start >= size) {
      yield collatePacked(examples, rowLength, rows.slice(start, start + size));
      start += size;
    }
}

const feed = (rows: PackedRows, scale: number) => {
  const { shape, inputIds, positionIds, segmentIds, labels, labelCount } = rows;
  const places = labels.length;
  const inputs = {
    inputIds: hostTensor(inputIds, shape),
    positionIds: hostTensor(positionIds, shape),
    segmentIds: hostTensor(segmentIds, shape),
    scale: hostTensor([scale], []),
  };
  // Where less than half of the places have a label, logits are computed for that half only.
  const half = places / 2;
  if (labelCount > half || !Number.isInteger(half))
    return { ...inputs, labels: hostTensor(labels, [places]) };
  const labelled = Int32Array.from(labels.keys()).filter((place) => labels[place] !== ignoredLabel);
  const logitsAt = new Int32Array(half);
  logitsAt.set(labelled);
  const picked = new Int32Array(half).fill(ignoredLabel);
  labelled.forEach((place, i) => {
    picked[i] = labels[place]!;
  });
  return { ...inputs, labels: hostTensor(picked, [half]), logitsAt: hostTensor(logitsAt, [half]) };
};

const countsOf = (examples: readonly TokenizedExample[]): { labelCount: number; tokenCount: number } => ({
  labelCount: labelCountOf(examples),
  tokenCount: examples.reduce((total, { inputIds }) => total + inputIds.length, 0),
});

/** Labels that are predicted: the first token of an example never is. */
export const labelCountOf = (examples: readonly TokenizedExample[]): number => {
  let count = 0;
  for (const { inputIds, labels = inputIds } of examples)
    for (let t = 1; t < labels.length; t++) if (labels[t] !== ignoredLabel) count++;
  return count;
};

const addTo = (total: Float32Array, addend: Float32Array): void => {
  for (let i = 0; i < total.length; i++) total[i]! += addend[i]!;
};
