import type { LogRecord, TrainerState } from "./trainer-state";

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

/** Hears of a training run; all methods are optional. What they return is awaited. */
export interface TrainerCallback {
  onTrainBegin?(state: TrainerState, maxSteps: number): void | Promise<void>;
  onStepEnd?(report: StepReport, state: TrainerState): void | Promise<void>;
  onLog?(record: LogRecord, state: TrainerState): void | Promise<void>;
  onEvaluate?(metrics: LogRecord, state: TrainerState): void | Promise<void>;
  onSave?(folder: string, state: TrainerState): void | Promise<void>;
  onTrainEnd?(state: TrainerState): void | Promise<void>;
}
