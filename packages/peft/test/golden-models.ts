import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  compile,
  crossEntropy,
  gradients,
  hostTensor,
  mul,
  type Parameter,
  sum,
  type Tensor,
} from "@waveft/autograd";
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  type PreTrainedModel,
  SequenceClassifier,
  type WeightDType,
} from "@waveft/transformers";
import type { PeftModel } from "../src";
import { golden, readJson, readTensors } from "./support";

/** `case.json` of a folder `peft-*`: see `reference/peft/make_adapters.py`. */
export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly model: string;
  readonly dtype: WeightDType;
  readonly share: readonly (readonly [taker: string, owner: string])[];
  readonly states: readonly ("default" | "second" | "both")[];
  readonly seed?: number;
  readonly layers: number;
  /** Gradients that are 0 but for rounding. */
  readonly zero: readonly string[];
  readonly tolerance: number;
  readonly gradient_tolerance: number;
}

/** Every adapter that PEFT wrote for these tests. */
export const goldenCases = (): GoldenCase[] =>
  readdirSync(golden("."))
    .filter((name) => name.startsWith("peft-"))
    .map((name) => {
      const folder = golden(name);
      return { name, folder, ...readJson<Omit<GoldenCase, "name" | "folder">>(join(folder, "case.json")) };
    });

export const expectedOf = (folder: string) => readTensors(join(folder, "expected.safetensors"));

const models = join(import.meta.dirname, "../../transformers/test/golden");

/** A golden base model, with the weights that a case makes two layers share. */
export const goldenBase = async ({
  model,
  dtype,
  share,
}: Pick<GoldenCase, "model" | "dtype" | "share">): Promise<PreTrainedModel> => {
  const auto = model.endsWith("-cls") ? AutoModelForSequenceClassification : AutoModelForCausalLM;
  const options = { dtype, device: "onnx:cpu", onWarning: () => {} };
  const base: PreTrainedModel = await auto.fromPretrained(join(models, model), options);
  for (const [taker, owner] of share)
    Object.assign(base.getSubmodule(taker), { weight: base.getParameter(`${owner}.weight`) });
  return base;
};

/** A model that was saved: of the class that its `config.json` names. */
export const savedModel = async (
  folder: string,
  dtype: WeightDType = "float32",
): Promise<PreTrainedModel> => {
  const { architectures } = readJson<{ architectures: string[] }>(join(folder, "config.json"));
  const isClassifier = architectures[0]!.endsWith("ForSequenceClassification");
  const auto = isClassifier ? AutoModelForSequenceClassification : AutoModelForCausalLM;
  const onWarning = (message: string) => {
    throw new Error(message);
  };
  return auto.fromPretrained(folder, { dtype, device: "onnx:cpu", onWarning });
};

export interface Batch {
  readonly ids: readonly number[];
  readonly mask: readonly number[];
  readonly labels: readonly number[];
  readonly shape: readonly number[];
}

export const batchOf = (tensors: Awaited<ReturnType<typeof expectedOf>>): Batch => ({
  ids: tensors.get("input_ids")!.data,
  mask: tensors.get("attention_mask")!.data,
  labels: tensors.get("labels")!.data,
  shape: tensors.get("input_ids")!.shape,
});

export interface Outcome {
  readonly logits: number[];
  readonly loss: number;
  readonly gradients: number[][];
}

type Runnable = PreTrainedModel | PeftModel<PreTrainedModel>;

/** Logits, mean loss and gradients of a language model or a classifier, as Python gives them for the batch. */
export const measure = async (
  model: Runnable,
  { ids, mask, labels, shape }: Batch,
  wrt: readonly Parameter[],
  device = "onnx:cpu",
): Promise<Outcome> => {
  const [rows, length] = shape as [number, number];
  const base = "model" in model && "peftConfig" in model ? model.model : (model as PreTrainedModel);
  const isClassifier = base instanceof SequenceClassifier;
  const int32 = (values: readonly number[], dims: readonly number[] = shape) =>
    hostTensor(Int32Array.from(values), dims);
  const next = labels.map((_, i) => ((i + 1) % length === 0 ? -100 : labels[i + 1]!));
  const targets = isClassifier ? int32(labels, [rows]) : int32(next, [next.length]);
  const count = isClassifier ? rows : next.filter((label) => label !== -100).length;
  const run = compile(
    (inputIds: Tensor, segmentIds: Tensor, positionIds: Tensor, wanted: Tensor) => {
      const forward = model.forward as (inputs: object) => { logits: Tensor };
      const { logits } = forward.call(model, { inputIds, segmentIds, positionIds });
      const loss = mul(sum(crossEntropy(logits, wanted, -100)), 1 / count);
      return { logits, loss, slopes: gradients(loss, wrt) };
    },
    { device },
  );
  const places = ids.map((_, i) => i % length);
  const { logits, loss, slopes } = await run(int32(ids), int32(mask), int32(places), targets);
  await run.dispose();
  return {
    logits: Array.from(logits.data),
    loss: loss.data[0]!,
    gradients: slopes.map(({ data }) => Array.from(data)),
  };
};

/** Logits at real tokens; a classifier's are all. */
export const realLogits = (logits: readonly number[], { mask, shape }: Batch): number[] => {
  const perToken = logits.length / mask.length;
  if (logits.length % mask.length !== 0 || logits.length / shape[0]! < shape[1]!) return [...logits];
  return logits.filter((_, i) => mask[Math.floor(i / perToken)] === 1);
};

/** Names in the adapter's file of the parameters that train, with the parameters. */
export const trainedByFileName = (model: PeftModel, adapter: string): Map<string, Parameter> => {
  const found = new Map<string, Parameter>();
  for (const [name, parameter] of model.namedParameters())
    if (parameter.requiresGrad) {
      const isOther = /\.adapter_parameters\.([^.]+)\./.exec(name)?.[1];
      if (isOther === undefined || isOther === adapter)
        found.set(name.replace(`.adapter_parameters.${adapter}.`, "."), parameter);
    }
  return found;
};

export const scratch = (): string => mkdtempSync(join(tmpdir(), "waveft-peft-"));
export const bytesOf = (path: string): Buffer | null => (existsSync(path) ? readFileSync(path) : null);
