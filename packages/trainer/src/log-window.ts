import type { StepReport } from "./callbacks";
import type { LogRecord } from "./trainer-state";

/** What happened since the last log entry: the mean loss, the last norm and rate, tokens and seconds in all. */
export class LogWindow {
  #reports: StepReport[] = [];
  #lossTotal = 0;

  /**
   * Takes a step in, and returns the loss it counts with. transformers' rule: a loss that is no number counts as
   * the sum so far over one more than its steps.
   */
  add(report: StepReport): number {
    const steps = this.#reports.push(report);
    const counted = Number.isFinite(report.loss) ? report.loss : this.#lossTotal / steps;
    this.#lossTotal += counted;
    return counted;
  }

  /** The entry of the steps since the last one. */
  take(): LogRecord {
    const reports = this.#reports;
    const last = reports.at(-1)!;
    const record = {
      loss: this.#lossTotal / reports.length,
      grad_norm: last.gradNorm,
      learning_rate: last.learningRate,
      num_tokens: reports.reduce((total, { numTokens }) => total + numTokens, 0),
      step_time: reports.reduce((total, { stepTime }) => total + stepTime, 0),
    };
    this.#reports = [];
    this.#lossTotal = 0;
    return record;
  }
}
