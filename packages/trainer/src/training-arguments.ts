import { schedules as all } from "@waveft/autograd";
import { TrainerError } from "./errors";

/** When to evaluate or save. */
export type IntervalStrategy = (typeof intervalStrategies)[number];

const intervalStrategies = ["no", "steps", "epoch"] as const;

/** Learning-rate schedules by the names that transformers gives them: those that need no further settings. */
export const schedules = {
  linear: all.linear,
  cosine: all.cosine,
  cosine_with_restarts: all.cosine_with_restarts,
  constant: all.constant,
  constant_with_warmup: all.constant_with_warmup,
  inverse_sqrt: all.inverse_sqrt,
} satisfies Partial<typeof all>;

/** The settings of a training run, with the names and defaults of transformers' `TrainingArguments`. */
export interface TrainingFields {
  /** Receives checkpoints and `trainer_state.json`. */
  outputDir: string;
  perDeviceTrainBatchSize: number;
  perDeviceEvalBatchSize: number;
  /** Batches whose gradients are added up for one update. */
  gradientAccumulationSteps: number;
  numTrainEpochs: number;
  /** Updates in all; −1: as `numTrainEpochs` says. */
  maxSteps: number;
  learningRate: number;
  lrSchedulerType: keyof typeof schedules;
  /** Updates of warm-up; below 1 a share of all updates. The first update of a warm-up has the rate 0. */
  warmupSteps: number;
  weightDecay: number;
  adamBeta1: number;
  adamBeta2: number;
  adamEpsilon: number;
  /** Gradients are scaled down to this global norm; 0: never. */
  maxGradNorm: number;
  /** Record a log entry every so many updates. */
  loggingSteps: number;
  evalStrategy: IntervalStrategy;
  evalSteps: number | null;
  saveStrategy: IntervalStrategy;
  saveSteps: number;
  /** Checkpoints kept, the oldest leaving first, never the best; null: all. */
  saveTotalLimit: number | null;
  /** Go back to the best checkpoint by `metricForBestModel` when training ends. */
  loadBestModelAtEnd: boolean;
  /** What `loadBestModelAtEnd` goes by: `loss`, or a metric of `computeMetrics`, with or without `eval_`. */
  metricForBestModel: string;
  /** Whether more of it is better; null: unless it is a loss. */
  greaterIsBetter: boolean | null;
  /** Compute the values inside blocks again in the backward pass: less memory, more time. */
  gradientCheckpointing: boolean;
  /** Refused: arithmetic is float32. Weights may be stored in half precision, by the model's `dtype`. */
  bf16: boolean;
  /** Refused, as `bf16`. */
  fp16: boolean;
  /** Seed of the sampler and of dropout. */
  seed: number;
  /** Seed of the sampler alone; null: `seed`. */
  dataSeed: number | null;
  /** False: examples in the data set's order in every epoch. */
  shuffle: boolean;
  /**
   * Tokens, padding included, that one launch of the engine may hold; never less than one row. The logits alone
   * take four bytes × vocabulary for each, and as much again in the backward pass: lower it where memory is short.
   */
  maxTokensPerLaunch: number;
}

export const trainingDefaults: TrainingFields = {
  outputDir: "trainer_output",
  perDeviceTrainBatchSize: 8,
  perDeviceEvalBatchSize: 8,
  gradientAccumulationSteps: 1,
  numTrainEpochs: 3,
  maxSteps: -1,
  learningRate: 5e-5,
  lrSchedulerType: "linear",
  warmupSteps: 0,
  weightDecay: 0,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  loggingSteps: 500,
  evalStrategy: "no",
  evalSteps: null,
  saveStrategy: "steps",
  saveSteps: 500,
  saveTotalLimit: null,
  loadBestModelAtEnd: false,
  metricForBestModel: "loss",
  greaterIsBetter: null,
  gradientCheckpointing: false,
  bf16: false,
  fp16: false,
  seed: 42,
  dataSeed: null,
  shuffle: true,
  maxTokensPerLaunch: 1024,
};

const largestRate = 100;

/** Fills in defaults and checks; unknown names are refused with the list of known ones. */
export const resolveFields = <F extends object>(owner: string, defaults: F, fields: Partial<F>): F => {
  const unknown = Object.keys(fields).find((key) => !Object.hasOwn(defaults, key));
  if (unknown !== undefined)
    throw new TrainerError(
      `${owner}: no setting "${unknown}"; there are ${Object.keys(defaults).join(", ")}`,
    );
  // A field that is undefined was not given.
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
};

