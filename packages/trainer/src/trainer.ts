import { AdamW, clipGradNorm, globalNorm, type Schedule } from "@waveft/autograd";
import type { StepReport, TrainerCallback } from "./callbacks";
import { checkpointFolder, prepareFolder, rotateCheckpoints, writeFolder, writeText } from "./checkpoints";
import { ignoredLabel, type TokenizedExample } from "./data";
import { TrainerError } from "./errors";
import { LogWindow } from "./log-window";
import { labelCountOf, ModelLoss, type TrainableModel } from "./model-loss";
import { batchesOf, epochOrder } from "./sampler";
import { type LogRecord, newState, stateJson, type TrainerState } from "./trainer-state";
import { evalEvery, schedules, TrainingArguments, type TrainingFields } from "./training-arguments";

/** Tokenised examples by index: a `Dataset` of such rows, or an array. */
export type ExampleSource =
  | readonly TokenizedExample[]
  | { readonly length: number; at(index: number): unknown };

export interface TrainerOptions {
  model: TrainableModel;
  args?: { readonly fields: TrainingFields };
  /** Rows with `inputIds` and perhaps `labels`. */
  trainDataset: ExampleSource;
  evalDataset?: ExampleSource | null;
  callbacks?: readonly TrainerCallback[];
}

export interface TrainOutput {
  readonly globalStep: number;
  /** Mean of the losses of all updates. */
  readonly trainingLoss: number;
  readonly metrics: LogRecord;
}

/** The best saved weights of a run. */
interface Best {
  readonly values: readonly Float32Array[];
}

/**
 * The training loop of transformers' Trainer: AdamW, a learning-rate schedule, clipping, evaluation, logs and
 * checkpoints, with the same numbers.
 */
export class Trainer {
  readonly model: TrainableModel;
  readonly args: TrainingFields;
  readonly state: TrainerState = newState();
  protected readonly trainExamples: readonly TokenizedExample[];
  protected readonly evalExamples: readonly TokenizedExample[] | null;
  readonly #callbacks: readonly TrainerCallback[];
  readonly #loss: ModelLoss;
  /** Parameters outside embeddings: transformers estimates 6 operations a token for each. */
  readonly #countedParameters: number;

