import type { StepReport, TrainerCallback } from "@waveft/trainer";
import { Presets, SingleBar } from "cli-progress";

/** Steps over which the speed is averaged. */
const WINDOW = 20;

/** Hears of a run, and gives the terminal back however that ends. */
export interface Progress {
  readonly callback: TrainerCallback;
  /** Ends the bar and shows the cursor again; further calls do nothing. */
  close(): void;
}

/** A bar with the loss, tokens per second and the time left; without a terminal, a line for each log record. */
export const progressBar = (stream: NodeJS.WriteStream, say: (line: string) => void): Progress =>
  stream.isTTY ? barOn(stream) : { callback: linesTo(say), close: () => {} };

const linesTo = (say: (line: string) => void): TrainerCallback => ({
  onStepEnd: (report, state) => {
    if (state.globalStep === 1 || state.globalStep % linesEvery(report.maxSteps) === 0) say(lineOf(report));
  },
  onEvaluate: ({ eval_loss }, state) =>
    say(`step ${state.globalStep}: evaluation loss ${eval_loss!.toFixed(4)}`),
});

const barOn = (stream: NodeJS.WriteStream): Progress => {
  const bar = new SingleBar(
    {
      format: "{bar} {value}/{total} | loss {loss} | {speed} tokens/s | {left} left",
      stream,
      hideCursor: true,
      barsize: 28,
    },
    Presets.shades_classic,
  );
  const recent: StepReport[] = [];
  const close = () => {
    if (bar.isActive) bar.stop();
  };
  const callback: TrainerCallback = {
    onTrainBegin: ({ globalStep }, maxSteps) =>
      bar.start(maxSteps, globalStep, { loss: "–", speed: "–", left: "–" }),
    onStepEnd: (report) => {
      recent.push(report);
      if (recent.length > WINDOW) recent.shift();
      const seconds = recent.reduce((total, { stepTime }) => total + stepTime, 0);
      const tokens = recent.reduce((total, { numTokens }) => total + numTokens, 0);
      const left = ((report.maxSteps - report.step) * seconds) / recent.length;
      bar.update(report.step, {
        loss: report.loss.toFixed(4),
        speed: Math.round(tokens / seconds).toLocaleString("en-US"),
        left: duration(left),
      });
    },
    onTrainEnd: close,
  };
  return { callback, close };
};

/** Some ten lines a run. */
const linesEvery = (maxSteps: number): number => Math.max(1, Math.ceil(maxSteps / 10));

const lineOf = ({ step, maxSteps, loss, numTokens, stepTime }: StepReport): string => {
  const left = duration((maxSteps - step) * stepTime);
  return `step ${step}/${maxSteps}: loss ${loss.toFixed(4)}, ${Math.round(numTokens / stepTime)} tokens/s, ${left} left`;
};

/** 75 s as 1:15. */
const duration = (seconds: number): string => {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
};
