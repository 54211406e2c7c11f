import type { Parameter } from "@waveft/autograd";
import { writeFolderAtomic } from "@waveft/safetensors";
import { BatchLoss, type BatchSums } from "./batch-loss";
import type { StepReport, TrainerCallback } from "./callbacks";
import { checkpointFolder, prepareFolder, rotateCheckpoints, writeText } from "./checkpoints";
import { TrainerError } from "./errors";
import { lockFolder } from "./folder-lock";
import { objectiveOf } from "./objectives";
import type { Example, Objective, Predictions, RowSource } from "./objectives/objective";
import { Run } from "./run";
import type { RunState } from "./run-state";
import { batchesOf, epochOrder } from "./sampler";
import type { TrainableModel } from "./trainable-model";
import { type LogRecord, newState, stateJson, type TrainerState } from "./trainer-state";
import { bestMetricOf, evalEvery, TrainingArguments, type TrainingFields } from "./training-arguments";
import type { TrainingControl } from "./training-control";

/** Metrics of an evaluation, by their names without `eval_`: numbers that `computeMetrics` makes of predictions. */
export type ComputeMetrics = (predictions: Predictions) => LogRecord;

export interface TrainerOptions {
  model: TrainableModel;
  args?: TrainingFields;
  /** Rows with `inputIds`, and for language models perhaps `labels`, for classifiers `labels` and perhaps `tokenTypeIds`. */
  trainDataset: RowSource;
  evalDataset?: RowSource | null;
  computeMetrics?: ComputeMetrics;
  callbacks?: readonly TrainerCallback[];
  /** Hears of what is unusual but no error (default: the console). */
  onWarning?: (message: string) => void;
  /** What is trained (default: the first that the model is for: see `objectives`). */
  objective?: Objective;
}

export interface TrainOptions {
  /** Ends the run before its next update; the weights stay as they are then. */
  signal?: AbortSignal;
  /** Continues a run, whose weights the model has: see `Trainer.runState`. */
  state?: RunState;
}

export interface TrainOutput {
  readonly globalStep: number;
  /** Mean of the losses of all updates. */
  readonly trainingLoss: number;
  readonly metrics: LogRecord;
  /** What ended the run before its last update; null where nothing did. */
  readonly stoppedBy: "signal" | "callback" | null;
}

export interface PredictionOutput extends Predictions {
  readonly metrics: LogRecord;
}

/** The examples of an update. */
interface NextUpdate {
  readonly microBatches: Example[][];
  /** How far the epochs are after it. */
  readonly epoch: number;
  readonly endsEpoch: boolean;
}

/** Models that a run trains: two would undo each other's updates. */
const inTraining = new WeakSet<TrainableModel>();

/**
 * The training loop of transformers' Trainer: AdamW, a learning-rate schedule, clipping, evaluation, logs and
 * checkpoints, with the same numbers.
 */
export class Trainer {
  readonly model: TrainableModel;
  readonly args: TrainingFields;
  readonly state: TrainerState = newState();
  protected readonly trainExamples: readonly Example[];
  protected readonly evalExamples: readonly Example[] | null;
  readonly #objective: Objective;
  readonly #callbacks: readonly TrainerCallback[];
  readonly #computeMetrics: ComputeMetrics | null;
  readonly #loss: BatchLoss;
  readonly #control: TrainingControl = newControl();
  /** Parameters outside embeddings: transformers estimates 6 operations a token for each. */
  readonly #countedParameters: number;
  #run: Run | null = null;

