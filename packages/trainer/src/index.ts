export type { StepReport, TrainerCallback } from "./callbacks";
export * from "./data";
export { isTrainerError, TrainerError } from "./errors";
export { objectiveOf, objectives } from "./objectives";
export type { LanguageModel } from "./objectives/causal-lm";
export type {
  Example,
  Feed,
  Launch,
  LaunchSizes,
  Objective,
  Predictions,
  RowSource,
} from "./objectives/objective";
export type { Classifier, LabelledExample } from "./objectives/sequence-classification";
export type { RunState } from "./run-state";
export { SFTConfig, type SFTFields } from "./sft-config";
export { SFTTrainer, type SFTTrainerOptions, type TextSource, type TextTokenizer } from "./sft-trainer";
export type { TrainableModel } from "./trainable-model";
export {
  type ComputeMetrics,
  type PredictionOutput,
  Trainer,
  type TrainerOptions,
  type TrainOptions,
  type TrainOutput,
} from "./trainer";
export type { LogRecord, TrainerState } from "./trainer-state";
export {
  type IntervalStrategy,
  schedules,
  TrainingArguments,
  type TrainingFields,
} from "./training-arguments";
export type { TrainingControl } from "./training-control";
