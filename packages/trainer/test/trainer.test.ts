import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM, AutoTokenizer } from "@waveft/transformers";
import { afterAll, describe, expect, test } from "vitest";
import {
  Dataset,
  ignoredLabel,
  ModelLoss,
  SFTConfig,
  SFTTrainer,
  type TokenizedExample,
  Trainer,
  TrainingArguments,
  type TrainingFields,
} from "../src";

const models = fileURLToPath(new URL("../../transformers/test/golden/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "waveft-trainer-"));
afterAll(() => rmSync(work, { recursive: true }));
const newFolder = () => mkdtempSync(join(work, "run-"));

const load = async () => {
  const model = await AutoModelForCausalLM.fromPretrained(`${models}opt-pre`, {
    device: "onnx:cpu",
    dtype: "float32",
  });
  return getPeftModel(model, new WaveFTConfig({ nFrequency: 40 }));
};
const examplesOf = (count: number): TokenizedExample[] =>
  Array.from({ length: count }, (_, i) => ({
    inputIds: Array.from({ length: 5 + ((i * 7) % 20) }, (_, t) => 4 + ((i * 31 + t * 17) % 300)),
  }));
const train = async (fields: Partial<TrainingFields>, count = 10, evaluation = 0) => {
  const model = await load();
  const trainer = new Trainer({
    model,
    trainDataset: examplesOf(count),
    evalDataset: evaluation > 0 ? examplesOf(evaluation) : null,
    args: new TrainingArguments({
      outputDir: newFolder(),
      perDeviceTrainBatchSize: 4,
      learningRate: 1e-2,
      loggingSteps: 1,
      saveStrategy: "no",
      shuffle: false,
      ...fields,
    }),
  });
  const output = await trainer.train();
  await trainer.dispose();
  return {
    trainer,
    output,
    model,
    losses: trainer.state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss])),
  };
};

describe("the loss of a batch", () => {
  const batch: TokenizedExample[] = [
    ...examplesOf(6),
    {
      inputIds: [5, 6, 7, 8, 9, 10, 11, 12],
      labels: [5, 6, 7, 8, 9, 10, 11, 12].map((id, i) => (i < 6 ? ignoredLabel : id)),
    },
  ];
  const gradientsWith = async (maxTokens: number, longest = 32) => {
    const loss = new ModelLoss(await load(), longest, maxTokens);
    const result = await loss.train(batch, 0);
    await loss.dispose();
    return result;
  };

  test("does not depend on how examples are packed and launched", async () => {
    const whole = await gradientsWith(4096);
    for (const [tokens, longest] of [
      [32, 32],
      [64, 64],
      [256, 128],
    ] as const) {
      const other = await gradientsWith(tokens, longest);
      expect([other.lossSum]).toBeAllclose([whole.lossSum], 1e-6);
      other.gradients.forEach((gradient, p) => {
        expect(gradient).toBeAllclose(whole.gradients[p]!, 1e-5);
      });
    }
  });

  test("of mostly masked examples is that of their labels alone", async () => {
    const masked = batch.map(({ inputIds }) => ({
      inputIds,
      labels: Array.from(inputIds, (id, t) => (t < inputIds.length - 2 ? ignoredLabel : id)),
    }));
    const loss = new ModelLoss(await load(), 32, 1024);
    const together = await loss.evaluate(masked);
    let alone = 0;
    for (const example of masked) alone += (await loss.evaluate([example])).lossSum;
    await loss.dispose();
    expect(together.labelCount).toBe(2 * masked.length);
    expect([together.lossSum]).toBeAllclose([alone], 1e-6);
  });
});