  constructor({
    model,
    args = new TrainingArguments(),
    trainDataset,
    evalDataset = null,
    computeMetrics,
    callbacks = [],
    onWarning = (message) => console.warn(`trainer: ${message}`),
    objective = objectiveOf(model),
  }: TrainerOptions) {
    this.model = model;
    this.args = args;
    this.#objective = objective;
    this.#computeMetrics = computeMetrics ?? null;
    this.#callbacks = callbacks;
    this.trainExamples = objective.read("trainDataset", trainDataset, model);
    this.evalExamples = evalDataset === null ? null : objective.read("evalDataset", evalDataset, model);
    if (args.evalStrategy !== "no" && this.evalExamples === null)
      throw new TrainerError(
        `trainer: evalStrategy is "${args.evalStrategy}", but there is no evalDataset; give one`,
      );
    const longest = longestOf([...this.trainExamples, ...(this.evalExamples ?? [])]);
    checkLength(longest, model);
    if (args.gradientCheckpointing) enableCheckpointing(model);
    this.#countedParameters = parametersOutsideEmbeddings(model);
    this.#loss = new BatchLoss(model, objective, longest, args.maxTokensPerLaunch);
    const { maxSteps } = this;
    if (args.warmupSteps > maxSteps)
      onWarning(
        `warmupSteps is ${args.warmupSteps}, but the run has ${maxSteps} updates: the learning rate ends at ${Math.round((100 * (maxSteps - 1)) / args.warmupSteps)} % of learningRate`,
      );
  }

  /** Updates in all. */
  get maxSteps(): number {
    const { maxSteps, numTrainEpochs } = this.args;
    return maxSteps > 0 ? maxSteps : Math.ceil(numTrainEpochs * this.#updatesPerEpoch);
  }

  get #updatesPerEpoch(): number {
    const batches = Math.ceil(this.trainExamples.length / this.args.perDeviceTrainBatchSize);
    return Math.ceil(batches / this.args.gradientAccumulationSteps);
  }

  /** A copy of all that decides the next update of the run, besides the model's weights; null before the first run. */
  runState(): RunState | null {
    return this.#run?.state() ?? null;
  }

  /**
   * Trains what is trainable now from the first update to the last, or on from a state, and leaves the model in eval
   * mode, also when it fails.
   *
   * @throws TrainerError when nothing is trainable, while another run trains the model, for what is no state of such a run, and before an update whose loss or gradient is not finite
   */
  async train({ signal, state }: TrainOptions = {}): Promise<TrainOutput> {
    if (inTraining.has(this.model))
      throw new TrainerError("trainer: this model is in training already; await that run before the next");
    const run = this.#newRun();
    if (state !== undefined) run.load(state);
    this.#run = run;
    inTraining.add(this.model);
    let unlock: (() => Promise<void>) | null = null;
    try {
      if (this.args.saveStrategy !== "no") {
        await prepareFolder(this.args.outputDir);
        unlock = await lockFolder(this.args.outputDir);
      }
      return await this.#train(run, signal);
    } finally {
      await unlock?.();
      inTraining.delete(this.model);
      this.model.eval();
    }
  }

