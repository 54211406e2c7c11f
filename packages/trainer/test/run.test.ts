import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { resolveDevice } from "@waveft/autograd";
import { bundle } from "@waveft/browser-test";
import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type RunState, Trainer, type TrainerCallback, TrainingArguments, type TrainingFields } from "../src";
import { prepareFolder } from "../src/checkpoints";
import { someExamples, TableModel } from "./support/table-model";

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "waveft-run-"));
  onTestFinished(() => rmSync(output, { recursive: true, force: true }));
});

const trainerOf = (
  fields: Partial<TrainingFields>,
  { model = new TableModel(), callbacks = [] as TrainerCallback[], evaluation = true } = {},
) => {
  const trainer = new Trainer({
    model,
    args: new TrainingArguments({
      outputDir: output,
      perDeviceTrainBatchSize: 2,
      numTrainEpochs: 2,
      learningRate: 0.05,
      warmupSteps: 2,
      loggingSteps: 2,
      saveStrategy: "no",
      ...fields,
    }),
    trainDataset: someExamples(11),
    evalDataset: evaluation ? someExamples(3) : null,
    callbacks,
  });
  onTestFinished(() => trainer.dispose());
  return { trainer, model };
};

/** What a log says, without times. */
const timeless = (log: readonly object[]) =>
  log.map((record) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !/time|per_second/.test(name))),
  );

it.each(["deleted", "frozen", "left for another"])(
  "an adapter that is %s while it is trained is told",
  async (how) => {
    const folder = fileURLToPath(new URL("../../transformers/test/golden/opt-pre", import.meta.url));
    const base = await AutoModelForCausalLM.fromPretrained(folder, { device: "onnx:cpu" });
    const config = new WaveFTConfig({ nFrequency: 20, targetModules: ["q_proj"] });
    const model = getPeftModel(base, config);
    model.addAdapter("other", config);
    const change: Record<string, () => void> = {
      deleted: () => model.deleteAdapter("default"),
      frozen: () => model.setRequiresGrad(false),
      "left for another": () => model.setAdapter("other"),
    };
    const trainer = new Trainer({
      model,
      args: new TrainingArguments({ outputDir: output, maxSteps: 5, saveStrategy: "no" }),
      trainDataset: someExamples(7),
      callbacks: [{ onStepEnd: ({ step }) => void (step === 2 && change[how]!()) }],
    });
    onTestFinished(() => trainer.dispose());
    await expect(trainer.train()).rejects.toThrow(
      /\d of \d trained parameters are no longer the model's, or frozen/,
    );
    expect(trainer.state.globalStep).toBe(2);
  },
);

it.each([
  [
    { warmupSteps: 100, maxSteps: 11 },
    ["warmupSteps is 100, but the run has 11 updates: the learning rate ends at 10 % of learningRate"],
  ],
  [{ warmupSteps: 11, maxSteps: 11 }, []],
  [{ warmupSteps: 0.5, maxSteps: 11 }, []],
])("a warm-up that is longer than the run is said: %j", (fields, expected) => {
  const warnings: string[] = [];
  const args = new TrainingArguments({ outputDir: output, ...fields });
  const onWarning = (message: string) => warnings.push(message);
  const trainer = new Trainer({ model: new TableModel(), args, trainDataset: someExamples(4), onWarning });
  onTestFinished(() => trainer.dispose());
  expect(warnings).toEqual(expected);
});

