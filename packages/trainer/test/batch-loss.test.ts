import { fileURLToPath } from "node:url";
import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import { afterAll, describe, expect, it } from "vitest";
import { objectives, type TokenizedExample, type TrainableModel } from "../src";
import { BatchLoss } from "../src/batch-loss";
import type { Objective } from "../src/objectives/objective";
import { meanOf, someExamples, TableModel } from "./support/table-model";

const optPre = fileURLToPath(new URL("../../transformers/test/golden/opt-pre", import.meta.url));
const open: BatchLoss[] = [];
afterAll(() => Promise.all(open.map((loss) => loss.dispose())));
const lossOf = (model: TrainableModel, maxTokensPerLaunch = 1024, longest = 16): BatchLoss => {
  const loss = new BatchLoss(model, objectives.causalLM as unknown as Objective, longest, maxTokensPerLaunch);
  open.push(loss);
  return loss;
};

/** The tiny OPT with an adapter that does something. */
const adapted = async (dropout = 0) => {
  const config = await AutoConfig.fromPretrained(optPre);
  const model = AutoModelForCausalLM.fromConfig({ ...config, dropout } as typeof config, {
    device: "onnx:cpu",
    dtype: "float32",
  });
  return getPeftModel(
    model,
    new WaveFTConfig({ nFrequency: 40, initWeights: false, targetModules: ["q_proj", "fc1"] }),
  );
};

const examples: TokenizedExample[] = [9, 3, 16, 5, 12, 2, 7].map((length, i) => {
  const inputIds = Array.from({ length }, (_, t) => 4 + ((i * 31 + t * 17) % 400));
  return i % 3 === 0
    ? { inputIds }
    : { inputIds, labels: inputIds.map((id, t) => (t % 3 === 1 ? id : -100)) };
});

describe("packing", () => {
  it("gives the loss and gradients of each example alone, however the launches are cut", async () => {
    const model = await adapted();
    const whole = await lossOf(model, 1024).train([examples], 1);
    for (const maxTokens of [1, 48, 64])
      for (const [p, gradient] of (await lossOf(model, maxTokens).train([examples], 1)).gradients.entries())
        expect(gradient).toBeAllclose(whole.gradients[p]!, 2e-5);

    const alone = lossOf(model, 16);
    const sums = whole.gradients.map(({ length }) => new Float64Array(length));
    const { lossSum, weight } = await lossOf(model).evaluate(examples);
    let [total, labels] = [0, 0];
    for (const example of examples) {
      const own = (await alone.evaluate([example])).weight;
      const one = await alone.train([[example]], 1);
      total += one.loss * own;
      labels += own;
      for (const [p, gradient] of one.gradients.entries())
        gradient.forEach((value, i) => {
          sums[p]![i]! += (value * own) / weight;
        });
    }
    expect(labels).toBe(weight);
    expect([whole.loss, lossSum / weight]).toBeAllclose([total / weight, total / weight], 1e-5);
    for (const [p, gradient] of whole.gradients.entries()) expect(gradient).toBeAllclose(sums[p]!, 2e-5);
  }, 60_000);

  it("counts tokens and labels", async () => {
    const { tokens, weight } = await lossOf(new TableModel()).evaluate([
      { inputIds: [1, 2, 3] },
      { inputIds: [1, 2, 3], labels: [1, -100, 3] },
    ] as TokenizedExample[]);
    expect([tokens, weight]).toEqual([6, 3]);
  });
});

it("an adapter that is set later trains once it is collected", async () => {
  const model = await adapted();
  const loss = lossOf(model);
  await loss.train([examples], 1);
  model.addAdapter("other", new WaveFTConfig({ nFrequency: 7, initWeights: false, targetModules: ["fc2"] }));
  model.setAdapter("other");
  loss.collect();
  const fresh = await lossOf(model).train([examples], 1);
  const own = await loss.train([examples], 1);
  const { gradients } = own;
  expect(own.loss).toBe(fresh.loss);
  expect(gradients.map(({ length }) => length)).toEqual([7, 7]);
  expect(gradients).toEqual(fresh.gradients);
  expect(gradients[0]!.some((slope) => slope !== 0)).toBe(true);
});

describe("partly masked labels", () => {
  it.each([1, 2, 4, 5, 8])("give the mean over what is left: one in %i", async (every) => {
    const model = new TableModel();
    const masked = someExamples(12).map(({ inputIds }) => ({
      inputIds,
      labels: inputIds.map((id, t) => ((t + 1) % every === 0 ? id : -100)),
    }));
    const { loss, gradients } = await lossOf(model).train([masked], 1);
    expect([loss]).toBeAllclose([meanOf(model.losses(masked))], 1e-6);
    const step = 1e-2;
    for (const i of [3, 7, 12]) {
      const [up, down] = [step, -step].map((shift) => {
        const moved = new TableModel(model.values.map((value, k) => value + (k === i ? shift : 0)));
        return meanOf(moved.losses(masked));
      });
      expect(gradients[0]![i]).toBeCloseTo((up! - down!) / (2 * step), 4);
    }
  });

  it("without any label give no loss and no gradient", async () => {
    const { loss, gradients } = await lossOf(new TableModel()).train([[{ inputIds: [1] }]], 1);
    expect(loss).toBe(0);
    expect(gradients[0]).toEqual(new Float32Array(25));
  });
});

describe("dropout", () => {
  it("acts in training only; the same seed gives the same loss and gradients", async () => {
    const model = await adapted(0.3);
    const loss = lossOf(model, 32);
    const [one, again, other] = [
      await loss.train([examples], 7),
      await loss.train([examples], 7),
      await loss.train([examples], 8),
    ];
    expect(again).toEqual(one);
    expect(other.loss).not.toBe(one.loss);
    const evaluated = await loss.evaluate(examples);
    expect(await loss.evaluate(examples)).toEqual(evaluated);
    // The drawn masks spread the loss about what it is without them.
    const mean = evaluated.lossSum / evaluated.weight;
    expect(Math.abs(one.loss / mean - 1)).toBeGreaterThan(1e-4);
    const plain = lossOf(await adapted(0), 32);
    expect([evaluated.lossSum]).toBeAllclose([(await plain.evaluate(examples)).lossSum], 1e-6);
    expect([(await plain.train([examples], 7)).loss]).toBeAllclose([mean], 1e-5);
  }, 60_000);
});