  async #train(run: Run, signal: AbortSignal | undefined): Promise<TrainOutput> {
    const { args, state, maxSteps } = this;
    const control = Object.assign(this.#control, newControl());
    const started = performance.now();
    await this.#tell((callback) => callback.onTrainBegin?.(state, maxSteps, control));
    let stoppedBy: TrainOutput["stoppedBy"] = null;
    for (const next of this.#updates(run)) {
      if (signal?.aborted === true) stoppedBy = "signal";
      else if (control.shouldTrainingStop) stoppedBy = "callback";
      if (stoppedBy !== null) break;
      Object.assign(control, newControl());
      const report = await this.#update(next, run);
      await this.#tell((callback) => callback.onStepEnd?.(report, state, control));
      const ends = next.endsEpoch || control.shouldEpochStop;
      if (control.shouldLog || state.globalStep % args.loggingSteps === 0) await this.#logWindow(run);
      if (control.shouldEvaluate || this.#isDue(args.evalStrategy, evalEvery(args), ends))
        await this.#evaluateAndRank();
      if (control.shouldSave || this.#isDue(args.saveStrategy, args.saveSteps, ends)) await this.#save(run);
    }
    // Who stopped it by a signal wants to go on from here.
    if (stoppedBy !== "signal") run.restoreBest();
    const metrics = this.#runMetrics(started, run.trainingLoss);
    await this.#log(metrics);
    if (args.saveStrategy !== "no") await this.saveState();
    this.model.eval();
    await this.#tell((callback) => callback.onTrainEnd?.(state, control));
    return { globalStep: state.globalStep, trainingLoss: metrics.train_loss!, metrics, stoppedBy };
  }

  /**
   * The evaluation loss: the mean over batches of the mean over a batch, each batch weighted by its rows; a batch
   * without labels counts for nothing. With it what `computeMetrics` makes of the predictions. They are logged.
   */
  async evaluate(): Promise<LogRecord> {
    const metrics = await this.measure();
    await this.#log(metrics);
    await this.#tell((callback) => callback.onEvaluate?.(metrics, this.state, this.#control));
    return metrics;
  }

  /** Like `evaluate`, but logged nowhere. */
  async measure(): Promise<LogRecord> {
    if (this.evalExamples === null) throw new TrainerError("trainer: no evalDataset; give one to evaluate");
    const batches = batchesOf(this.evalExamples, this.args.perDeviceEvalBatchSize);
    return (await this.#measure(batches, "eval", this.#computeMetrics !== null)).metrics;
  }

  /** What the model predicts of rows, their labels, and metrics of both: `test_loss` and so on. */
  async predict(dataset: RowSource, metricKeyPrefix = "test"): Promise<PredictionOutput> {
    const examples = this.#objective.read("dataset", dataset, this.model);
    const known = longestOf([...this.trainExamples, ...(this.evalExamples ?? [])]);
    const longest = longestOf(examples);
    checkLength(longest, this.model);
    const batches = batchesOf(examples, this.args.perDeviceEvalBatchSize);
    if (longest <= known) return await this.#measured(batches, metricKeyPrefix);
    // Longer rows than those of training: plans of their own.
    const loss = new BatchLoss(this.model, this.#objective, longest, this.args.maxTokensPerLaunch);
    try {
      return await this.#measured(batches, metricKeyPrefix, loss);
    } finally {
      await loss.dispose();
    }
  }

  /** Saves the model or its adapters. */
  saveModel(folder: string = this.args.outputDir): Promise<void> {
    return this.model.savePretrained(folder);
  }

  /** Writes `trainer_state.json` to the output folder. */
  saveState(): Promise<void> {
    return this.#writeState(this.args.outputDir);
  }

  /** Releases the compiled plans. */
  dispose(): Promise<void> {
    return this.#loss.dispose();
  }

  #newRun(): Run {
    this.#loss.collect();
    const trained = new Set(this.#loss.parameters);
    if (trained.size === 0)
      throw new TrainerError(
        "trainer: no parameter of the model requires a gradient; add an adapter, or unfreeze some",
      );
    const names = new Map(Array.from(this.model.namedParameters(), ([name, parameter]) => [parameter, name]));
    const parameters = new Map<string, Parameter>(
      this.#loss.parameters.map((parameter) => [names.get(parameter)!, parameter]),
    );
    return new Run({ args: this.args, parameters, maxSteps: this.maxSteps }, this.state);
  }

  /** The updates from the run's place on, epoch after epoch, until `maxSteps`. */
  *#updates(run: Run): Generator<NextUpdate> {
    const { perDeviceTrainBatchSize, gradientAccumulationSteps, shuffle, dataSeed, seed } = this.args;
    const count = this.trainExamples.length;
    const perEpoch = Math.ceil(count / perDeviceTrainBatchSize);
    const updatesPerEpoch = this.#updatesPerEpoch;
    while (run.place < this.maxSteps) {
      const epoch = Math.floor(run.place / updatesPerEpoch);
      const first = epoch * updatesPerEpoch;
      const order = epochOrder(count, epoch, shuffle ? (dataSeed ?? seed) : null);
      const updates = batchesOf(batchesOf(order, perDeviceTrainBatchSize), gradientAccumulationSteps);
      while (run.place < Math.min(this.maxSteps, first + updates.length)) {
        const u = run.place - first;
        const batchesDone = Math.min(perEpoch, (u + 1) * gradientAccumulationSteps);
        yield {
          microBatches: updates[u]!.map((indices) => indices.map((index) => this.trainExamples[index]!)),
          epoch: epoch + batchesDone / perEpoch,
          endsEpoch: u === updates.length - 1,
        };
        if (this.#control.shouldEpochStop) run.place = first + updates.length;
      }
    }
  }

  async #update({ microBatches, epoch }: NextUpdate, run: Run): Promise<StepReport> {
    const started = performance.now();
    const computed = await this.#loss.train(microBatches, run.seed);
    const report = run.update(computed, started);
    this.state.epoch = epoch;
    this.state.totalFlos += 6 * computed.tokens * this.#countedParameters;
    return report;
  }

  async #measured(
    batches: readonly (readonly Example[])[],
    prefix: string,
    loss = this.#loss,
  ): Promise<PredictionOutput> {
    const { metrics, predicted } = await this.#measure(batches, prefix, true, loss);
    return { ...predicted!, metrics };
  }

  async #measure(
    batches: readonly (readonly Example[])[],
    prefix: string,
    withPredictions: boolean,
    loss = this.#loss,
  ): Promise<{ metrics: LogRecord; predicted: Predictions | null }> {
    const started = performance.now();
    const { sums, predicted } = withPredictions
      ? await predictedBy(loss, batches)
      : { sums: await evaluatedBy(loss, batches), predicted: null };
    let [total, rows] = [0, 0];
    for (const [i, { lossSum, weight }] of sums.entries()) {
      if (weight === 0) continue;
      total += (lossSum / weight) * batches[i]!.length;
      rows += batches[i]!.length;
    }
    const computed = predicted === null ? {} : checkedMetrics(this.#computeMetrics?.(predicted));
    const seconds = (performance.now() - started) / 1000;
    const count = batches.reduce((all, { length }) => all + length, 0);
    const values = {
      loss: total / rows,
      ...computed,
      runtime: seconds,
      samples_per_second: count / seconds,
      steps_per_second: batches.length / seconds,
    };
    return { metrics: prefixed(prefix, values), predicted };
  }

  #isDue(strategy: TrainingFields["evalStrategy"], every: number, endsEpoch: boolean): boolean {
    const { globalStep } = this.state;
    // The last update counts too, whatever the strategy.
    const isLast = globalStep === this.maxSteps || this.#control.shouldTrainingStop;
    return strategy === "steps"
      ? isLast || globalStep % every === 0
      : strategy === "epoch" && (isLast || endsEpoch);
  }

  async #evaluateAndRank(): Promise<void> {
    const { state, args } = this;
    const metrics = await this.evaluate();
    if (!args.loadBestModelAtEnd) return;
    const { name, isGreaterBetter } = bestMetricOf(args);
    const value = metrics[name];
    if (value === undefined)
      throw new TrainerError(
        `trainer: metricForBestModel is "${args.metricForBestModel}", but the evaluation gave ${Object.keys(metrics).join(", ")}`,
      );
    const best = state.bestMetric;
    if (best !== null && !(isGreaterBetter ? value > best : value < best)) return;
    if (Number.isNaN(value)) return;
    state.bestMetric = value;
    state.bestGlobalStep = state.globalStep;
  }

