import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compile, gradients, mul, structureOf, sum, type Tensor } from "@waveft/autograd";
import { afterAll, describe, expect, test } from "vitest";
import { scratch } from "./golden-models";
import { methodRows } from "./method-rows";
import { countingEngine, fill, input, outputsOf, trainedOf, type WrappedPair, wrap } from "./pair";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

/** The outputs by plans that are kept, and how many were made. */
const keeping = async (model: WrappedPair, device: string) => {
  const engine = await countingEngine(device);
  const run = compile((x: Tensor) => model.forward(x), { device: engine, key: () => structureOf(model) });
  return {
    plans: engine.compiled,
    outputs: async () => Array.from((await run(input(model))).data),
    dispose: run.dispose,
  };
};
const fresh = async (model: WrappedPair): Promise<number[]> =>
  Array.from(await outputsOf(model, (fn) => compile(fn, { device: "gpu:cpu" })));

describe.each(methodRows.map((row) => [row.name, row] as const))("%s", (name, row) => {
  describe.each(["gpu:cpu", "onnx:cpu"])("%s", (device) => {
    /** An adapter that acts and two more, all frozen. */
    const three = async (strategy: "merged" | "factored" | "auto") => {
      const model = wrap(row, { strategy, device });
      model.addAdapter("b", row.config({}, "second"));
      model.addAdapter("c", row.config({ targetModules: ["first", "second"] }));
      for (const [i, adapter] of ["default", "b", "c"].entries()) fill(model, adapter, i);
      model.setAdapter("default", { inferenceMode: true });
      return model;
    };

    test.each([
      ["merged", 1],
      ["factored", 4],
    ] as const)(
      "%s: going from one frozen adapter to another takes %i plans in all",
      async (strategy, plans) => {
        const model = await three(strategy);
        const kept = await keeping(model, device);
        const seen = [];
        for (const adapters of [["default"], ["b"], ["c"], ["default", "b"], ["b"], ["default"], ["c"]]) {
          model.setAdapter(adapters, { inferenceMode: true });
          const outputs = await kept.outputs();
          expect(outputs).toBeAllclose(await fresh(model), 1e-5);
          seen.push(outputs.join());
        }
        expect(new Set(seen).size).toBe(4);
        expect(kept.plans()).toBe(plans);
        await kept.dispose();
      },
    );

    test.each(["merged", "factored"] as const)(
      "%s: values loaded over an adapter, frozen or trained, run in the plan that is there",
      async (strategy) => {
        const folder = join(work, name, device.replace(":", "-"), strategy);
        mkdirSync(folder, { recursive: true });
        const model = wrap(row, { strategy, device });
        fill(model);
        await model.savePretrained(folder);
        const saved = await fresh(model);
        for (const inferenceMode of [true, false]) {
          model.setAdapter("default", { inferenceMode });
          fill(model, "default", 20);
          const kept = await keeping(model, device);
          expect(await kept.outputs()).not.toBeAllclose(saved, 1e-3);
          await model.loadAdapter(folder, "default");
          expect(await kept.outputs()).toBeAllclose(saved, 1e-5);
          fill(model, "default", 21);
          expect(await kept.outputs()).toBeAllclose(await fresh(model), 1e-5);
          expect(kept.plans()).toBe(1);
          await kept.dispose();
        }
      },
    );
  });

  test.each(["merged", "factored"] as const)(
    "%s: merging, disabling and training each have a plan, which comes back",
    async (strategy) => {
      const model = wrap(row, { strategy });
      fill(model);
      const kept = await keeping(model, "gpu:cpu");
      const check = async () => expect(await kept.outputs()).toBeAllclose(await fresh(model), 1e-5);
      const calls = [
        () => {},
        () => model.mergeAdapter(),
        () => model.unmergeAdapter(),
        () => model.setAdapter("default", { inferenceMode: true }),
        () => model.setAdapter("default"),
      ];
      for (const round of [0, 1]) {
        for (const call of calls) {
          call();
          await check();
          await model.disableAdapter(check);
        }
        // Merged and disabled, the layers are those of the base model.
        expect(kept.plans(), `round ${round}`).toBe(3);
      }
      await kept.dispose();
    },
  );

  test("on a device of another kind, `auto` has a plan of its own", async () => {
    const model = wrap(row, { device: "gpu:cpu" });
    fill(model);
    const kept = await keeping(model, "gpu:cpu");
    const outputs = await kept.outputs();
    model.device = "gpu:webgpu";
    expect(await kept.outputs()).toBeAllclose(outputs, 1e-5);
    expect(kept.plans()).toBe(2);
    model.device = "gpu:cpu";
    expect(await kept.outputs()).toEqual(outputs);
    expect(kept.plans()).toBe(2);
    await kept.dispose();
  });

  test("steps of training take one plan", async () => {
    const model = wrap(row, {});
    fill(model);
    const engine = await countingEngine("gpu:cpu");
    const parameters = trainedOf(model);
    const run = compile(
      (x: Tensor) => {
        const y = model.forward(x);
        const loss = sum(mul(y, y));
        return { loss, slopes: gradients(loss, parameters) };
      },
      { device: engine, key: () => structureOf(model) },
    );
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) {
      const { loss, slopes } = await run(input(model));
      losses.push(loss.data[0]!);
      for (const [i, parameter] of parameters.entries())
        parameter.data = (parameter.data as Float32Array).map(
          (value, k) => value - 2e-4 * slopes[i]!.data[k]!,
        );
    }
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
    expect(engine.compiled()).toBe(1);
    await run.dispose();
  });
});
