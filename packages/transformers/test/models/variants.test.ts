import { compile, type Device, hostTensor, type Tensor } from "@waveft/autograd";
import type { TensorData } from "@waveft/safetensors";
import { describe, expect, test } from "vitest";
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  type SequenceClassifierInputs,
} from "../../src/index";
import { logitsOf, maskedInputs, memoryFiles, numbers, readGoldenJson, readTensors } from "../support/models";

const { variants, tolerance } = readGoldenJson("variants/index.json");
const tensors = await readTensors("variants/tensors.safetensors");
const notWeights = ["input_ids", "attention_mask", "token_type_ids", "labels", "logits", "loss"];

/** A variant's files, and its inputs and outputs. */
const variantOf = (name: string) => {
  const own = new Map(
    [...tensors].flatMap(([key, value]) =>
      key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), value]] : [],
    ),
  );
  const data = new Map(notWeights.flatMap((key) => (own.has(key) ? [[key, own.get(key)!]] : [])));
  for (const key of notWeights) own.delete(key);
  const warnings: string[] = [];
  return {
    data,
    names: [...own.keys()].sort(),
    files: memoryFiles({ "config.json": variants[name] }, own),
    warnings,
    options: { onWarning: (message: string) => warnings.push(message) },
  };
};

const int32 = (tensor: TensorData) => hostTensor(Int32Array.from(numbers(tensor)), tensor.shape);

const causal = async (name: string, device: Device) => {
  const { data, names, files, warnings, options } = variantOf(name);
  const model = await AutoModelForCausalLM.fromPretrained(files, { device, ...options });
  const mask = numbers(data.get("attention_mask")!);
  const [, length] = data.get("input_ids")!.shape as [number, number];
  const actual = await logitsOf(model, device)(maskedInputs(numbers(data.get("input_ids")!), mask, length));
  const real = (values: Float32Array) => values.filter((_, i) => mask[Math.floor(i / 12)] === 1);
  expect(real(actual)).toBeAllclose(real(data.get("logits")!.data as Float32Array), tolerance);
  expect(Array.from(model.namedParameters(), ([key]) => key).sort()).toEqual(names);
  expect(warnings).toEqual([]);
};

const classifier = async (name: string, device: Device) => {
  const { data, names, files, warnings, options } = variantOf(name);
  const model = await AutoModelForSequenceClassification.fromPretrained(files, { device, ...options });
  const types = data.get("token_type_ids");
  const run = compile(
    (feed: SequenceClassifierInputs, labels: Tensor) => {
      const { logits } = model.forward(feed);
      return { logits, loss: model.loss(logits, labels) };
    },
    { device },
  );
  const inputs = {
    inputIds: int32(data.get("input_ids")!),
    segmentIds: int32(data.get("attention_mask")!),
    ...(types && { tokenTypeIds: int32(types) }),
  };
  const labels = data.get("labels")!;
  const { logits, loss } = await run(
    inputs,
    labels.dtype === "I32" ? int32(labels) : hostTensor(labels.data as Float32Array, labels.shape),
  );
  expect(logits.shape).toEqual(data.get("logits")!.shape);
  expect(logits.data).toBeAllclose(numbers(data.get("logits")!), tolerance);
  expect(loss.data).toBeAllclose(numbers(data.get("loss")!), tolerance);
  expect([...model.stateDict().keys()].sort()).toEqual(names);
  expect(warnings).toEqual([]);
};

describe("each switch of the configurations gives Python's logits", () => {
  const rows = Object.keys(variants).flatMap((name) =>
    ["gpu:cpu", "onnx:cpu"].map((device) => [name, device] as const),
  );
  test.each(rows)("%s on %s", async (name, device) => {
    await (variants[name].architectures[0].endsWith("Classification") ? classifier : causal)(name, device);
  });
});
