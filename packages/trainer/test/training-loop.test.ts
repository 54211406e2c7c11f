import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  isTrainerError,
  type LogRecord,
  type RowSource,
  Trainer,
  type TrainerCallback,
  TrainingArguments,
  type TrainingFields,
} from "../src";
import { meanOf, someExamples, TableModel } from "./support/table-model";

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "waveft-trainer-"));
  onTestFinished(() => rmSync(output, { recursive: true, force: true }));
});

interface Run {
  train?: RowSource;
  evaluation?: RowSource;
  model?: TableModel;
  callbacks?: TrainerCallback[];
}

const trainerOf = (fields: Partial<TrainingFields>, run: Run = {}) => {
  const { train = someExamples(10), evaluation, model = new TableModel(), callbacks = [] } = run;
  const args = new TrainingArguments({
    outputDir: output,
    perDeviceTrainBatchSize: 2,
    numTrainEpochs: 1,
    learningRate: 0.05,
    loggingSteps: 1,
    saveStrategy: "no",
    shuffle: false,
    ...fields,
  });
  const trainer = new Trainer({
    model,
    args,
    trainDataset: train,
    evalDataset: evaluation ?? null,
    callbacks,
  });
  onTestFinished(() => trainer.dispose());
  return { trainer, model };
};

const column = (history: readonly LogRecord[], name: string): number[] =>
  history.flatMap((record) => (record[name] === undefined ? [] : [record[name]]));

/** The losses, and the weights at the end, of one run. */
const resultOf = async (fields: Partial<TrainingFields>, run: Run = {}) => {
  const { trainer, model } = trainerOf(fields, run);
  await trainer.train();
  return {
    losses: column(trainer.state.logHistory, "loss"),
    values: model.values.slice(),
    state: trainer.state,
  };
};

describe("the first update", () => {
  it("has the mean loss over all labels, and AdamW's first step", async () => {
    const model = new TableModel();
    const before = model.values.slice();
    const expected = meanOf(model.losses(someExamples(4)));
    const { losses, values } = await resultOf({ perDeviceTrainBatchSize: 4, maxSteps: 1 }, { model });
    expect(losses).toBeAllclose([expected], 1e-6);
    // Bias-corrected, the first step is the learning rate times the gradient's sign.
    const moved = [...values].map((value, i) => Math.abs(value - before[i]!)).filter((move) => move > 1e-6);
    expect(moved).toBeAllclose(new Array(moved.length).fill(0.05), 1e-3);
  });

  it("of a warm-up has the rate 0 and changes nothing", async () => {
    const model = new TableModel();
    const before = model.values.slice();
    const { state } = await resultOf({ maxSteps: 1, warmupSteps: 3 }, { model });
    expect(column(state.logHistory, "learning_rate")).toEqual([0]);
    expect(model.values).toEqual(before);
  });

  it("of a warm-up given as a share: ⌈share · updates⌉", async () => {
    const { state } = await resultOf({ warmupSteps: 0.3 });
    // 5 updates, 2 of warm-up.
    expect(column(state.logHistory, "learning_rate")).toBeAllclose(
      [0, 0.025, 0.05, 0.1 / 3, 0.05 / 3],
      1e-12,
    );
  });
});

describe("gradient accumulation", () => {
  it("counts epochs by batches, as transformers does", async () => {
    const { state } = await resultOf({
      perDeviceTrainBatchSize: 2,
      gradientAccumulationSteps: 2,
      numTrainEpochs: 2,
    });
    expect(column(state.logHistory, "epoch").slice(0, 6)).toBeAllclose([0.4, 0.8, 1, 1.4, 1.8, 2], 1e-12);
  });
});

describe("the order", () => {
  it("is another in each epoch, the same for the same seed, and that of dataSeed where given", async () => {
    const one = await resultOf({ shuffle: true, numTrainEpochs: 2 });
    expect(one.losses).toEqual((await resultOf({ shuffle: true, numTrainEpochs: 2 })).losses);
    expect(one.losses).toEqual(
      (await resultOf({ shuffle: true, numTrainEpochs: 2, seed: 1, dataSeed: 42 })).losses,
    );
    expect(one.losses).not.toEqual((await resultOf({ shuffle: true, numTrainEpochs: 2, seed: 1 })).losses);
  });

  it("starts from the beginning when train is called again", async () => {
    const { trainer, model } = trainerOf({ maxSteps: 3 });
    const start = model.values.slice();
    await trainer.train();
    const [first, end] = [column(trainer.state.logHistory, "loss"), model.values.slice()];
    model.table.data = start;
    await trainer.train();
    expect(column(trainer.state.logHistory, "loss")).toEqual(first);
    expect(model.values).toEqual(end);
    expect(trainer.state.globalStep).toBe(3);
  });
});

