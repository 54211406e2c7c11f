import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoModelForCausalLM, AutoModelForSequenceClassification } from "@waveft/transformers";
import { describe, expect, it } from "vitest";
import { type ComputeMetrics, type LogRecord, Trainer, TrainingArguments } from "../src";

const pathOf = (url: string) => fileURLToPath(new URL(url, import.meta.url));
const { runs } = JSON.parse(readFileSync(pathOf("./golden/curves.json"), "utf8"));

/** Rows as Python has them, with our names. */
const rowsOf = (rows: Record<string, unknown>[]) =>
  rows.map(({ input_ids: inputIds, token_type_ids: tokenTypeIds, labels }) => ({
    inputIds,
    tokenTypeIds,
    labels,
  }));

const accuracy: ComputeMetrics = ({ predictions, labelIds }) => {
  const [count, width] = predictions.shape as [number, number];
  const right = Array.from({ length: count }, (_, i) => {
    const row = Array.from(predictions.data.subarray(i * width, (i + 1) * width));
    return row.indexOf(Math.max(...row)) === labelIds.data[i];
  });
  return { accuracy: right.filter(Boolean).length / count };
};

const modelOf = async (
  { model: name, problem_type: problemType, label_ids }: (typeof runs)[string],
  device: string,
) => {
  const folder = pathOf(`../../transformers/test/golden/${name}`);
  if (label_ids === null) return AutoModelForCausalLM.fromPretrained(folder, { device });
  const model = await AutoModelForSequenceClassification.fromPretrained(folder, {
    device,
    numLabels: 3,
    onWarning: () => {},
    ...(problemType !== null && { problemType }),
  });
  if (name === "llama-tiny") {
    Object.assign(model.config, { padTokenId: 0 });
    const score = model.getParameter("score.weight");
    score.data = Float32Array.from(score.data, (_, i) => Math.sin(i));
  }
  return model;
};

const trainerOf = async (name: string, device: string) => {
  const { args, adapter, train, evaluation, label_ids, problem_type, test_metrics } = runs[name];
  const model = await modelOf(runs[name], device);
  const config = new WaveFTConfig({
    nFrequency: adapter.n_frequency,
    scaling: adapter.scaling,
    taskType: label_ids === null ? "CAUSAL_LM" : "SEQ_CLS",
  });
  return new Trainer({
    model: getPeftModel(model, config),
    args: new TrainingArguments({
      perDeviceTrainBatchSize: args.per_device_train_batch_size,
      perDeviceEvalBatchSize: args.per_device_eval_batch_size,
      gradientAccumulationSteps: args.gradient_accumulation_steps ?? 1,
      learningRate: args.learning_rate,
      maxSteps: args.max_steps,
      warmupSteps: args.warmup_steps,
      loggingSteps: args.logging_steps,
      evalStrategy: "steps",
      evalSteps: args.eval_steps,
      saveStrategy: "no",
    }),
    trainDataset: rowsOf(train),
    evalDataset: rowsOf(evaluation),
    ...(test_metrics?.test_accuracy !== undefined && problem_type === null && { computeMetrics: accuracy }),
  });
};

const column = (log: readonly LogRecord[], name: string) =>
  log.flatMap((record) => (record[name] === undefined ? [] : [record[name]]));

const engines = ["onnx:cpu", "gpu:cpu", "gpu:webasm", "onnx:wasm"];
const all = engines.flatMap((device) => Object.keys(runs).map((name) => ({ name, device, missing: "" })));
const drawn = ["gpu:webgpu", "onnx:webgpu"].map((device) => ({
  name: "bert-accumulated",
  device,
  missing: noVulkan,
}));

describe.each([...all, ...drawn])(
  "transformers' Trainer, step by step: $name on $device$missing",
  ({ name, device, missing }) => {
    it.skipIf(missing !== "")("follows it", async () => {
      if (device.endsWith("webgpu")) loadVulkan();
      const { log, evaluation, predictions, label_ids, test_metrics } = runs[name];
      const trainer = await trainerOf(name, device);
      await trainer.train();
      const own = trainer.state.logHistory;
      for (const key of ["epoch", "step", "learning_rate"])
        expect(column(own, key), key).toBeAllclose(column(log, key), 1e-9);
      for (const key of ["loss", "grad_norm", "eval_loss", "train_loss"])
        column(log, key).forEach((value, i) => {
          const tolerance = key === "grad_norm" ? 1e-3 * Math.max(1, value) : 1e-4;
          expect(Math.abs(column(own, key)[i]! - value), `${key} ${i}`).toBeLessThan(tolerance);
        });
      expect(column(own, "eval_accuracy")).toEqual(column(log, "eval_accuracy"));
      if (predictions !== null) {
        const predicted = await trainer.predict(rowsOf(evaluation));
        expect(predicted.predictions.data).toBeAllclose(predictions.flat(), 1e-3);
        expect(predicted.labelIds.data).toBeAllclose(label_ids.flat(), 1e-6);
        expect(Math.abs(predicted.metrics.test_loss! - test_metrics.test_loss)).toBeLessThan(1e-4);
        expect(predicted.metrics.test_accuracy).toBe(test_metrics.test_accuracy);
      }
      await trainer.dispose();
    });
  },
);