describe("what is no state of such a run", () => {
  const damaged: [string, (state: RunState) => unknown][] = [
    ["text", () => "state"],
    ["nothing", () => null],
    ["another object", () => ({ steps: 1 })],
    ["what JSON leaves of it", (state) => JSON.parse(JSON.stringify(state))],
    ["a place before the first", (state) => ({ ...state, place: -1 })],
    [
      "a step that is no number",
      (state) => ({ ...state, trainer: { ...state.trainer, globalStep: Number.NaN } }),
    ],
    ["no log", (state) => ({ ...state, trainer: { ...state.trainer, logHistory: null } })],
    ["a loss that is no number", (state) => ({ ...state, lossTotal: null })],
    ["no window", (state) => ({ ...state, window: {} })],
    ["an optimizer without arrays", (state) => ({ ...state, optimizer: { ...state.optimizer, arrays: {} } })],
    ["the best of another model", (state) => ({ ...state, best: [new Float32Array(3)] })],
  ];

  it.each(damaged)("is refused before anything changes: %s", async (_, damage) => {
    const first = trainerOf({ maxSteps: 2 });
    await first.trainer.train();
    const { trainer, model } = trainerOf({ maxSteps: 4 });
    const before = model.values.slice();
    const state = damage(structuredClone(first.trainer.runState()!)) as RunState;
    await expect(trainer.train({ state })).rejects.toThrow(/^(trainer|AdamW): .*state/);
    expect(model.values).toEqual(before);
    // The trainer can still train.
    expect((await trainer.train()).globalStep).toBe(4);
  });

  it("a second run of one model waits for the first, be it another trainer's", async () => {
    const { trainer, model } = trainerOf({ maxSteps: 2 });
    const other = trainerOf({ maxSteps: 3 }, { model }).trainer;
    const first = trainer.train();
    for (const second of [trainer, other])
      await expect(second.train()).rejects.toThrow("trainer: this model is in training already");
    expect((await first).globalStep).toBe(2);
    expect((await other.train()).globalStep).toBe(3);
  });
});

describe.each(["gpu:cpu", "onnx:cpu"])("an engine that somebody closes on the way, %s", (name) => {
  const lossesOf = async (callback: TrainerCallback) => {
    const { trainer } = trainerOf(
      { maxSteps: 4, loggingSteps: 1 },
      { model: tableOn(name), callbacks: [callback] },
    );
    await trainer.train();
    return trainer.state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  };
  const tableOn = (device: string) => Object.assign(new TableModel(), { device });

  it("is opened anew where the model names it, and the run is the same", async () => {
    const close: TrainerCallback = {
      onStepEnd: async ({ step }) => {
        if (step === 2) await (await resolveDevice(name)).dispose!();
      },
    };
    expect(await lossesOf(close)).toEqual(await lossesOf({}));
  });
});