describe("clipping", () => {
  it("records the norm before it, and 0 turns it off", async () => {
    const clipped = await resultOf({ maxGradNorm: 1e-4, maxSteps: 1 });
    const free = await resultOf({ maxGradNorm: 0, maxSteps: 1 });
    const [norm] = column(free.state.logHistory, "grad_norm");
    expect(norm).toBeGreaterThan(0.01);
    expect(column(clipped.state.logHistory, "grad_norm")).toEqual([norm]);
  });
});

describe("evaluation", () => {
  const evaluation = someExamples(5).reverse();

  it("averages batch means by rows", async () => {
    const { trainer, model } = trainerOf({ perDeviceEvalBatchSize: 3 }, { evaluation });
    const means = [evaluation.slice(0, 3), evaluation.slice(3)].map((batch) => meanOf(model.losses(batch)));
    const metrics = await trainer.evaluate();
    expect([metrics.eval_loss!]).toBeAllclose([(3 * means[0]! + 2 * means[1]!) / 5], 1e-6);
    expect(trainer.state.logHistory).toEqual([{ ...metrics, epoch: 0, step: 0 }]);
    expect(Object.keys(await trainer.measure())).toEqual([
      "eval_loss",
      "eval_runtime",
      "eval_samples_per_second",
      "eval_steps_per_second",
    ]);
    expect(trainer.state.logHistory).toHaveLength(1);
  });

  it("counts only labelled tokens, and a batch without any not at all", async () => {
    const masked = { inputIds: [1, 2, 3, 4], labels: [-100, -100, 3, -100] };
    const { trainer, model } = trainerOf(
      { perDeviceEvalBatchSize: 1 },
      { evaluation: [masked, { inputIds: [1, 2], labels: [1, -100] }, { inputIds: [3] }] },
    );
    expect([(await trainer.measure()).eval_loss!]).toBeAllclose(model.losses([masked]), 1e-6);
  });

  it.each([
    [{ evalStrategy: "steps", evalSteps: 2 }, [2, 4, 5]],
    [{ evalStrategy: "steps", loggingSteps: 3 }, [3, 5]],
    [{ evalStrategy: "steps", evalSteps: 5 }, [5]],
    [{ evalStrategy: "epoch", numTrainEpochs: 2 }, [5, 10]],
    [{ evalStrategy: "epoch", maxSteps: 7 }, [5, 7]],
    [{ evalStrategy: "no" }, []],
  ] as [Partial<TrainingFields>, number[]][])("of %o comes after the updates %o", async (fields, steps) => {
    const { state } = await resultOf(fields, { evaluation });
    expect(state.logHistory.filter((record) => "eval_loss" in record).map(({ step }) => step)).toEqual(steps);
  });
});

describe("checkpoints", () => {
  const saved = () =>
    readdirSync(output)
      .filter((name) => name.startsWith("checkpoint-"))
      .sort();

  it.each([
    [{ saveStrategy: "steps", saveSteps: 2 }, ["checkpoint-2", "checkpoint-4", "checkpoint-5"]],
    [{ saveStrategy: "steps", saveSteps: 2, saveTotalLimit: 1 }, ["checkpoint-5"]],
    [{ saveStrategy: "epoch", numTrainEpochs: 2 }, ["checkpoint-10", "checkpoint-5"]],
    [{ saveStrategy: "no" }, []],
  ] as [Partial<TrainingFields>, string[]][])("of %o are %o", async (fields, names) => {
    await resultOf(fields);
    expect(saved()).toEqual(names);
    for (const name of names)
      expect(readdirSync(join(output, name)).sort()).toEqual(["table.json", "trainer_state.json"]);
  });

  it("of the lowest evaluation loss stays, and its weights are there at the end", async () => {
    // Trained towards one token, and judged by another: the first evaluation is the best.
    const train = Array.from({ length: 8 }, () => ({ inputIds: [1, 1, 1] }));
    const evaluation = [{ inputIds: [1, 2] }];
    const { state, values } = await resultOf(
      {
        evalStrategy: "steps",
        evalSteps: 1,
        saveStrategy: "steps",
        saveSteps: 1,
        saveTotalLimit: 2,
        loadBestModelAtEnd: true,
        learningRate: 0.5,
      },
      { train, evaluation },
    );
    expect(saved()).toEqual(["checkpoint-1", "checkpoint-4"]);
    expect(state.bestGlobalStep).toBe(1);
    expect(state.bestModelCheckpoint).toBe(join(output, "checkpoint-1"));
    expect(state.bestMetric).toBe(Math.min(...column(state.logHistory, "eval_loss")));
    expect([...values]).toEqual(JSON.parse(readFileSync(join(output, "checkpoint-1", "table.json"), "utf8")));
  });
});

