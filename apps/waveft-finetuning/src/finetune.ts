import { chooseDevice } from "@waveft/autograd";
import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { Trainer, type TrainerCallback, type TrainerState, TrainingArguments } from "@waveft/trainer";
import { AutoModelForCausalLM, AutoTokenizer } from "@waveft/transformers";
import { embedded } from "./assets";
import { type Completion, chooseSamples, completeSamples } from "./completions";
import { loadRecords } from "./data";
import { withFlagNames } from "./flag-names";
import type { FinetuneOptions } from "./options";
import { checkNoModel, checkOutputFolder } from "./output-folder";
import { tokenizeRecord } from "./prompt";
import { parseTargetModules } from "./target-modules";

/** PEFT's example tunes on this data set when only a model is named. */
const DEFAULT_DATA = "yahma/alpaca-cleaned";
/** Examples of an evaluation batch: the Trainer's default, which the script leaves. */
const EVAL_BATCH = 8;
const SAVED_CHECKPOINTS = 3;

/** Lines for the user while it runs. */
export type Say = (line: string) => void;

/** What a run left behind, for the report. */
export interface FinetuneResult {
  readonly options: FinetuneOptions;
  readonly baseModel: string;
  readonly dataPath: string;
  readonly device: string;
  readonly trainable: string;
  readonly records: { readonly train: number; readonly evaluation: number };
  readonly state: TrainerState;
  /** Loss of every update, [update, loss]. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  readonly lossBefore: number | null;
  readonly lossAfter: number | null;
  readonly completions: readonly Completion[];
  /** Whether a signal ended it before its last update: then nothing was evaluated after it. */
  readonly isStopped: boolean;
}

/**
 * The whole job: model, tokenizer, data, adapter, training, evaluation, files. Nothing is written before all
 * inputs were read and found right.
 */
export const finetune = async (
  options: FinetuneOptions,
  say: Say,
  callbacks: readonly TrainerCallback[] = [],
  signal?: AbortSignal,
): Promise<FinetuneResult> => {
  const baseModel = options.base_model ?? embedded.model;
  const dataPath = options.data_path ?? (options.base_model === undefined ? embedded.data : DEFAULT_DATA);
  const config = new WaveFTConfig({
    nFrequency: options.waveft_n_frequency,
    targetModules: parseTargetModules(options.waveft_target_modules),
    scaling: options.waveft_scaling,
    waveletFamily: options.waveft_wavelet_family,
    useIdwt: options.waveft_use_idwt,
    randomLocSeed: options.random_loc_seed,
    taskType: "CAUSAL_LM",
  });
  const withEvaluation = options.eval_data_path !== undefined || options.val_set_size > 0;
  const args = trainingArguments(options, withEvaluation);
  checkOutputFolder(options.output_dir);
  checkNoModel(options.output_dir);

  const model = await AutoModelForCausalLM.fromPretrained(baseModel, {
    dtype: options.dtype,
    device: deviceOf(options),
  });
  const tokenizer = await AutoTokenizer.fromPretrained(baseModel);
  tokenizer.padToken ??= tokenizer.eosToken;
  const records = await loadRecords(dataPath, options);
  const tokenize = (record: (typeof records.train)[number]) =>
    tokenizeRecord(record, tokenizer, options.cutoff_len);
  const peftModel = getPeftModel(model, config);
  const trainable = peftModel.printTrainableParameters(say);
  const losses: [step: number, loss: number][] = [];
  const trainer = new Trainer({
    model: peftModel,
    args,
    trainDataset: records.train.map(tokenize),
    evalDataset: withEvaluation ? records.evaluation.map(tokenize) : null,
    onWarning: (message) => say(`warning: ${withFlagNames(message)}`),
    callbacks: [{ onStepEnd: ({ step, loss }) => void losses.push([step, loss]) }, ...callbacks],
  });
  say(
    `data: ${records.train.length} examples to train on, ${records.evaluation.length} to evaluate on; ${trainer.maxSteps} updates`,
  );

  const samples = chooseSamples(withEvaluation ? records.evaluation : records.train, tokenizer, model.config);
  const lossBefore = withEvaluation ? (await trainer.measure()).eval_loss! : null;
  if (lossBefore !== null) say(`evaluation loss before: ${lossBefore.toFixed(4)}`);
  const before = await completeSamples(peftModel, tokenizer, samples);
  // The first graph has decided.
  const { engine, report } = await chooseDevice(model.device);
  say(`device: ${report.join("; ")}`);
  const { stoppedBy } = await trainer.train(signal === undefined ? {} : { signal });
  const isStopped = stoppedBy === "signal";
  const lossAfter = withEvaluation && !isStopped ? (await trainer.measure()).eval_loss! : null;
  if (lossAfter !== null) say(`evaluation loss after: ${lossAfter.toFixed(4)}`);
  await peftModel.savePretrained(options.output_dir);
  const after = isStopped ? [] : await completeSamples(peftModel, tokenizer, samples);
  await trainer.dispose();
  return {
    options,
    baseModel: options.base_model ?? "the embedded model",
    dataPath: dataPath === embedded.data ? "the embedded data set" : dataPath,
    device: engine.name,
    trainable,
    records: { train: records.train.length, evaluation: records.evaluation.length },
    state: trainer.state,
    losses,
    lossBefore,
    lossAfter,
    isStopped,
    completions: (isStopped ? [] : samples).map(({ instruction, output }, i) => ({
      instruction,
      expected: output,
      before: before[i]!,
      after: after[i]!,
    })),
  };
};

/** `--device`, else `--device_map`. */
const deviceOf = ({ device, device_map: map }: FinetuneOptions): string =>
  device ?? (map === "cpu" ? "onnx:cpu" : "auto");

/** What PEFT's example passes to the Trainer. */
const trainingArguments = (options: FinetuneOptions, withEvaluation: boolean): TrainingArguments =>
  new TrainingArguments({
    outputDir: options.output_dir,
    perDeviceTrainBatchSize: options.batch_size,
    perDeviceEvalBatchSize: EVAL_BATCH,
    numTrainEpochs: options.num_epochs,
    maxSteps: options.max_steps,
    learningRate: options.learning_rate,
    warmupSteps: options.warmup_steps,
    loggingSteps: options.logging_steps,
    evalStrategy: withEvaluation ? "steps" : "no",
    evalSteps: options.eval_step,
    saveStrategy: "steps",
    saveSteps: options.save_step,
    saveTotalLimit: SAVED_CHECKPOINTS,
    loadBestModelAtEnd: withEvaluation,
    shuffle: options.shuffle,
  });
