import type { StepReport } from "./callbacks";
import type { LogRecord } from "./trainer-state";

/** What happened since the last log entry, as plain numbers. */
export interface LogWindowState {
  readonly steps: number;
  readonly lossTotal: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly numTokens: number;
  readonly stepTime: number;
}

export const emptyWindow: LogWindowState = {
  steps: 0,
  lossTotal: 0,
  gradNorm: 0,
  learningRate: 0,
  numTokens: 0,
  stepTime: 0,
};

/** The mean loss since the last log entry, the last norm and rate, tokens and seconds in all. */
export class LogWindow {
  state: LogWindowState = emptyWindow;

  add({ loss, gradNorm, learningRate, numTokens, stepTime }: StepReport): void {
    const { state } = this;
    this.state = {
      steps: state.steps + 1,
      lossTotal: state.lossTotal + loss,
      gradNorm,
      learningRate,
      numTokens: state.numTokens + numTokens,
      stepTime: state.stepTime + stepTime,
    };
  }

  /** The entry of the steps since the last one; null where there are none. */
  take(): LogRecord | null {
    const { steps, lossTotal, gradNorm, learningRate, numTokens, stepTime } = this.state;
    if (steps === 0) return null;
    this.state = emptyWindow;
    return {
      loss: lossTotal / steps,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      num_tokens: numTokens,
      step_time: stepTime,
    };
  }
}