describe("trainer_state.json", () => {
  it("has transformers' fields", async () => {
    const evaluation = someExamples(3);
    const { trainer } = trainerOf(
      {
        numTrainEpochs: 2,
        evalStrategy: "epoch",
        saveStrategy: "epoch",
        loadBestModelAtEnd: true,
        loggingSteps: 2,
      },
      { evaluation },
    );
    const { globalStep, trainingLoss, metrics } = await trainer.train();
    const json = JSON.parse(readFileSync(join(output, "trainer_state.json"), "utf8"));
    const tokens = 2 * someExamples(10).reduce((total, { inputIds }) => total + inputIds.length, 0);
    expect(Object.keys(json)).toEqual(Object.keys(json).sort());
    expect(json).toMatchObject({
      best_metric: trainer.state.bestMetric,
      epoch: 2,
      eval_steps: 2,
      global_step: 10,
      is_hyper_param_search: false,
      is_local_process_zero: true,
      is_world_process_zero: true,
      logging_steps: 2,
      max_steps: 10,
      num_input_tokens_seen: tokens,
      num_train_epochs: 2,
      save_steps: 500,
      stateful_callbacks: { TrainerControl: { args: { should_training_stop: true }, attributes: {} } },
      // Six operations for each of the table's 25 weights and each token.
      total_flos: 6 * 25 * tokens,
      train_batch_size: 2,
      trial_name: null,
      trial_params: null,
    });
    expect(json.best_model_checkpoint).toBe(join(output, `checkpoint-${json.best_global_step}`));
    const training = json.log_history.filter((record: LogRecord) => "loss" in record);
    expect(training.map(({ step }: LogRecord) => step)).toEqual([2, 4, 6, 8, 10]);
    for (const name of ["grad_norm", "learning_rate", "epoch", "num_tokens", "step_time"])
      expect(training[0]).toHaveProperty(name, expect.any(Number));
    expect(training.reduce((total: number, { num_tokens }: LogRecord) => total + num_tokens!, 0)).toBe(
      tokens,
    );
    expect(json.log_history.at(-1)).toMatchObject({ ...metrics, step: 10, total_flos: 6 * 25 * tokens });
    expect(globalStep).toBe(10);
    expect([trainingLoss]).toBeAllclose([meanOf(training.map(({ loss }: LogRecord) => loss))], 1e-6);
  });
});

describe("a loss or gradient that is not finite", () => {
  it("stops the run before the update, and names the update, the parameter and what to try", async () => {
    const model = new TableModel();
    model.values.fill(Number.NaN, 20);
    const train = [
      [1, 2],
      [4, 1],
      [2, 3],
    ].map((inputIds) => ({ inputIds }));
    const { trainer } = trainerOf(
      { perDeviceTrainBatchSize: 1, saveStrategy: "steps", saveSteps: 1 },
      { model, train },
    );
    const stopped = await trainer.train().catch((error: unknown) => error);
    expect(isTrainerError(stopped)).toBe(true);
    expect(String(stopped)).toMatch(
      /trainer: at update 2 the loss is NaN and the norm of the gradient NaN, of table NaN; the update was not made: try a lower learningRate/,
    );
    expect(trainer.state.globalStep).toBe(1);
    expect(model.training).toBe(false);
    // The last good checkpoint stays, whole, with the weights before the update.
    expect(readdirSync(output)).toEqual(["checkpoint-1"]);
    const saved = JSON.parse(readFileSync(join(output, "checkpoint-1/table.json"), "utf8")) as number[];
    expect([...model.values].map((value) => (Number.isNaN(value) ? null : value))).toEqual(saved);
  });
});