  /** Writes a checkpoint. */
  async #save(run: Run): Promise<void> {
    const { args, state } = this;
    const folder = checkpointFolder(args.outputDir, state.globalStep);
    const isBest = state.bestGlobalStep === state.globalStep;
    if (isBest) state.bestModelCheckpoint = folder;
    await writeFolderAtomic(folder, async (aside) => {
      await this.model.savePretrained(aside);
      await this.#writeState(aside);
    });
    if (args.saveTotalLimit !== null)
      await rotateCheckpoints(args.outputDir, args.saveTotalLimit, [folder, state.bestModelCheckpoint]);
    if (isBest && args.loadBestModelAtEnd) run.keepBest();
    await this.#tell((callback) => callback.onSave?.(folder, state, this.#control));
  }

  #writeState(folder: string): Promise<void> {
    const { args, maxSteps } = this;
    const settings = {
      evalSteps: evalEvery(args),
      loggingSteps: args.loggingSteps,
      maxSteps,
      numTrainEpochs: Math.ceil(maxSteps / this.#updatesPerEpoch),
      saveSteps: args.saveSteps,
      trainBatchSize: args.perDeviceTrainBatchSize,
    };
    return writeText(folder, "trainer_state.json", stateJson(this.state, settings));
  }

  #runMetrics(started: number, trainingLoss: number): LogRecord {
    const seconds = (performance.now() - started) / 1000;
    const { globalStep, totalFlos } = this.state;
    const { maxSteps, gradientAccumulationSteps, perDeviceTrainBatchSize, numTrainEpochs } = this.args;
    const samples =
      maxSteps > 0
        ? maxSteps * perDeviceTrainBatchSize * gradientAccumulationSteps
        : this.trainExamples.length * numTrainEpochs;
    return {
      total_flos: totalFlos,
      train_loss: trainingLoss,
      train_runtime: seconds,
      train_samples_per_second: samples / seconds,
      train_steps_per_second: globalStep / seconds,
    };
  }

  async #logWindow(run: Run): Promise<void> {
    const values = run.window.take();
    if (values !== null) await this.#log(values);
  }

  async #log(values: LogRecord): Promise<void> {
    const record = { ...values, epoch: this.state.epoch, step: this.state.globalStep };
    this.state.logHistory.push(record);
    await this.#tell((callback) => callback.onLog?.(record, this.state, this.#control));
  }

  async #tell(event: (callback: TrainerCallback) => void | Promise<void> | undefined): Promise<void> {
    for (const callback of this.#callbacks) await event(callback);
  }
}