describe("a run that is stopped and goes on in a new trainer", () => {
  it("is the run that was not stopped, to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          cut: fc.integer({ min: 1, max: 7 }),
          accumulation: fc.constantFrom(1, 2),
          shuffle: fc.boolean(),
          loggingSteps: fc.integer({ min: 1, max: 3 }),
        }),
        async ({ cut, accumulation, shuffle, loggingSteps }) => {
          const fields = {
            gradientAccumulationSteps: accumulation,
            shuffle,
            loggingSteps,
            maxSteps: 8,
            evalStrategy: "steps",
            evalSteps: 3,
          } as const;
          const whole = trainerOf(fields);
          await whole.trainer.train();
          const stop = new AbortController();
          const first = trainerOf(fields, {
            callbacks: [{ onStepEnd: ({ step }) => void (step === cut && stop.abort()) }],
          });
          expect((await first.trainer.train({ signal: stop.signal })).stoppedBy).toBe("signal");
          expect(first.trainer.state.globalStep).toBe(cut);
          const state = structuredClone(first.trainer.runState()!);
          // What the stopped run logged at its end is not the run's.
          const second = trainerOf(fields, { model: new TableModel(first.model.values.slice()) });
          const output = await second.trainer.train({ state: withoutEnd(state) });
          expect(second.model.values).toEqual(whole.model.values);
          expect(timeless(second.trainer.state.logHistory)).toEqual(timeless(whole.trainer.state.logHistory));
          expect(output.globalStep).toBe(8);
          expect(second.trainer.runState()!.optimizer).toEqual(whole.trainer.runState()!.optimizer);
        },
      ),
      { numRuns: 8, seed: 4 },
    );
  });

  const withoutEnd = (state: RunState): RunState => ({
    ...state,
    trainer: {
      ...state.trainer,
      logHistory: state.trainer.logHistory.filter((record) => record.train_loss === undefined),
    },
  });

  it("with adapters and dropout, which draw by the update", async () => {
    const optPre = fileURLToPath(new URL("../../transformers/test/golden/opt-pre", import.meta.url));
    const config = await AutoConfig.fromPretrained(optPre);
    const modelOf = () => {
      const base = AutoModelForCausalLM.fromConfig({ ...config, dropout: 0.3 } as typeof config, {
        device: "onnx:cpu",
      });
      return getPeftModel(base, new WaveFTConfig({ nFrequency: 20, targetModules: ["q_proj"] }));
    };
    const valuesOf = (model: ReturnType<typeof modelOf>) =>
      model.parameters().flatMap(({ requiresGrad, data }) => (requiresGrad ? [data.slice()] : []));
    const trainerOn = (model: ReturnType<typeof modelOf>, callbacks: TrainerCallback[] = []) =>
      new Trainer({
        model,
        args: new TrainingArguments({
          outputDir: output,
          perDeviceTrainBatchSize: 3,
          maxSteps: 5,
          learningRate: 0.02,
          saveStrategy: "no",
        }),
        trainDataset: someExamples(7),
        callbacks,
      });
    const whole = modelOf();
    await trainerOn(whole).train();
    const part = modelOf();
    const first = trainerOn(part, [
      {
        onStepEnd: ({ step }, _, control) => {
          control.shouldTrainingStop = step === 3;
        },
      },
    ]);
    expect((await first.train()).stoppedBy).toBe("callback");
    await trainerOn(part).train({ state: first.runState()! });
    expect(valuesOf(part)).toEqual(valuesOf(whole));
  }, 60_000);
});

describe("control", () => {
  it("callbacks save, evaluate, log and end an epoch where they like", async () => {
    const heard: string[] = [];
    const { trainer } = trainerOf(
      { loggingSteps: 100, saveStrategy: "no" },
      {
        callbacks: [
          {
            onStepEnd: ({ step }, _, control) => {
              if (step === 1) control.shouldLog = true;
              if (step === 2) control.shouldEvaluate = true;
              if (step === 3) control.shouldSave = true;
              if (step === 4) control.shouldEpochStop = true;
            },
            onLog: (record, { globalStep }) => void heard.push(`${globalStep} ${Object.keys(record)[0]}`),
            onSave: (folder) => void heard.push(folder.slice(output.length + 1)),
          },
        ],
      },
    );
    await trainer.train();
    expect(heard).toEqual(["1 loss", "2 eval_loss", "checkpoint-3", "10 total_flos"]);
    // 6 updates an epoch, of which the first had 4.
    expect(trainer.state.globalStep).toBe(10);
    expect(trainer.state.epoch).toBe(2);
  });

  it("a signal that is given before the first update stops there", async () => {
    const { trainer, model } = trainerOf({});
    const before = model.values.slice();
    const { stoppedBy, globalStep } = await trainer.train({ signal: AbortSignal.abort() });
    expect([stoppedBy, globalStep]).toEqual(["signal", 0]);
    expect(model.values).toEqual(before);
  });

  it("a callback that throws ends the run, in eval mode, and the trainer can be used again", async () => {
    let fails = true;
    const { trainer, model } = trainerOf(
      {},
      {
        callbacks: [
          {
            onStepEnd: () => {
              if (fails) throw new Error("no");
            },
          },
        ],
      },
    );
    await expect(trainer.train()).rejects.toThrow("no");
    expect(model.training).toBe(false);
    fails = false;
    expect((await trainer.train()).stoppedBy).toBeNull();
  });

  it("two trainers at a time do not disturb each other", async () => {
    const alone = trainerOf({});
    await alone.trainer.train();
    const pair = [trainerOf({}), trainerOf({ learningRate: 0.01 }), trainerOf({})];
    await Promise.all(pair.map(({ trainer }) => trainer.train()));
    expect(pair[0]!.model.values).toEqual(alone.model.values);
    expect(pair[2]!.model.values).toEqual(alone.model.values);
    expect(pair[1]!.model.values).not.toEqual(alone.model.values);
  });
});