describe("callbacks", () => {
  it("hear of everything, in transformers' order, and are awaited", async () => {
    const heard: string[] = [];
    const hear = (text: string) =>
      new Promise<void>((done) => setTimeout(() => done(void heard.push(text)), 1));
    const callback: TrainerCallback = {
      onTrainBegin: (_, maxSteps) => hear(`begin ${maxSteps}`),
      onStepEnd: ({ step, maxSteps, numTokens }) => hear(`step ${step}/${maxSteps} ${numTokens > 0}`),
      onLog: (record) =>
        hear(`log ${"loss" in record ? "loss" : "eval_loss" in record ? "eval_loss" : "end"}`),
      onEvaluate: ({ eval_loss }) => hear(`evaluate ${eval_loss! > 0}`),
      onSave: (folder) => hear(`save ${existsSync(join(folder, "table.json"))}`),
      onTrainEnd: ({ globalStep }) => hear(`end ${globalStep}`),
    };
    const { trainer } = trainerOf(
      {
        maxSteps: 2,
        loggingSteps: 2,
        evalStrategy: "steps",
        evalSteps: 2,
        saveStrategy: "steps",
        saveSteps: 2,
      },
      { evaluation: someExamples(2), callbacks: [callback] },
    );
    await trainer.train();
    expect(heard).toEqual([
      "begin 2",
      "step 1/2 true",
      "step 2/2 true",
      "log loss",
      "log eval_loss",
      "evaluate true",
      "save true",
      "log end",
      "end 2",
    ]);
  });
});

describe("errors", () => {
  const expectError = (make: () => unknown, sentence: RegExp) => {
    try {
      make();
    } catch (error) {
      expect(isTrainerError(error)).toBe(true);
      expect((error as Error).message).toMatch(sentence);
      return;
    }
    expect.unreachable("no error was thrown");
  };
  const long = { inputIds: new Array<number>(17).fill(1) };

  it.each([
    ["nothing to train on", {}, { train: [] }, /trainDataset is empty; give at least one example/],
    ["nothing to evaluate on", {}, { evaluation: [] }, /evalDataset is empty/],
    [
      "a row without tokens",
      {},
      { train: [{ inputIds: [1, 2] }, { text: "a" }] },
      /row 1 of the trainDataset has no inputIds/,
    ],
    ["an empty row", {}, { train: [{ inputIds: [] }] }, /row 0 of the trainDataset has no inputIds/],
    [
      "too few labels",
      {},
      { train: [{ inputIds: [1, 2], labels: [1] }] },
      /row 0 .* 2 inputIds and 1 labels/,
    ],
    ["ids in a text", {}, { train: [{ inputIds: "12" }] }, /row 0 .* has no inputIds/],
    ["a fraction for an id", {}, { train: [{ inputIds: [1, 1.5] }] }, /row 0 .* has 1\.5 in its inputIds/],
    ["no number for an id", {}, { train: [{ inputIds: [1, Number.NaN] }] }, /has NaN in its inputIds/],
    [
      "an id beyond the vocabulary",
      {},
      { train: [{ inputIds: [1, 5] }] },
      /has 5 in its inputIds; ids go from 0 to 4/,
    ],
    [
      "a label beyond the vocabulary",
      {},
      { train: [{ inputIds: [1, 2], labels: [-100, -1] }] },
      /has -1 in its labels; ids go from 0 to 4, and -100 is none/,
    ],
    [
      "nothing to predict",
      {},
      { train: [{ inputIds: [1] }] },
      /no example of the trainDataset has a token to predict/,
    ],
    [
      "too long a row",
      {},
      { train: [long] },
      /an example has 17 tokens, the model 16 positions; truncate to at most 16/,
    ],
    [
      "no evaluation data",
      { evalStrategy: "steps" },
      {},
      /evalStrategy is "steps", but there is no evalDataset/,
    ],
  ] as [string, Partial<TrainingFields>, Run, RegExp][])("for %s", (_, fields, run, sentence) => {
    expectError(() => trainerOf(fields, run), sentence);
  });

  it("for an output folder that cannot be written to, before the first update", async () => {
    writeFileSync(join(output, "file"), "");
    const steps: number[] = [];
    const { trainer } = trainerOf(
      { outputDir: join(output, "file"), saveStrategy: "steps" },
      { callbacks: [{ onStepEnd: ({ step }) => void steps.push(step) }] },
    );
    await expect(trainer.train()).rejects.toThrow(/cannot write to the output folder .*file \(EEXIST\)/);
    expect(steps).toEqual([]);
  });

  it("for training a frozen model, which can be evaluated", async () => {
    const model = new TableModel().setRequiresGrad(false);
    const { trainer } = trainerOf({}, { model, evaluation: [{ inputIds: [1, 2, 3] }] });
    expect((await trainer.evaluate()).eval_loss).toBeGreaterThan(0);
    await expect(trainer.train()).rejects.toThrow(/no parameter .* requires a gradient; add an adapter/);
    expect(trainer.state.globalStep).toBe(0);
  });

  it("for evaluating without data", async () => {
    await expect(trainerOf({}).trainer.evaluate()).rejects.toThrow(/no evalDataset; give one to evaluate/);
  });
});
