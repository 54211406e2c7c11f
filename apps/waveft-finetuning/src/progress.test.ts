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
    const bar = progressBar(stream, (line) => said.push(line));
    for (let step = 1; step <= 100; step++) await bar.onStepEnd?.(report(step, 100), state(step));
    await bar.onEvaluate?.({ eval_loss: 1.23456 }, state(100));
    expect(said).toHaveLength(12);
    expect(said[0]).toBe("step 1/100: loss 2.5000, 1500 tokens/s, 3:18 left");
    expect(said.at(-2)).toBe("step 100/100: loss 2.5000, 1500 tokens/s, 0:00 left");
    expect(said.at(-1)).toBe("step 100: evaluation loss 1.2346");
    expect(text()).toBe("");
  });

  it("says hours", async () => {
    const said: string[] = [];
    await progressBar(streamOf(false).stream, (line) => said.push(line)).onStepEnd?.(
      report(1, 3601),
      state(1),
    );
    expect(said[0]).toMatch(/2:00:00 left$/);
  });
});

describe("progress on a terminal", () => {
  it("is a bar that ends with the training", async () => {
    const said: string[] = [];
    const { stream, text } = streamOf(true);
    const bar = progressBar(stream, (line) => said.push(line));
    await bar.onTrainBegin?.(state(0), 4);
    for (let step = 1; step <= 4; step++) await bar.onStepEnd?.(report(step, 4), state(step));
    await bar.onTrainEnd?.(state(4));
    await new Promise((done) => setImmediate(done));
    expect(text()).toContain("4/4 | loss 2.5000 | 1,500 tokens/s | 0:00 left");
    expect(said).toEqual([]);
  });
});
