import {
  compile,
  type Engine,
  gradients,
  mul,
  resolveDevice,
  structureOf,
  sum,
  type Tensor,
} from "@waveft/autograd";
import type { CausalLM, CausalLMInputs } from "@waveft/transformers";
import { describe, expect, test } from "vitest";
import { getPeftModel, isPeftError, type PeftModel, WaveFTConfig } from "../src";
import { methodRows } from "./method-rows";
import { fill, input, outputsOf, type WrappedPair, wrap } from "./pair";
import { inputsOf, newModel } from "./support";

const refusal = (what: string) =>
  `peft: ${what} of this model is under way; await it before adapters are switched, merged or taken out`;

const rows = methodRows.filter(({ name }) => /db4|direct|plain/.test(name));
const cases = rows.flatMap((row) =>
  (["gpu:cpu", "onnx:cpu"] as const).flatMap((device) =>
    (["merged", "factored"] as const).map((strategy) => ({ name: row.name, row, device, strategy })),
  ),
);

/** Two adapters, of which the first acts; large enough that a merged weight borrows the base's memory. */
const two = ({ row, device, strategy }: (typeof cases)[number]): WrappedPair => {
  const model = wrap(row, { device, strategy, sizes: [20, 24, 18] });
  model.addAdapter("b", row.config({}, "second"));
  fill(model);
  fill(model, "b", 3);
  model.setAdapter("default", { inferenceMode: true });
  return model;
};

/** All that changes which adapters act, or the weights that a run reads. */
const changes: Readonly<Record<string, (model: WrappedPair) => unknown>> = {
  setAdapter: (model) => model.setAdapter("b"),
  deleteAdapter: (model) => model.deleteAdapter("default"),
  mergeAdapter: (model) => model.mergeAdapter(),
  mergeAndUnload: (model) => model.mergeAndUnload(),
  unload: (model) => model.unload(),
  disableAdapter: (model) => model.disableAdapter(() => {}),
};

describe.each(cases)("a run of $name on $device, $strategy", (given) => {
  test.each(Object.entries(changes))("%s waits for it", async (_, change) => {
    const model = two(given);
    const on = (fn: (x: Tensor) => Tensor) => compile(fn, { device: given.device });
    const outputs = await outputsOf(model, on);
    const run = on((x) => model.forward(x));
    const pending = run(input(model));
    await expect((async () => change(model))()).rejects.toThrow(refusal("a run"));
    expect((await pending).data).toEqual(outputs);
    expect([model.activeAdapters, model.mergedAdapters, model.enabled]).toEqual([["default"], [], true]);
    expect((await run(input(model))).data).toEqual(outputs);
    await change(model);
    await run.dispose();
  });

  test("unmergeAdapter waits for it", async () => {
    const model = two(given);
    model.mergeAdapter();
    const run = compile((x: Tensor) => model.forward(x), { device: given.device });
    const pending = run(input(model));
    expect(() => model.unmergeAdapter()).toThrow(refusal("a run"));
    await pending;
    model.unmergeAdapter();
    await run.dispose();
  });
});

test("a run that fails is over", async () => {
  const model = two(cases[0]!);
  const inner = await resolveDevice("gpu:cpu");
  const failing: Engine = {
    name: "failing",
    compile: async (graph) => ({
      ...(await inner.compile(graph)),
      run: () => Promise.reject(new Error("out of memory")),
    }),
  };
  await expect(compile((x: Tensor) => model.forward(x), { device: failing })(input(model))).rejects.toThrow(
    "out of memory",
  );
  model.setAdapter("b");
});

describe("a language model", () => {
  const prompts = [
    [2, 7, 5],
    [11, 3, 4, 9],
  ];
  const make = (): PeftModel<CausalLM> => {
    const config = new WaveFTConfig({ nFrequency: 10, initWeights: false, scaling: 300 });
    const model = getPeftModel(newModel() as CausalLM, config, { onWarning: () => {} });
    model.addAdapter(
      "b",
      new WaveFTConfig({ nFrequency: 5, initWeights: false, scaling: 900, randomLocSeed: 3 }),
    );
    return model.eval();
  };
  const ids = (model: PeftModel<CausalLM>, prompt: readonly number[]) =>
    model.generate(prompt, { maxNewTokens: 6 });

  test("two calls of generate at a time give what each gives alone", async () => {
    const model = make();
    const alone = [];
    for (const prompt of prompts) alone.push(await ids(model, prompt));
    expect(await Promise.all(prompts.map((prompt) => ids(model, prompt)))).toEqual(alone);
    model.setAdapter("b");
    const other = await Promise.all(prompts.map((prompt) => ids(model, prompt)));
    expect(other).not.toEqual(alone);
    expect(await ids(model, prompts[0]!)).toEqual(other[0]);
  });

  test("generates while it trains, each with its own numbers", async () => {
    const step = (model: PeftModel<CausalLM>) => {
      const wrt = model.parameters().filter(({ requiresGrad }) => requiresGrad);
      return compile(
        (feed: CausalLMInputs) => {
          const { logits } = model.forward(feed);
          const loss = sum(mul(logits, logits));
          return { loss, slopes: gradients(loss, wrt) };
        },
        { device: "gpu:cpu", key: () => structureOf(model) },
      );
    };
    const feed = inputsOf(prompts.flat(), new Array(7).fill(1), 7);
    const numbers = ({ loss, slopes }: Awaited<ReturnType<ReturnType<typeof step>>>) => [
      loss.data[0],
      slopes.map(({ data }) => Array.from(data)),
    ];
    const alone = make();
    const wanted = [numbers(await step(alone)(feed)), await ids(alone, prompts[0]!)];
    const model = make();
    const run = step(model);
    const [trained, generated] = await Promise.all([run(feed), ids(model, prompts[0]!)]);
    expect([numbers(trained), generated]).toEqual(wanted);
    await run.dispose();
  });

  test("adapters wait for a call of many runs, also between two of them", async () => {
    const model = make();
    const wanted = await ids(model, prompts[0]!);
    const errors: unknown[] = [];
    const generated = await model.generate(prompts[0]!, {
      maxNewTokens: 6,
      onToken: () => {
        try {
          model.setAdapter("b");
        } catch (error) {
          errors.push(error);
        }
      },
    });
    expect(generated).toEqual(wanted);
    expect(errors).toHaveLength(6);
    expect(errors.every(isPeftError)).toBe(true);
    expect(errors[0]).toHaveProperty("message", refusal("generate"));
    const stop = new Error("enough");
    const thrown = model.generate(prompts[0]!, {
      onToken: () => {
        throw stop;
      },
    });
    await expect(thrown).rejects.toBe(stop);
    model.setAdapter("b");
  });
});