export const checkTrainingFields = (owner: string, fields: TrainingFields): void => {
  const fail = (name: keyof TrainingFields, allowed: string): never => {
    throw new TrainerError(`${owner}: ${name} is ${String(fields[name])}; give ${allowed}`);
  };
  const counts = [
    "perDeviceTrainBatchSize",
    "perDeviceEvalBatchSize",
    "gradientAccumulationSteps",
    "loggingSteps",
    "saveSteps",
    "maxTokensPerLaunch",
  ] as const;
  for (const name of counts) if (!isCount(fields[name])) fail(name, "an integer of at least 1");
  const { maxSteps, evalSteps, saveTotalLimit, numTrainEpochs } = fields;
  if (maxSteps !== -1 && !isCount(maxSteps)) fail("maxSteps", "an integer of at least 1, or −1");
  if (evalSteps !== null && !isCount(evalSteps)) fail("evalSteps", "an integer of at least 1, or null");
  if (saveTotalLimit !== null && !isCount(saveTotalLimit))
    fail("saveTotalLimit", "an integer of at least 1, or null");
  if (!(Number.isFinite(numTrainEpochs) && numTrainEpochs > 0)) fail("numTrainEpochs", "a number above 0");
  // AdamW moves every weight by about the rate, whatever the gradient is.
  if (fields.learningRate > largestRate) fail("learningRate", `a number of at most ${largestRate}`);
  for (const name of ["learningRate", "warmupSteps", "weightDecay", "maxGradNorm"] as const)
    if (!(Number.isFinite(fields[name]) && fields[name] >= 0)) fail(name, "a number of at least 0");
  for (const name of ["adamBeta1", "adamBeta2"] as const)
    if (!(Number.isFinite(fields[name]) && fields[name] >= 0 && fields[name] < 1))
      fail(name, "a number from 0 to below 1");
  if (!(Number.isFinite(fields.adamEpsilon) && fields.adamEpsilon > 0))
    fail("adamEpsilon", "a number above 0");
  if (!Number.isSafeInteger(fields.seed)) fail("seed", "an integer");
  if (fields.dataSeed !== null && !Number.isSafeInteger(fields.dataSeed))
    fail("dataSeed", "an integer, or null for seed");
  for (const name of ["shuffle", "loadBestModelAtEnd", "gradientCheckpointing", "bf16", "fp16"] as const)
    if (typeof fields[name] !== "boolean") fail(name, "true or false");
  for (const name of ["bf16", "fp16"] as const)
    if (fields[name])
      throw new TrainerError(
        `${owner}: ${name} is true, but arithmetic is float32 here; leave it out, and store the weights in half precision by the model's dtype`,
      );
  const { metricForBestModel, greaterIsBetter } = fields;
  if (typeof metricForBestModel !== "string" || metricForBestModel === "")
    fail("metricForBestModel", "the name of a metric");
  if (greaterIsBetter !== null && typeof greaterIsBetter !== "boolean")
    fail("greaterIsBetter", "true, false, or null");
  if (typeof fields.outputDir !== "string" || fields.outputDir === "") fail("outputDir", "a folder");
  if (!Object.hasOwn(schedules, fields.lrSchedulerType))
    fail("lrSchedulerType", Object.keys(schedules).join(", "));
  for (const name of ["evalStrategy", "saveStrategy"] as const)
    if (!intervalStrategies.includes(fields[name])) fail(name, intervalStrategies.join(", "));
  const { loadBestModelAtEnd, evalStrategy, saveStrategy } = fields;
  if (!loadBestModelAtEnd) return;
  if (evalStrategy === "no" || evalStrategy !== saveStrategy)
    throw new TrainerError(
      `${owner}: loadBestModelAtEnd needs evalStrategy and saveStrategy alike, both "steps" or "epoch"; they are "${evalStrategy}" and "${saveStrategy}"`,
    );
  if (evalStrategy === "steps" && fields.saveSteps % evalEvery(fields) !== 0)
    throw new TrainerError(
      `${owner}: loadBestModelAtEnd needs saveSteps to be a multiple of evalSteps; they are ${fields.saveSteps} and ${evalEvery(fields)}`,
    );
};

/** Updates between evaluations: `evalSteps`, or `loggingSteps` when it is not set. */
export const evalEvery = ({ evalSteps, loggingSteps }: TrainingFields): number => evalSteps ?? loggingSteps;

/** The metric that decides which checkpoint is best, and whether more of it is better. */
export const bestMetricOf = ({ metricForBestModel, greaterIsBetter }: TrainingFields) => {
  const name = metricForBestModel.startsWith("eval_") ? metricForBestModel : `eval_${metricForBestModel}`;
  return { name, isGreaterBetter: greaterIsBetter ?? !name.endsWith("loss") };
};

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** The settings of a training run, checked. */
export type TrainingArguments = Readonly<TrainingFields>;
export const TrainingArguments = class {
  constructor(fields: Partial<TrainingFields> = {}) {
    const all = resolveFields("TrainingArguments", trainingDefaults, fields);
    checkTrainingFields("TrainingArguments", all);
    Object.assign(this, all);
  }
} as new (
  fields?: Partial<TrainingFields>,
) => TrainingArguments;