const newControl = (): TrainingControl => ({
  shouldTrainingStop: false,
  shouldEpochStop: false,
  shouldLog: false,
  shouldEvaluate: false,
  shouldSave: false,
});

const evaluatedBy = async (
  loss: BatchLoss,
  batches: readonly (readonly Example[])[],
): Promise<BatchSums[]> => {
  const sums: BatchSums[] = [];
  for (const batch of batches) sums.push(await loss.evaluate(batch));
  return sums;
};

const predictedBy = async (loss: BatchLoss, batches: readonly (readonly Example[])[]) => {
  const { sums, ...predicted } = await loss.predict(batches);
  return { sums, predicted };
};

const checkedMetrics = (metrics: LogRecord = {}): LogRecord => {
  if (typeof metrics !== "object" || metrics === null)
    throw new TrainerError(
      `trainer: computeMetrics gave ${String(metrics)}; give an object of numbers, such as { accuracy: 0.9 }`,
    );
  const wrong = Object.entries(metrics).find(([, value]) => typeof value !== "number");
  if (wrong !== undefined)
    throw new TrainerError(`trainer: computeMetrics gave ${wrong[0]} = ${String(wrong[1])}; give numbers`);
  return metrics;
};

const prefixed = (prefix: string, values: LogRecord): LogRecord =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`,
      value,
    ]),
  );

const longestOf = (examples: readonly Example[]): number =>
  examples.reduce((longest, { inputIds }) => Math.max(longest, inputIds.length), 0);

const checkLength = (
  longest: number,
  { config: { maxPositionEmbeddings: positions } }: TrainableModel,
): void => {
  if (positions !== undefined && longest > positions)
    throw new TrainerError(
      `trainer: an example has ${longest} tokens, the model ${positions} positions; truncate to at most ${positions}`,
    );
};

const enableCheckpointing = (model: TrainableModel): void => {
  if (model.gradientCheckpointingEnable === undefined)
    throw new TrainerError(
      `trainer: gradientCheckpointing is true, but a ${model.kind} has no gradientCheckpointingEnable; leave it out`,
    );
  model.gradientCheckpointingEnable();
};

const parametersOutsideEmbeddings = (model: TrainableModel): number => {
  const embeddings = new Set(
    Array.from(model.namedModules()).flatMap(([, module]) =>
      module.kind === "Embedding" ? module.parameters() : [],
    ),
  );
  return model
    .parameters()
    .reduce((total, parameter) => total + (embeddings.has(parameter) ? 0 : parameter.tensor.size), 0);
};
