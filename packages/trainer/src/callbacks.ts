import type { LogRecord, TrainerState } from "./trainer-state";
import type { TrainingControl } from "./training-control";

/** What a step did, told before it is logged. */
export interface StepReport {
  readonly step: number;
  readonly maxSteps: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Tokens without padding. */
  readonly numTokens: number;
  /** Seconds. */
  readonly stepTime: number;
}

/**
 * Hears of a training run; all methods are optional, and what they return is awaited. What they set in `control` is
 * done: a run can be stopped, logged, evaluated and saved from here.
 */
export interface TrainerCallback {
  onTrainBegin?(state: TrainerState, maxSteps: number, control: TrainingControl): void | Promise<void>;
  onStepEnd?(report: StepReport, state: TrainerState, control: TrainingControl): void | Promise<void>;
  onLog?(record: LogRecord, state: TrainerState, control: TrainingControl): void | Promise<void>;
  onEvaluate?(metrics: LogRecord, state: TrainerState, control: TrainingControl): void | Promise<void>;
  onSave?(folder: string, state: TrainerState, control: TrainingControl): void | Promise<void>;
  onTrainEnd?(state: TrainerState, control: TrainingControl): void | Promise<void>;
}
