export type { StepReport, TrainerCallback } from "./callbacks";
export * from "./data";
export { isTrainerError, TrainerError } from "./errors";
export { type BatchLoss, ModelLoss, type TrainableModel } from "./model-loss";
export { SFTConfig, type SFTFields } from "./sft-config";
export { SFTTrainer, type SFTTrainerOptions, type TextSource, type TextTokenizer } from "./sft-trainer";
export { type ExampleSource, Trainer, type TrainerOptions, type TrainOutput } from "./trainer";
export type { LogRecord, TrainerState } from "./trainer-state";
export {
  type IntervalStrategy,
  schedules,
  TrainingArguments,
  type TrainingFields,
} from "./training-arguments";
