import {
  type Compiled,
  compile,
  gradients,
  type HostTensor,
  type Parameter,
  structureOf,
  type Tensor,
} from "@waveft/autograd";
import { TrainerError } from "./errors";
import type { Example, Feed, Launch, LaunchSizes, Objective, Predictions } from "./objectives/objective";
import type { TrainableModel } from "./trainable-model";

/** What was computed of some examples, as sums: those of launches, batches and ranks add up. */
export interface BatchSums {
  readonly lossSum: number;
  /** What `lossSum` is divided by for a mean: labels, or examples. */
  readonly weight: number;
  /** Without padding. */
  readonly tokens: number;
}

const nothing: BatchSums = { lossSum: 0, weight: 0, tokens: 0 };

const sumOf = (a: BatchSums, b: BatchSums): BatchSums => ({
  lossSum: a.lossSum + b.lossSum,
  weight: a.weight + b.weight,
  tokens: a.tokens + b.tokens,
});

/** A mean loss and its gradient, one array for each parameter. */
export interface UpdateLoss {
  readonly loss: number;
  readonly tokens: number;
  readonly gradients: readonly Float32Array[];
}

type Run<R> = Compiled<[feed: Feed<Tensor>], R>;

/** Runs an objective's launches on the engine, and adds up what they give. */
export class BatchLoss {
  readonly #model: TrainableModel;
  readonly #objective: Objective;
  readonly #sizes: LaunchSizes;
  readonly #evaluate: Run<{ lossSum: Tensor }>;
  readonly #predict: Run<{ lossSum: Tensor; logits: Tensor }>;
  readonly #backward: Run<{ lossSum: Tensor; gradients: Tensor[] }>;
  #parameters: readonly Parameter[] = [];
  /** Of the model, when the parameters were last found in it. */
  #structure: string | null = null;

  /** @param longest tokens of the longest example that will come */
  constructor(model: TrainableModel, objective: Objective, longest: number, maxTokensPerLaunch: number) {
    this.#model = model;
    this.#objective = objective;
    const rowLength = Math.ceil(longest / 8) * 8;
    const maxRows = 2 ** Math.max(0, Math.floor(Math.log2(maxTokensPerLaunch / rowLength)));
    this.#sizes = { rowLength, maxRows };
    this.collect();
    const options = {
      ...(model.device === undefined ? {} : { device: model.device }),
      key: () => this.#parameters.map(({ id }) => id).join(),
      cacheSize: 12,
    };
    const outputs = (feed: Feed<Tensor>) => objective.evaluate(feed, model);
    this.#evaluate = compile((feed: Feed<Tensor>) => ({ lossSum: outputs(feed).lossSum }), options);
    this.#predict = compile((feed: Feed<Tensor>) => outputs(feed), options);
    this.#backward = compile((feed: Feed<Tensor>) => {
      const { lossSum } = outputs(feed);
      return { lossSum, gradients: gradients(lossSum, this.#parameters) };
    }, options);
  }

  /** What `train` gives gradients of. */
  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Takes the parameters that are trainable now: adapters may have been set since the last time. */
  collect(): void {
    this.#structure = null;
    this.#parameters = this.#model.parameters().filter(({ requiresGrad }) => requiresGrad);
  }

  /** An adapter that is deleted, replaced or frozen on the way would be trained on, and nobody would see it. */
  #checkTrained(): void {
    const structure = structureOf(this.#model);
    if (structure === this.#structure) return;
    this.#structure = structure;
    const own = new Set(this.#model.parameters());
    const gone = this.#parameters.filter((parameter) => !own.has(parameter) || !parameter.requiresGrad);
    if (gone.length > 0)
      throw new TrainerError(
        `trainer: ${gone.length} of ${this.#parameters.length} trained parameters are no longer the model's, or frozen: an adapter was changed while it is trained; leave it, or train anew`,
      );
  }

  /** The sums of a batch in eval mode. */
  async evaluate(examples: readonly Example[]): Promise<BatchSums> {
    this.#model.eval();
    let sums = nothing;
    for (const launch of this.#launches(examples))
      sums = sumOf(sums, sumsOf(launch, (await this.#evaluate(launch.feed)).lossSum));
    return sums;
  }

  /** The sums of each batch in eval mode, and what is predicted of all examples in them. */
  async predict(
    batches: readonly (readonly Example[])[],
  ): Promise<Predictions & { readonly sums: readonly BatchSums[] }> {
    this.#model.eval();
    const sums: BatchSums[] = [];
    const found: { examples: readonly number[]; feed: Feed<HostTensor>; logits: HostTensor }[] = [];
    let first = 0;
    for (const batch of batches) {
      let own = nothing;
      for (const launch of this.#launches(batch)) {
        // Logits of every place.
        const { logitsAt: _, ...whole } = launch.feed;
        const feed = this.#objective.wantsAllLogits ? whole : launch.feed;
        const { logits, lossSum } = await this.#predict(feed);
        own = sumOf(own, sumsOf(launch, lossSum));
        const offset = first;
        found.push({ examples: launch.examples.map((i) => offset + i), feed, logits });
      }
      sums.push(own);
      first += batch.length;
    }
    return { ...this.#objective.predictions(batches.flat(), found, this.#model), sums };
  }

  /**
   * The loss of an update in train mode, with its gradient in every trainable parameter.
   *
   * @param microBatches the batches of the update
   * @param seed decides the dropout masks
   */
  async train(microBatches: readonly (readonly Example[])[], seed: number): Promise<UpdateLoss> {
    const model = this.#model;
    model.train();
    this.#checkTrained();
    const groups = this.#objective.addsMeans === true ? microBatches : [microBatches.flat()];
    const total = this.#parameters.map(({ data }) => new Float32Array(data.length));
    let [loss, tokens, launchSeed] = [0, 0, Math.imul(seed, 7919)];
    for (const group of groups) {
      let sums = nothing;
      const gradientSums = groups.length === 1 ? total : total.map(({ length }) => new Float32Array(length));
      for (const launch of this.#launches(group)) {
        model.dropoutSeed?.set(launchSeed++);
        const { lossSum, gradients } = await this.#backward(launch.feed);
        sums = sumOf(sums, sumsOf(launch, lossSum));
        for (const [p, { data }] of gradients.entries()) addTo(gradientSums[p]!, data as Float32Array);
      }
      // The one division: sums become means here. What has no label has no loss.
      const share = sums.weight === 0 ? 0 : 1 / sums.weight;
      loss += sums.lossSum * share;
      tokens += sums.tokens;
      for (const [p, sum] of gradientSums.entries()) scaleInto(total[p]!, sum, share);
    }
    return { loss, tokens, gradients: total };
  }

  /** Releases the compiled plans. */
  async dispose(): Promise<void> {
    await Promise.all([this.#evaluate, this.#predict, this.#backward].map((run) => run.dispose()));
  }

  #launches(examples: readonly Example[]): Iterable<Launch> {
    return this.#objective.launches(examples, this.#sizes, this.#model);
  }
}

const sumsOf = ({ weight, tokens }: Launch, lossSum: HostTensor): BatchSums => ({
  lossSum: lossSum.data[0]!,
  weight,
  tokens,
});

const addTo = (total: Float32Array, addend: Float32Array): void => {
  for (let i = 0; i < total.length; i++) total[i]! += addend[i]!;
};

/** total += share · sum; where both are one array, it is scaled. */
const scaleInto = (total: Float32Array, sum: Float32Array, share: number): void => {
  if (total === sum) for (let i = 0; i < total.length; i++) total[i]! *= share;
  else for (let i = 0; i < total.length; i++) total[i]! += share * sum[i]!;
};