describe("updates", () => {
  test("accumulated over batches equal one large batch, the remainder too", async () => {
    const small = await train({
      perDeviceTrainBatchSize: 2,
      gradientAccumulationSteps: 2,
      numTrainEpochs: 2,
    });
    const large = await train({ perDeviceTrainBatchSize: 4, numTrainEpochs: 2 });
    expect(small.output.globalStep).toBe(6);
    expect(small.losses).toBeAllclose(large.losses, 1e-5);
  });

  test("begin with the learning rate 0 of the warm-up and end at 0", async () => {
    const { trainer } = await train({ maxSteps: 4, warmupSteps: 2 });
    const rates = trainer.state.logHistory.flatMap((record) =>
      "loss" in record ? [record.learning_rate!] : [],
    );
    expect(rates).toBeAllclose([0, 0.005, 0.01, 0.005], 1e-12);
  });

  test("take the order of torch.randperm when shuffled", async () => {
    const [a, b, c] = [
      await train({ shuffle: true }),
      await train({ shuffle: true }),
      await train({ shuffle: true, seed: 7 }),
    ];
    expect(a.losses).toEqual(b.losses);
    expect(a.losses).not.toEqual(c.losses);
  });

  test("with dropout are repeatable, and evaluation has none", async () => {
    const json = JSON.parse(readFileSync(`${models}opt-pre/config.json`, "utf8"));
    const losses = async (seed: number) => {
      const base = AutoModelForCausalLM.fromConfig(AutoConfig.fromJson({ ...json, dropout: 0.3 }), {
        device: "onnx:cpu",
      });
      const loss = new ModelLoss(getPeftModel(base, new WaveFTConfig({ nFrequency: 8 })), 32, 1024);
      const trained = (await loss.train(examplesOf(4), seed)).lossSum;
      const evaluated = (await loss.evaluate(examplesOf(4))).lossSum;
      await loss.dispose();
      return { trained, evaluated };
    };
    const [a, again, other] = [await losses(1), await losses(1), await losses(2)];
    expect(a).toEqual(again);
    expect(a.trained).not.toBe(other.trained);
    expect(a.evaluated).toBe(other.evaluated);
  });
});

describe("records", () => {
  test("cover the logging window: mean loss, tokens and seconds in all", async () => {
    const each = await train({ maxSteps: 6 }, 24);
    const pairs = await train({ maxSteps: 6, loggingSteps: 2 }, 24);
    const means = [0, 2, 4].map((i) => (each.losses[i]! + each.losses[i + 1]!) / 2);
    expect(pairs.losses).toBeAllclose(means, 1e-9);
    const tokens = (run: typeof each) =>
      run.trainer.state.logHistory.reduce((total, record) => total + (record.num_tokens ?? 0), 0);
    expect(tokens(pairs)).toBe(tokens(each));
    expect(each.trainer.state.numInputTokensSeen).toBe(tokens(each));
  });

  test("come with evaluations and checkpoints at their steps and the last one", async () => {
    const { trainer } = await train(
      {
        maxSteps: 5,
        evalStrategy: "steps",
        evalSteps: 2,
        saveStrategy: "steps",
        saveSteps: 2,
        saveTotalLimit: 2,
        loadBestModelAtEnd: true,
      },
      20,
      9,
    );
    const evaluated = trainer.state.logHistory.flatMap((record) =>
      "eval_loss" in record ? [record.step] : [],
    );
    expect(evaluated).toEqual([2, 4, 5]);
    const folder = trainer.args.outputDir;
    const kept = readdirSync(folder).filter((name) => name.startsWith("checkpoint-"));
    expect(kept).toHaveLength(2);
    expect(kept).toContain(`checkpoint-${trainer.state.bestGlobalStep}`);
    const state = JSON.parse(readFileSync(join(folder, "trainer_state.json"), "utf8"));
    expect(state).toMatchObject({
      global_step: 5,
      max_steps: 5,
      eval_steps: 2,
      save_steps: 2,
      train_batch_size: 4,
    });
    expect(Object.keys(state)).toEqual([...Object.keys(state)].sort());
    expect(existsSync(join(folder, kept[0]!, "adapter_model.safetensors"))).toBe(true);
  });

  test("weigh the evaluation batches by rows", async () => {
    const model = await load();
    const rows = examplesOf(11);
    const trainer = new Trainer({
      model,
      trainDataset: rows,
      evalDataset: rows,
      args: new TrainingArguments({ outputDir: newFolder() }),
    });
    const { eval_loss: loss } = await trainer.measure();
    const parts = new ModelLoss(model, 32, 1024);
    let expected = 0;
    for (const batch of [rows.slice(0, 8), rows.slice(8)]) {
      const { lossSum, labelCount } = await parts.evaluate(batch);
      expected += ((lossSum / labelCount) * batch.length) / rows.length;
    }
    expect([loss!]).toBeAllclose([expected], 1e-6);
    await trainer.dispose();
    await parts.dispose();
  });
});