  constructor({
    model,
    args = new TrainingArguments(),
    trainDataset,
    evalDataset,
    callbacks = [],
  }: TrainerOptions) {
    this.model = model;
    this.args = args.fields;
    this.trainExamples = readExamples("trainDataset", trainDataset);
    this.evalExamples =
      evalDataset === undefined || evalDataset === null ? null : readExamples("evalDataset", evalDataset);
    this.#callbacks = callbacks;
    if (this.args.evalStrategy !== "no" && this.evalExamples === null)
      throw new TrainerError(
        `trainer: evalStrategy is "${this.args.evalStrategy}", but there is no evalDataset; give one`,
      );
    const all = [...this.trainExamples, ...(this.evalExamples ?? [])];
    const longest = all.reduce((length, { inputIds }) => Math.max(length, inputIds.length), 0);
    const positions = model.config.maxPositionEmbeddings;
    if (positions !== undefined && longest > positions)
      throw new TrainerError(
        `trainer: an example has ${longest} tokens, the model ${positions} positions; truncate to at most ${positions}`,
      );
    this.#countedParameters = parametersOutsideEmbeddings(model);
    this.#loss = new ModelLoss(model, longest, this.args.maxTokensPerLaunch);
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

  /** Trains what is trainable now from the first update to the last, and leaves the model in eval mode. */
  async train(): Promise<TrainOutput> {
    const { args, state, maxSteps } = this;
    this.#loss.collect();
    if (this.#loss.parameters.length === 0)
      throw new TrainerError(
        "trainer: no parameter of the model requires a gradient; add an adapter, or unfreeze some",
      );
    Object.assign(state, newState());
    await prepareFolder(args.outputDir);
    const optimizer = this.#optimizer();
    const schedule = this.#schedule();
    const window = new LogWindow();
    const started = performance.now();
    let lossTotal = 0;
    let best: Best | null = null;
    await this.#tell((callback) => callback.onTrainBegin?.(state, maxSteps));
    for (const update of this.#updates()) {
      const report = await this.#update(update.examples, optimizer, schedule);
      state.epoch = update.epoch;
      lossTotal += window.add(report);
      await this.#tell((callback) => callback.onStepEnd?.(report, state));
      if (state.globalStep % args.loggingSteps === 0) await this.#log(window.take());
      if (this.#isDue(args.evalStrategy, evalEvery(args), update.endsEpoch)) await this.#evaluateAndRank();
      if (this.#isDue(args.saveStrategy, args.saveSteps, update.endsEpoch)) {
        const isBest = await this.#save();
        if (isBest && args.loadBestModelAtEnd)
          best = { values: this.#loss.parameters.map(({ data }) => (data as Float32Array).slice()) };
      }
    }
    if (best !== null) this.#restore(best);
    const metrics = this.#runMetrics(started, lossTotal);
    await this.#log(metrics);
    await this.saveState();
    this.model.eval();
    await this.#tell((callback) => callback.onTrainEnd?.(state));
    return { globalStep: state.globalStep, trainingLoss: metrics.train_loss!, metrics };
  }

  /**
   * The evaluation loss: the mean over batches of the mean over a batch's labels, each batch weighted by its
   * rows; a batch without labels counts for nothing. It is logged.
   */
  async evaluate(): Promise<LogRecord> {
    const metrics = await this.measure();
    await this.#log(metrics);
    await this.#tell((callback) => callback.onEvaluate?.(metrics, this.state));
    return metrics;
  }

  /** Like `evaluate`, but logged nowhere. */
  async measure(): Promise<LogRecord> {
    if (this.evalExamples === null) throw new TrainerError("trainer: no evalDataset; give one to evaluate");
    const started = performance.now();
    const batches = batchesOf(this.evalExamples, this.args.perDeviceEvalBatchSize);
    let total = 0;
    let rows = 0;
    for (const batch of batches) {
      const { lossSum, labelCount } = await this.#loss.evaluate(batch);
      if (labelCount === 0) continue;
      total += (lossSum / labelCount) * batch.length;
      rows += batch.length;
    }
    const seconds = (performance.now() - started) / 1000;
    return {
      eval_loss: total / rows,
      eval_runtime: seconds,
      eval_samples_per_second: this.evalExamples.length / seconds,
      eval_steps_per_second: batches.length / seconds,
    };
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

  /** The examples of each update, epoch after epoch, until `maxSteps`. */
  *#updates(): Generator<{ examples: TokenizedExample[]; epoch: number; endsEpoch: boolean }> {
    const { perDeviceTrainBatchSize, gradientAccumulationSteps, shuffle, dataSeed, seed } = this.args;
    const count = this.trainExamples.length;
    const perEpoch = Math.ceil(count / perDeviceTrainBatchSize);
    for (let step = 0, epoch = 0; step < this.maxSteps; epoch++) {
      const order = epochOrder(count, epoch, shuffle ? (dataSeed ?? seed) : null);
      const updates = batchesOf(order, perDeviceTrainBatchSize * gradientAccumulationSteps);
      for (const [u, indices] of updates.entries()) {
        if (step++ === this.maxSteps) return;
        const batchesDone = Math.min(perEpoch, (u + 1) * gradientAccumulationSteps);
        yield {
          examples: indices.map((index) => this.trainExamples[index]!),
          epoch: epoch + batchesDone / perEpoch,
          endsEpoch: u === updates.length - 1,
        };
      }
    }
  }

  async #update(
    examples: readonly TokenizedExample[],
    optimizer: AdamW,
    schedule: Schedule,
  ): Promise<StepReport> {
    const { args, state } = this;
    const started = performance.now();
    const { lossSum, labelCount, tokenCount, gradients } = await this.#loss.train(
      examples,
      args.seed + state.globalStep,
    );
    const gradNorm = args.maxGradNorm > 0 ? clipGradNorm(gradients, args.maxGradNorm) : globalNorm(gradients);
    optimizer.learningRate = args.learningRate * schedule(state.globalStep);
    optimizer.step(gradients);
    state.globalStep++;
    state.numInputTokensSeen += tokenCount;
    state.totalFlos += 6 * tokenCount * this.#countedParameters;
    return {
      step: state.globalStep,
      maxSteps: this.maxSteps,
      loss: labelCount === 0 ? 0 : lossSum / labelCount,
      gradNorm,
      learningRate: optimizer.learningRate,
      numTokens: tokenCount,
      stepTime: (performance.now() - started) / 1000,
    };
  }

  #optimizer(): AdamW {
    const { learningRate, adamBeta1, adamBeta2, adamEpsilon, weightDecay } = this.args;
    const names = new Map(Array.from(this.model.namedParameters(), ([name, parameter]) => [parameter, name]));
    // transformers decays neither biases nor norms.
    const decays = (name: string) => !/bias|layernorm|rmsnorm|layer_norm|(^|\.)norm/i.test(name);
    return new AdamW(this.#loss.parameters, {
      learningRate,
      betas: [adamBeta1, adamBeta2],
      epsilon: adamEpsilon,
      weightDecay: this.#loss.parameters.map((parameter) =>
        decays(names.get(parameter) ?? "") ? weightDecay : 0,
      ),
    });
  }

  #schedule(): Schedule {
    const { warmupSteps, lrSchedulerType } = this.args;
    const warmup = warmupSteps < 1 ? Math.ceil(warmupSteps * this.maxSteps) : warmupSteps;
    return schedules[lrSchedulerType](warmup, this.maxSteps);
  }

  #isDue(strategy: TrainingFields["evalStrategy"], every: number, endsEpoch: boolean): boolean {
    const { globalStep } = this.state;
    // The last update counts too, whatever the strategy.
    const isLast = globalStep === this.maxSteps;
    return strategy === "steps"
      ? isLast || globalStep % every === 0
      : strategy === "epoch" && (isLast || endsEpoch);
  }

  async #evaluateAndRank(): Promise<void> {
    const { state } = this;
    const loss = (await this.evaluate()).eval_loss!;
    if (!this.args.loadBestModelAtEnd || !(loss < (state.bestMetric ?? Number.POSITIVE_INFINITY))) return;
    state.bestMetric = loss;
    state.bestGlobalStep = state.globalStep;
  }

  /** Writes a checkpoint; tells whether it is the best one so far. */
  async #save(): Promise<boolean> {
    const { args, state } = this;
    const folder = checkpointFolder(args.outputDir, state.globalStep);
    const isBest = state.bestGlobalStep === state.globalStep;
    if (isBest) state.bestModelCheckpoint = folder;
    await writeFolder(folder, async (aside) => {
      await this.model.savePretrained(aside);
      await this.#writeState(aside);
    });
    if (args.saveTotalLimit !== null)
      await rotateCheckpoints(args.outputDir, args.saveTotalLimit, [folder, state.bestModelCheckpoint]);
    await this.#tell((callback) => callback.onSave?.(folder, state));
    return isBest;
  }

  #restore({ values }: Best): void {
    this.#loss.parameters.forEach((parameter, p) => {
      parameter.data = values[p]!;
    });
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

  #runMetrics(started: number, lossTotal: number): LogRecord {
    const seconds = (performance.now() - started) / 1000;
    const { globalStep, totalFlos } = this.state;
    const { maxSteps, gradientAccumulationSteps, perDeviceTrainBatchSize, numTrainEpochs } = this.args;
    const samples =
      maxSteps > 0
        ? maxSteps * perDeviceTrainBatchSize * gradientAccumulationSteps
        : this.trainExamples.length * numTrainEpochs;
    return {
      total_flos: totalFlos,
      train_loss: lossTotal / Math.max(1, globalStep),
      train_runtime: seconds,
      train_samples_per_second: samples / seconds,
      train_steps_per_second: globalStep / seconds,
    };
  }

  async #log(values: LogRecord): Promise<void> {
    const record = { ...values, epoch: this.state.epoch, step: this.state.globalStep };
    this.state.logHistory.push(record);
    await this.#tell((callback) => callback.onLog?.(record, this.state));
  }

  async #tell(event: (callback: TrainerCallback) => void | Promise<void> | undefined): Promise<void> {
    for (const callback of this.#callbacks) await event(callback);
  }
}

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

const readExamples = (name: string, source: ExampleSource): TokenizedExample[] => {
  const examples = Array.from({ length: source.length }, (_, i) => readExample(name, i, source.at(i)));
  if (examples.length === 0)
    throw new TrainerError(`trainer: the ${name} is empty; give at least one example`);
  if (labelCountOf(examples) === 0)
    throw new TrainerError(
      `trainer: no example of the ${name} has a token to predict; give examples of two tokens or more, not all labels ${ignoredLabel}`,
    );
  return examples;
};

const readExample = (name: string, i: number, row: unknown): TokenizedExample => {
  const { inputIds, labels } = (row ?? {}) as Partial<TokenizedExample>;
  if (inputIds === undefined || inputIds.length === 0)
    throw new TrainerError(`trainer: row ${i} of the ${name} has no inputIds; tokenize the texts first`);
  if (labels !== undefined && labels !== null && labels.length !== inputIds.length)
    throw new TrainerError(
      `trainer: row ${i} of the ${name} has ${inputIds.length} inputIds and ${labels.length} labels; give as many`,
    );
  return { inputIds, labels: labels ?? undefined };
};
