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
    expect(window.take()).toBeNull();
    for (const step of [1, 2]) window.add(report(step, step * step));
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

  it("goes on from its state", () => {
    const [window, other] = [new LogWindow(), new LogWindow()];
    window.add(report(1, 3));
    other.state = structuredClone(window.state);
    for (const each of [window, other]) each.add(report(2, 8));
    expect(other.take()).toEqual(window.take());
  });
});
