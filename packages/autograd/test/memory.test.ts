import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Executable } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { expectFlatPlans, expectFlatTraining } from "./memory";

describe("the measure of memory, which all devices are held to, sees", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine("cpu");
  });
  afterAll(() => engine.dispose!());

  /** The engine, with plans that `change` has. */
  const changed = (change: (plan: Executable) => Partial<Executable>): Engine => ({
    name: engine.name,
    compile: async (graph) => {
      const plan = await engine.compile(graph);
      return { run: (feeds) => plan.run(feeds), dispose: () => plan.dispose(), ...change(plan) };
    },
  });

  test("what is kept of each step", async () => {
    const kept: unknown[] = [];
    const keeping = changed((plan) => ({
      run: async (feeds) => {
        const outputs = await plan.run(feeds);
        kept.push(outputs);
        return outputs;
      },
    }));
    await expect(expectFlatTraining(keeping)).rejects.toThrow("to be less than 1500000");
    expect(kept.length).toBe(1500);
  }, 60_000);

  test("plans that are not released", async () => {
    const plans: Executable[] = [];
    const keeping = changed((plan) => {
      plans.push(plan);
      return { dispose: async () => {} };
    });
    await expect(expectFlatPlans(keeping)).rejects.toThrow("to be less than 1500000");
    await Promise.all(plans.map((plan) => plan.dispose()));
  }, 60_000);
});