describe("SFTTrainer", () => {
  test("ends texts with the end of sequence, cuts them, and formats rows", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(`${models}opt-pre`);
    const dataset = Dataset.from([
      { text: "a film" },
      { text: "a long text that is cut somewhere in its middle" },
    ]);
    const trainer = new SFTTrainer({
      model: await load(),
      trainDataset: dataset,
      processingClass: tokenizer,
      args: new SFTConfig({ datasetTextField: "text", maxSeqLength: 6, outputDir: newFolder(), maxSteps: 1 }),
    });
    expect(trainer.args).toMatchObject({ maxLength: 6, learningRate: 2e-5, loggingSteps: 10 });
    await trainer.train();
    expect(trainer.state.numInputTokensSeen).toBeLessThanOrEqual(12);
    await trainer.dispose();
  });

  test("says which column is missing", async () => {
    const options = {
      model: await load(),
      trainDataset: Dataset.from([{ review: "a film" }]),
      processingClass: await AutoTokenizer.fromPretrained(`${models}opt-pre`),
    };
    expect(() => new SFTTrainer(options)).toThrow(
      /row 0 of the trainDataset has no text in "text"; its columns are review/,
    );
    expect(
      () => new SFTTrainer({ ...options, formattingFunc: ({ review }) => String(review) }),
    ).not.toThrow();
  });
});

describe("wrong settings", () => {
  test("are refused with what is allowed", async () => {
    expect(() => new TrainingArguments({ perDeviceTrainBatchSize: 0 })).toThrow(
      /perDeviceTrainBatchSize is 0; give an integer/,
    );
    expect(() => new TrainingArguments({ batchSize: 1 } as never)).toThrow(
      /no setting "batchSize"; there are outputDir/,
    );
    expect(
      () =>
        new TrainingArguments({
          evalStrategy: "steps",
          evalSteps: 3,
          loadBestModelAtEnd: true,
          saveSteps: 4,
        }),
    ).toThrow(/multiple of evalSteps; they are 4 and 3/);
    expect(() => new SFTConfig({ maxLength: 1, maxSeqLength: 2 })).toThrow(/old name/);
    const model = await load();
    const args = new TrainingArguments({ outputDir: newFolder(), evalStrategy: "steps", evalSteps: 1 });
    expect(() => new Trainer({ model, trainDataset: examplesOf(1), args })).toThrow(
      /there is no evalDataset/,
    );
    expect(() => new Trainer({ model, trainDataset: [] })).toThrow(/is empty/);
    expect(() => new Trainer({ model, trainDataset: [{ inputIds: new Int32Array(500) }] })).toThrow(
      /500 tokens, the model \d+ positions/,
    );
    model.setRequiresGrad(false);
    expect(() => new Trainer({ model, trainDataset: examplesOf(1) })).toThrow(
      /no parameter of the model requires a gradient/,
    );
  });

  test("an output folder that cannot be written to stops the run before it begins", async () => {
    writeFileSync(join(work, "file"), "");
    await expect(train({ outputDir: join(work, "file", "out"), maxSteps: 1 })).rejects.toThrow(
      /cannot write to the output folder/,
    );
  });
});
