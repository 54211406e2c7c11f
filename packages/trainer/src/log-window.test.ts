import { describe, expect, it } from "vitest";
import { LogWindow } from "./log-window";

const report = (step: number, loss: number) => ({
  step,
  maxSteps: 9,
  loss,
  gradNorm: 10 * step,
  learningRate: step / 10,
  numTokens: step,
  stepTime: 0.5,
});

describe("LogWindow", () => {
  it("gives the mean loss, the last norm and rate, and totals, then starts anew", () => {
    const window = new LogWindow();
    expect([1, 2].map((step) => window.add(report(step, step * step)))).toEqual([1, 4]);
    expect(window.take()).toEqual({
      loss: 2.5,
      grad_norm: 20,
      learning_rate: 0.2,
      num_tokens: 3,
      step_time: 1,
    });
    window.add(report(3, 7));
    expect(window.take()).toMatchObject({ loss: 7, num_tokens: 3 });
  });

  it("replaces a loss that is no number as transformers does: sum so far / (1 + steps so far)", () => {
    const window = new LogWindow();
    expect(
      [3, 5, Number.NaN, Number.POSITIVE_INFINITY].map((loss, i) => window.add(report(i + 1, loss))),
    ).toEqual([3, 5, 8 / 3, (8 + 8 / 3) / 4]);
    expect(window.take().loss).toBeCloseTo(((8 + 8 / 3) * (5 / 4)) / 4, 12);
    expect(window.add(report(5, Number.NaN))).toBe(0);
  });
});
