import { compile, hostTensor, relu, Sequential, type Tensor } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification } from "../../src/index";
import { golden, numbers, readTensors } from "../support/models";

const device = "onnx:cpu";
const rowsOf = (values: readonly number[], length: number) =>
  Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));

describe("predict gives Python's logits, from plain numbers", () => {
  test.each(["single", "right", "left"])("of a language model: %s", async (form) => {
    const model = await AutoModelForCausalLM.fromPretrained(golden("llama-tiny"), { device });
    const all = await readTensors("llama-tiny/expected/outputs.safetensors");
    const of = (key: string) => all.get(`${form}.${key}`)!;
    const length = of("input_ids").shape[1]!;
    const [ids, mask] = ["input_ids", "attention_mask"].map((key) => rowsOf(numbers(of(key)), length));
    model.train();
    const logits = await model.predict(ids!, { attentionMask: mask! });
    expect(model.training).toBe(true);
    expect(logits.shape).toEqual(of("logits").shape);
    const real = (values: ArrayLike<number>) =>
      mask!.flat().flatMap((is, i) => (is ? Array.from({ length: 64 }, (_, j) => values[i * 64 + j]!) : []));
    expect(real(logits.data)).toBeAllclose(real(of("logits").data as Float32Array), 1e-5);
    if (form === "single") expect((await model.predict(ids![0]!)).data).toEqual(logits.data);
  });

  test("of a classifier", async () => {
    const model = await AutoModelForSequenceClassification.fromPretrained(golden("bert-tiny-cls"), {
      device,
    });
    const all = await readTensors("bert-tiny-cls/expected/outputs.safetensors");
    const of = (key: string) => all.get(`right.${key}`)!;
    const length = of("input_ids").shape[1]!;
    const [ids, attentionMask, tokenTypeIds] = ["input_ids", "attention_mask", "token_type_ids"].map((key) =>
      rowsOf(numbers(of(key)), length),
    );
    const logits = await model.predict(ids!, { attentionMask: attentionMask!, tokenTypeIds: tokenTypeIds! });
    expect(logits.shape).toEqual([3, 3]);
    expect(logits.data).toBeAllclose(of("logits").data as Float32Array, 1e-5);
  });
});

test("a decoder's classifier takes the last token of each text, not of what fills its row", async () => {
  const config = AutoConfig.fromJson({
    ...{ model_type: "opt", vocab_size: 20, hidden_size: 8, word_embed_proj_dim: 8, ffn_dim: 12 },
    ...{ num_attention_heads: 2, num_hidden_layers: 2, max_position_embeddings: 16, pad_token_id: 1 },
    init_std: 0.4,
  });
  const model = AutoModelForSequenceClassification.fromConfig(config, { seed: 1, device });
  const run = compile((inputIds: Tensor) => model.forward({ inputIds }).logits, { device });
  const texts = [
    [5, 6, 7],
    [8, 9],
  ];
  const { data } = await model.predict(texts);
  const alone = texts.map((ids) => run(hostTensor(Int32Array.from(ids), [1, ids.length])));
  const expected = (await Promise.all(alone)).flatMap((logits) => Array.from(logits.data));
  expect(data).toBeAllclose(expected, 1e-5);
});

test("tensors of ids are as good as lists", async () => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("llama-tiny"), { device });
  const ids = hostTensor(Int32Array.of(5, 6, 7, 8, 9, 10), [2, 3]);
  const attentionMask = hostTensor(Int32Array.of(1, 1, 1, 1, 1, 0), [2, 3]);
  const lists = [
    [5, 6, 7],
    [8, 9, 10],
  ];
  const masks = [
    [1, 1, 1],
    [1, 1, 0],
  ];
  expect(await model.predict(ids, { attentionMask })).toEqual(
    await model.predict(lists, { attentionMask: masks }),
  );
  expect(await model.predict(hostTensor(Int32Array.of(5, 6), [2]))).toEqual(await model.predict([5, 6]));
});

test("a layer that is replaced is seen at once", async () => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("llama-tiny"), { device });
  const before = await model.predict([5, 6, 7]);
  const mlp = model.getSubmodule("model.layers.1.mlp.down_proj") as never;
  model.setSubmodule("model.layers.1.mlp.down_proj", new Sequential(mlp, relu));
  expect((await model.predict([5, 6, 7])).data).not.toBeAllclose(before.data as Float32Array, 1e-3);
});

test.each<[string, number[] | number[][], object, RegExp]>([
  ["no token", [[]], {}, /a text is empty; give at least one token of each/],
  ["no text", [], {}, /a text is empty/],
  [
    "a text that is too long",
    new Array<number>(4097).fill(5),
    {},
    /a text has 4097 tokens; the model has \d+ positions/,
  ],
  ["an unknown id", [5, 64], {}, /64 is no token id; ids go from 0 to 63/],
  [
    "a mask of another shape",
    [[5, 6]],
    { attentionMask: [[1]] },
    /attentionMask and the ids differ in shape/,
  ],
])("%s is refused", async (_, ids, options, message) => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("llama-tiny"), { device });
  await expect(model.predict(ids, options)).rejects.toThrow(message);
});
