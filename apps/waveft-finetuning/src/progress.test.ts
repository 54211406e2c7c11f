import { PassThrough } from "node:stream";
import type { TrainerState } from "@waveft/trainer";
import { describe, expect, it } from "vitest";
import { progressBar } from "./progress";

const state = (globalStep: number): TrainerState => ({
  bestGlobalStep: null,
  bestMetric: null,
  bestModelCheckpoint: null,
  epoch: 0,
  globalStep,
  logHistory: [],
  numInputTokensSeen: 0,
  totalFlos: 0,
});

const control = {
  shouldTrainingStop: false,
  shouldEpochStop: false,
  shouldLog: false,
  shouldEvaluate: false,
  shouldSave: false,
};

const report = (step: number, maxSteps: number) => ({
  step,
  maxSteps,
  loss: 2.5,
  gradNorm: 1,
  learningRate: 1e-3,
  numTokens: 3000,
  stepTime: 2,
});

/** A terminal, or a pipe, that remembers what is written. */
const streamOf = (isTTY: boolean) => {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 120,
    cursorTo: () => true,
    clearLine: () => true,
  });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
};

describe("progress without a terminal", () => {
  it("is some ten lines with loss, tokens/s and the time left, and one for each evaluation", async () => {
    const said: string[] = [];
    const { stream, text } = streamOf(false);
    const { callback } = progressBar(stream, (line) => said.push(line));
    for (let step = 1; step <= 100; step++)
      await callback.onStepEnd?.(report(step, 100), state(step), control);
    await callback.onEvaluate?.({ eval_loss: 1.23456 }, state(100), control);
    expect(said).toHaveLength(12);
    expect(said[0]).toBe("step 1/100: loss 2.5000, 1500 tokens/s, 3:18 left");
    expect(said.at(-2)).toBe("step 100/100: loss 2.5000, 1500 tokens/s, 0:00 left");
    expect(said.at(-1)).toBe("step 100: evaluation loss 1.2346");
    expect(text()).toBe("");
  });

  it("says hours", async () => {
    const said: string[] = [];
    const { callback } = progressBar(streamOf(false).stream, (line) => said.push(line));
    await callback.onStepEnd?.(report(1, 3601), state(1), control);
    expect(said[0]).toMatch(/2:00:00 left$/);
  });
});

describe("progress on a terminal", () => {
  it("is a bar that ends with the training", async () => {
    const said: string[] = [];
    const { stream, text } = streamOf(true);
    const { callback } = progressBar(stream, (line) => said.push(line));
    await callback.onTrainBegin?.(state(0), 4, control);
    for (let step = 1; step <= 4; step++) await callback.onStepEnd?.(report(step, 4), state(step), control);
    await callback.onTrainEnd?.(state(4), control);
    await new Promise((done) => setImmediate(done));
    expect(text()).toContain("4/4 | loss 2.5000 | 1,500 tokens/s | 0:00 left");
    expect(said).toEqual([]);
  });

  it("gives the cursor back when it is closed on the way, once", async () => {
    const { stream, text } = streamOf(true);
    const { callback, close } = progressBar(stream, () => {});
    await callback.onTrainBegin?.(state(0), 4, control);
    const shown = () => text().split("\u001b[?25h").length - 1;
    expect([text().includes("\u001b[?25l"), shown()]).toEqual([true, 0]);
    close();
    close();
    await new Promise((done) => setImmediate(done));
    expect(shown()).toBe(1);
  });
});
