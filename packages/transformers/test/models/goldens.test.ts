import { compile, crossEntropyLoss, gradients, hostTensor, type Tensor } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  type CausalLM,
  type CausalLMInputs,
  type SequenceClassifier,
  type SequenceClassifierInputs,
} from "../../src/index";
import { golden, maskedInputs, numbers, readGoldenJson, readTensors } from "../support/models";

const devices = ["gpu:cpu", "onnx:cpu"];
const causal = ["gpt2-tiny", "llama-tiny", "llama-tiny-tied", "mistral-tiny", "qwen2-tiny", "qwen3-tiny"];
type Tensors = Awaited<ReturnType<typeof readTensors>>;

/** One batch of `expected/outputs.safetensors`: its inputs, outputs, and the gradients under `grad.`. */
const batchOf = (all: Tensors, form: string): Tensors =>
  new Map(
    [...all].flatMap(([key, value]) =>
      key.startsWith(`${form}.`) ? [[key.slice(form.length + 1), value]] : [],
    ),
  );

const gradientsOf = (batch: Tensors): [name: string, values: ArrayLike<number>][] =>
  [...batch].flatMap(([key, { data }]) =>
    key.startsWith("grad.") ? [[key.slice(5), data as Float32Array]] : [],
  );

describe.each(devices)("on %s, Python's numbers", (device) => {
  describe.each(causal)("%s", (name) => {
    test.each(["single", "right", "left"])("logits, loss and gradients: %s", async (form) => {
      const batch = batchOf(await readTensors(`${name}/expected/outputs.safetensors`), form);
      const model = await AutoModelForCausalLM.fromPretrained(golden(name), { device });
      const [ids, mask] = [numbers(batch.get("input_ids")!), numbers(batch.get("attention_mask")!)];
      const length = batch.get("input_ids")!.shape[1]!;
      const expected = gradientsOf(batch);
      const labels = ids.map((_, i) => ((i + 1) % length === 0 || mask[i + 1] === 0 ? -100 : ids[i + 1]!));
      const { logits, loss, slopes } = await lossOf(
        model,
        maskedInputs(ids, mask, length),
        labels,
        expected,
        device,
      );
      const { vocabSize } = model.config;
      const real = (values: ArrayLike<number>) =>
        mask.flatMap((is, i) =>
          is ? Array.from({ length: vocabSize }, (_, j) => values[i * vocabSize + j]!) : [],
        );
      expect(real(logits)).toBeAllclose(real(batch.get("logits")!.data as Float32Array), 1e-5);
      // On the left, Python has padding predict the first token.
      if (form !== "left") expect([loss]).toBeAllclose(numbers(batch.get("loss")!), 1e-5);
      expected.forEach(([key, values], i) => {
        expect(slopes[i], key).toBeAllclose(values, 1e-5);
      });
      expect(expected.length > 0).toBe(form === "right");
    });

    test("greedy tokens", async () => {
      const model = await AutoModelForCausalLM.fromPretrained(golden(name), { device });
      const { max_new_tokens: maxNewTokens, rows } = readGoldenJson(`${name}/expected/generation.json`);
      const prompts: number[][] = rows.map((row: { input_ids: number[] }) => row.input_ids);
      const whole = rows.map((row: { input_ids: number[]; new_ids: number[] }) => [
        ...row.input_ids,
        ...row.new_ids,
      ]);
      expect(await model.generate(prompts, { maxNewTokens })).toEqual(whole);
      expect(await model.generate(prompts[0]!, { maxNewTokens })).toEqual(whole[0]);
    });
  });

  test.each(["single", "right"])("bert-tiny-cls: logits, loss and gradients: %s", async (form) => {
    const batch = batchOf(await readTensors("bert-tiny-cls/expected/outputs.safetensors"), form);
    const model = await AutoModelForSequenceClassification.fromPretrained(golden("bert-tiny-cls"), {
      device,
    });
    const int32 = (key: string) =>
      hostTensor(Int32Array.from(numbers(batch.get(key)!)), batch.get(key)!.shape);
    const inputs = {
      inputIds: int32("input_ids"),
      segmentIds: int32("attention_mask"),
      tokenTypeIds: int32("token_type_ids"),
    };
    const expected = gradientsOf(batch);
    const run = compile(
      (feed: SequenceClassifierInputs, labels: Tensor) => {
        const { logits } = model.forward(feed);
        const loss = model.loss(logits, labels);
        return { logits, loss, slopes: gradients(loss, parametersOf(model, expected)) };
      },
      { device },
    );
    const { logits, loss, slopes } = await run(inputs, int32("labels"));
    expect(logits.shape).toEqual(batch.get("logits")!.shape);
    expect(logits.data).toBeAllclose(batch.get("logits")!.data as Float32Array, 1e-5);
    expect(loss.data).toBeAllclose(numbers(batch.get("loss")!), 1e-5);
    expected.forEach(([key, values], i) => {
      expect(slopes[i]!.data, key).toBeAllclose(values, 1e-5);
    });
    expect(expected.length > 0).toBe(form === "right");
  });
});

const parametersOf = (model: CausalLM | SequenceClassifier, named: readonly (readonly [string, unknown])[]) =>
  named.map(([name]) => model.getParameter(name));

/** Mean cross entropy of the labels, as Python's models return it. */
const lossOf = async (
  model: CausalLM,
  inputs: ReturnType<typeof maskedInputs>,
  labels: readonly number[],
  wrt: readonly (readonly [string, unknown])[],
  device: string,
) => {
  const run = compile(
    (feed: CausalLMInputs, targets: Tensor) => {
      const { logits } = model.forward(feed);
      const loss = crossEntropyLoss(logits, targets);
      return { logits, loss, slopes: gradients(loss, parametersOf(model, wrt)) };
    },
    { device },
  );
  const { logits, loss, slopes } = await run(inputs, hostTensor(Int32Array.from(labels), [labels.length]));
  return {
    logits: logits.data as Float32Array,
    loss: loss.data[0]!,
    slopes: slopes.map(({ data }) => data as Float32Array),
  };
};
