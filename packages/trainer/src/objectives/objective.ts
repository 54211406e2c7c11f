import type { HostTensor, Tensor } from "@waveft/autograd";
import type { TrainableModel } from "../trainable-model";

/** Rows of a data set: a `Dataset`, or an array. */
export interface RowSource {
  readonly length: number;
  at(index: number): unknown;
}

/** What every example has: tokens. */
export interface Example {
  readonly inputIds: ArrayLike<number>;
}

/** Sizes of launches: few, so that few plans are compiled. */
export interface LaunchSizes {
  /** Tokens of a row: no example is longer. */
  readonly rowLength: number;
  /** A power of 2. */
  readonly maxRows: number;
}

/** Tensors by name, as a launch feeds them, and as its graph sees them. */
export type Feed<T> = Readonly<Record<string, T>>;

/** One run of the engine, and what it counts for. */
export interface Launch {
  readonly feed: Feed<HostTensor>;
  /** What the sum of its losses is divided by, together with that of other launches: labels, or examples. */
  readonly weight: number;
  /** Without padding. */
  readonly tokens: number;
  /** The examples in it, by their places in the batch, in the order of its predictions. */
  readonly examples: readonly number[];
}

/** Predictions and labels of examples, as `computeMetrics` and `predict` give them. */
export interface Predictions {
  readonly predictions: HostTensor;
  readonly labelIds: HostTensor;
}

/**
 * What a training task is. Losses are sums: those of launches, of batches and of ranks add up, and one place divides.
 *
 * @typeParam M the models that can be trained so
 * @typeParam E a row of the data set, checked
 */
export interface Objective<M extends TrainableModel = TrainableModel, E extends Example = Example> {
  /** For messages. */
  readonly name: string;
  /** Whether a model is for this. */
  accepts(model: TrainableModel): model is M;
  /** The rows of a data set as examples; throws a `TrainerError` that names the data set and the row. */
  read(name: string, rows: RowSource, model: M): E[];
  /** A batch as launches. */
  launches(examples: readonly E[], sizes: LaunchSizes, model: M): Iterable<Launch>;
  /** Whether predictions are of all tokens, with or without a label (default false). */
  readonly wantsAllLogits?: boolean;
  /** Logits of a launch, and the sum of its losses, a scalar. */
  evaluate(feed: Feed<Tensor>, model: M): { readonly logits: Tensor; readonly lossSum: Tensor };
  /**
   * Whether the loss of an update is the sum of the means of its micro-batches, as transformers computes it for some
   * models; else it is one mean over all of them.
   */
  readonly addsMeans?: boolean;
  /**
   * What is predicted of examples.
   *
   * @param logits of the launches of all batches, in their order, with the examples that each holds
   */
  predictions(
    examples: readonly E[],
    logits: readonly {
      readonly examples: readonly number[];
      readonly feed: Feed<HostTensor>;
      readonly logits: HostTensor;
    }[],
    model: M,
  ): Predictions;
}
