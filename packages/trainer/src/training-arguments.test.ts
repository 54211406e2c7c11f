import { describe, expect, it } from "vitest";
import { SFTConfig } from "./sft-config";
import { schedules, TrainingArguments, type TrainingFields } from "./training-arguments";

describe("TrainingArguments", () => {
  it("has transformers' defaults", () => {
    expect(new TrainingArguments()).toMatchObject({
      outputDir: "trainer_output",
      perDeviceTrainBatchSize: 8,
      perDeviceEvalBatchSize: 8,
      numTrainEpochs: 3,
      maxSteps: -1,
      learningRate: 5e-5,
      lrSchedulerType: "linear",
      warmupSteps: 0,
      weightDecay: 0,
      adamBeta1: 0.9,
      adamBeta2: 0.999,
      adamEpsilon: 1e-8,
      maxGradNorm: 1,
      loggingSteps: 500,
      saveSteps: 500,
      seed: 42,
    });
    expect(new TrainingArguments({ maxSteps: undefined } as never).maxSteps).toBe(-1);
  });

  const wrong: [fields: object, sentence: RegExp][] = [
    [{ learning_rate: 1 }, /TrainingArguments: no setting "learning_rate"; there are .*learningRate/],
    [{ toString: 1 }, /no setting "toString"/],
    [{ perDeviceTrainBatchSize: 0 }, /perDeviceTrainBatchSize is 0; give an integer of at least 1/],
    [{ perDeviceEvalBatchSize: 1.5 }, /perDeviceEvalBatchSize is 1.5/],
    [{ gradientAccumulationSteps: "2" }, /gradientAccumulationSteps is 2; give an integer/],
    [{ maxSteps: 0 }, /maxSteps is 0; give an integer of at least 1, or −1/],
    [{ numTrainEpochs: 0 }, /numTrainEpochs is 0; give a number above 0/],
    [{ numTrainEpochs: "3" }, /numTrainEpochs is 3/],
    [{ learningRate: -1 }, /learningRate is -1; give a number of at least 0/],
    [{ learningRate: Number.NaN }, /learningRate is NaN/],
    [{ warmupSteps: -1 }, /warmupSteps/],
    [{ weightDecay: null }, /weightDecay is null/],
    [{ learningRate: 1e30 }, /learningRate is 1e\+30; give a number of at most 100/],
    [{ adamBeta1: 1 }, /adamBeta1 is 1; give a number from 0 to below 1/],
    [{ adamEpsilon: 0 }, /adamEpsilon is 0; give a number above 0/],
    [
      { lrSchedulerType: "cosinus" },
      /lrSchedulerType is cosinus; give linear, cosine, cosine_with_restarts, constant/,
    ],
    [{ evalStrategy: "step" }, /evalStrategy is step; give no, steps, epoch/],
    [{ evalSteps: 0 }, /evalSteps is 0; give an integer of at least 1, or null/],
    [{ saveTotalLimit: 0 }, /saveTotalLimit is 0/],
    [{ seed: 0.5 }, /seed is 0.5; give an integer/],
    [{ dataSeed: "7" }, /dataSeed is 7; give an integer, or null/],
    [{ shuffle: "false" }, /shuffle is false; give true or false/],
    [{ outputDir: "" }, /outputDir is ; give a folder/],
    [{ loadBestModelAtEnd: true }, /evalStrategy and saveStrategy alike.*"no" and "steps"/],
    [
      { loadBestModelAtEnd: true, evalStrategy: "steps", evalSteps: 3, saveSteps: 4 },
      /saveSteps to be a multiple of evalSteps; they are 4 and 3/,
    ],
  ];
  it.each(wrong)("refuses %o", (fields, sentence) => {
    expect(() => new TrainingArguments(fields as Partial<TrainingFields>)).toThrow(sentence);
  });
});

describe("half precision", () => {
  it.each(["bf16", "fp16"] as const)(
    "is a matter of the weights: %s is refused, off it does no harm",
    (name) => {
      expect(() => new SFTConfig({ [name]: true })).toThrow(
        `SFTConfig: ${name} is true, but arithmetic is float32 here; leave it out, and store the weights`,
      );
      expect(new TrainingArguments({ [name]: false })[name]).toBe(false);
    },
  );
});

describe("SFTConfig", () => {
  it("has TRL's defaults, and takes maxSeqLength for maxLength", () => {
    const config = new SFTConfig();
    expect(config).toMatchObject({
      learningRate: 2e-5,
      loggingSteps: 10,
      maxLength: 1024,
      datasetTextField: "text",
    });
    expect(config.outputDir).toBe("trainer_output");
    expect(new SFTConfig({ maxSeqLength: 128 }).maxLength).toBe(128);
    expect(new SFTConfig({ maxSeqLength: 128, maxLength: 128 }).maxLength).toBe(128);
    expect(new SFTConfig({ maxLength: null }).maxLength).toBe(null);
  });

  it.each([
    [{ maxSeqLength: 1, maxLength: 2 }, /old name of maxLength; give one/],
    [{ maxLength: 0 }, /SFTConfig: maxLength is 0; give an integer of at least 1, or null/],
    [{ datasetTextField: 3 }, /datasetTextField is 3; give the name of a column/],
    [{ max_length: 3 }, /SFTConfig: no setting "max_length"/],
    [{ learningRate: -3 }, /SFTConfig: learningRate is -3/],
  ] as [object, RegExp][])("refuses %o", (fields, sentence) => {
    expect(() => new SFTConfig(fields as never)).toThrow(sentence);
  });
});

describe("schedules", () => {
  const rates = (name: keyof typeof schedules, warmup: number) =>
    Array.from({ length: 6 }, (_, step) => schedules[name](warmup, 6)(step));

  it("start at 0 with a warm-up, and fall as transformers' do", () => {
    expect(rates("linear", 2)).toEqual([0, 0.5, 1, 0.75, 0.5, 0.25]);
    expect(rates("linear", 0)).toBeAllclose([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6], 1e-12);
    expect(rates("cosine", 2)).toBeAllclose([0, 0.5, 1, 0.853553390593, 0.5, 0.146446609407], 1e-9);
    expect(rates("constant", 2)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(rates("constant_with_warmup", 2)).toEqual([0, 0.5, 1, 1, 1, 1]);
  });
});