describe("files", () => {
  it("of a folder belong to one run at a time, and those of a process that is gone to the next", async () => {
    const folder = join(output, "shared");
    const fields = { outputDir: folder, saveStrategy: "steps", saveSteps: 1, saveTotalLimit: 1 } as const;
    const [first, second] = [trainerOf(fields).trainer, trainerOf(fields).trainer];
    const running = first.train();
    await vi.waitFor(() => expect(existsSync(join(folder, ".trainer.lock"))).toBe(true));
    await expect(second.train()).rejects.toThrow(
      `the output folder ${folder} is in use by process ${process.pid} on ${hostname()}; wait for that run`,
    );
    await running;
    expect(existsSync(join(folder, ".trainer.lock"))).toBe(false);
    writeFileSync(join(folder, ".trainer.lock"), `${hostname()} ${2 ** 30} token`);
    await second.train();
    expect(readdirSync(folder).sort()).toEqual(["checkpoint-12", "trainer_state.json"]);
  });

  it("none are written with saving off", async () => {
    const folder = join(output, "never");
    const { trainer } = trainerOf({ outputDir: folder, evalStrategy: "epoch" });
    await trainer.train();
    expect(existsSync(folder)).toBe(false);
  });

  it("what killed runs left is swept, and what they had moved is put back; others' work stays", async () => {
    const dead = 999_999_999;
    const put = (folder: string) => {
      mkdirSync(join(output, folder), { recursive: true });
      writeFileSync(join(output, folder, "table.json"), folder);
    };
    for (const name of ["checkpoint-1.tmp", "checkpoint-2.old", "checkpoint-3.old"]) put(`${name}-${dead}`);
    put("checkpoint-3");
    put(`checkpoint-4.tmp-${process.ppid}`);
    const { trainer } = trainerOf({ saveStrategy: "steps", saveSteps: 100, maxSteps: 1 });
    await trainer.train();
    expect(readdirSync(output).sort()).toEqual(
      [
        "checkpoint-1",
        "checkpoint-2",
        "checkpoint-3",
        `checkpoint-4.tmp-${process.ppid}`,
        "trainer_state.json",
      ].sort(),
    );
    const contentOf = (name: string) => readFileSync(join(output, name, "table.json"), "utf8");
    expect(contentOf("checkpoint-2")).toBe(`checkpoint-2.old-${dead}`);
    expect(contentOf("checkpoint-3")).toBe("checkpoint-3");
  });

  it("a process that is killed while it saves leaves a whole checkpoint for the next one", async () => {
    const saver = join(output, "saver.mjs");
    writeFileSync(saver, await bundle(fileURLToPath(new URL("./killed/saver.ts", import.meta.url))));
    for (const moment of [0, 2, 5, 9, 14, 20]) {
      const folder = join(output, `${moment}`);
      mkdirSync(folder);
      const child = spawn(process.execPath, [saver, join(folder, "checkpoint-1")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const gone = once(child, "exit");
      await once(child.stdout, "data");
      await setTimeout(moment);
      child.kill("SIGKILL");
      expect(await gone).toEqual([null, "SIGKILL"]);
      await prepareFolder(folder);
      expect(readdirSync(folder)).toEqual(["checkpoint-1"]);
      const files = readdirSync(join(folder, "checkpoint-1"));
      expect(files).toHaveLength(8);
      const contents = files.map((file) => readFileSync(join(folder, "checkpoint-1", file), "utf8"));
      expect(new Set(contents).size).toBe(1);
    }
  }, 60_000);
});
