import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource, openSafetensors, type TensorData } from "@waveft/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AutoConfig,
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  type ClassifierOptions,
} from "../../src/index";
import { golden, memoryFiles, readGoldenJson, readTensors } from "../support/models";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waveft-classifier-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const device = "gpu:cpu";
const config = readGoldenJson("bert-tiny-cls/config.json");
const tensors = () => readTensors("bert-tiny-cls/model.safetensors");

/** bert-tiny-cls with other tensors, or another config.json. */
const loadWith = async (
  weights: Map<string, TensorData>,
  options: ClassifierOptions = {},
  json: object = config,
) => {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const files = memoryFiles({ "config.json": json }, weights);
  const model = await AutoModelForSequenceClassification.fromPretrained(files, {
    device,
    onWarning,
    ...options,
  });
  return { model, warnings, values: (name: string) => Array.from(model.getParameter(name).data) };
};

/** Tensors under other names; those whose new name is null are left out. */
const renamed = async (rename: (name: string) => string | null) =>
  new Map(
    [...(await tensors())].flatMap(([name, value]) => {
      const other = rename(name);
      return other === null ? [] : [[other, value] as const];
    }),
  );

describe("checkpoints of other times and tasks", () => {
  test("gamma and beta, buffers, no prefix: the same weights", async () => {
    const whole = await loadWith(await tensors());
    const old = await renamed((name) =>
      name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
    );
    const buffer: TensorData = { dtype: "I64", shape: [1, 1], data: new BigInt64Array(1) };
    old.set("bert.embeddings.position_ids", buffer);
    const bare = await renamed((name) => name.replace(/^bert\./, ""));
    bare.set("embeddings.token_type_ids", buffer);
    for (const weights of [old, bare]) {
      const { model, warnings } = await loadWith(weights);
      expect(warnings).toEqual([]);
      for (const [name, { data }] of model.stateDict())
        expect(data).toEqual(whole.model.getParameter(name).data);
    }
  });

  test("without a classifier one is drawn, with a warning, by the seed", async () => {
    const weights = () => renamed((name) => (name.startsWith("classifier.") ? null : name));
    const { warnings, values, model } = await loadWith(await weights(), { numLabels: 5, seed: 3 });
    expect(warnings).toEqual([
      "memory: the checkpoint lacks classifier.weight, classifier.bias; new ones are drawn, which training must fit first",
    ]);
    expect(model.getParameter("classifier.weight").shape).toEqual([5, 32]);
    const drawn = values("classifier.weight");
    const std = Math.sqrt(drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length);
    expect(std / 0.02).toBeGreaterThan(0.8);
    expect(std / 0.02).toBeLessThan(1.2);
    expect(new Set(values("classifier.bias"))).toEqual(new Set([0]));
    const given = Array.from((await tensors()).get("bert.pooler.dense.weight")!.data as Float32Array);
    expect(values("bert.pooler.dense.weight")).toEqual(given);
    expect((await loadWith(await weights(), { numLabels: 5, seed: 3 })).values("classifier.weight")).toEqual(
      drawn,
    );
    expect((await loadWith(await weights(), { numLabels: 5 })).values("classifier.weight")).not.toEqual(
      drawn,
    );
  });

  test("of a masked language model: the pooler is drawn too, the other head is left", async () => {
    const weights = await renamed((name) => (/^classifier|pooler/.test(name) ? null : name));
    weights.set("cls.predictions.bias", { dtype: "F32", shape: [1], data: Float32Array.of(1) });
    const { warnings } = await loadWith(weights);
    expect(warnings).toEqual([
      "memory: the checkpoint has tensors that the model does not have: cls.predictions.bias",
      expect.stringMatching(
        /lacks classifier.weight, classifier.bias, bert.pooler.dense.weight, bert.pooler.dense.bias; new/,
      ),
    ]);
  });

  test("of a causal language model: a score layer takes the head's place", async () => {
    const warnings: string[] = [];
    const model = await AutoModelForSequenceClassification.fromPretrained(golden("llama-tiny"), {
      device,
      numLabels: 4,
      onWarning: (message) => warnings.push(message),
    });
    expect(warnings).toEqual([
      expect.stringMatching(/does not have: lm_head.weight$/),
      expect.stringMatching(/lacks score.weight; new ones are drawn/),
    ]);
    expect(model.getParameter("score.weight").shape).toEqual([4, 32]);
  });

  test("a damaged classifier is no new one", async () => {
    const without = (pattern: RegExp) => renamed((name) => (pattern.test(name) ? null : name));
    await expect(loadWith(await without(/classifier.bias/))).rejects.toThrow("missing: classifier.bias");
    await expect(loadWith(await without(/pooler/))).rejects.toThrow(
      "missing: bert.pooler.dense.weight, bert.pooler.dense.bias",
    );
    await expect(loadWith(await without(/classifier|layer.0.output.dense.bias/))).rejects.toThrow(
      /missing: bert.encoder.layer.0.output.dense.bias$/,
    );
    await expect(loadWith(await tensors(), { numLabels: 4 })).rejects.toThrow(
      /mismatched: .*classifier.weight is \[3, 32\] instead of \[4, 32\]/,
    );
  });
});

describe("labels", () => {
  const bert = (json: object) => AutoConfig.fromJson({ model_type: "bert", ...json });

  test("two by default, as many as named or counted", () => {
    expect(bert({})).toMatchObject({
      numLabels: 2,
      id2label: { 0: "LABEL_0", 1: "LABEL_1" },
      problemType: null,
    });
    expect(bert({ num_labels: 4 }).id2label[3]).toBe("LABEL_3");
    expect(bert({ id2label: { 0: 5, 1: true, 2: "2" }, label2id: { 5: 0 } }).id2label).toEqual({
      0: "5",
      1: "true",
      2: "2",
    });
    expect(bert({ id2label: { 0: "no", 1: "yes", 2: "perhaps" } })).toMatchObject({
      numLabels: 3,
      id2label: { 2: "perhaps" },
    });
    expect(bert({ problem_type: "regression" }).problemType).toBe("regression");
  });

  test("given to fromPretrained, they are saved", async () => {
    const weights = await renamed((name) => (name.startsWith("classifier.") ? null : name));
    const id2label = { 0: "no", 1: "yes" };
    const options: ClassifierOptions = { id2label, problemType: "multi_label_classification" };
    const { model } = await loadWith(weights, options, { ...config, num_labels: 7 });
    expect(model.config).toMatchObject({ numLabels: 2, id2label, problemType: "multi_label_classification" });
    await model.savePretrained(join(folder, "named"));
    const json = JSON.parse(readFileSync(join(folder, "named/config.json"), "utf8"));
    expect(json).toEqual({
      ...config,
      id2label: { 0: "no", 1: "yes" },
      label2id: { no: 0, yes: 1 },
      problem_type: "multi_label_classification",
    });
  });

  test.each<[object, string]>([
    [{ id2label: ["a", "b"] }, 'has "id2label" ["a","b"]; it must be an object or null'],
    [{ id2label: {} }, 'has "id2label" {}; it must be null or an object with names by integers'],
    [
      { id2label: { first: "a" } },
      'has "id2label" {"first":"a"}; it must be null or an object with names by integers',
    ],
    [{ num_labels: 0 }, 'has "num_labels" 0; it must be an integer from 1 to 65536'],
    [{ problem_type: "ranking" }, 'has "problem_type" "ranking"; it must be one of regression, '],
    [
      { num_labels: 1, problem_type: "single_label_classification" },
      'has "problem_type" "single_label_classification"; it must be regression or null where there is one label',
    ],
  ])("%o is refused", (json, message) => {
    expect(() => bert(json)).toThrow(message);
  });

  test("options that contradict each other, or count nothing, are refused", async () => {
    const given = { numLabels: 3, id2label: { 0: "a", 1: "b" } };
    await expect(loadWith(await tensors(), given)).rejects.toThrow(
      "numLabels is 3, but id2label has 2 labels; leave one of them out",
    );
    await expect(loadWith(await tensors(), { numLabels: 0 })).rejects.toThrow(
      "numLabels is 0; give an integer from 1 to 65536",
    );
  });
});

test("a task that the architecture has no head for is refused, with those that have one", async () => {
  await expect(AutoModelForCausalLM.fromPretrained(golden("bert-tiny-cls"))).rejects.toThrow(
    /bert-tiny-cls: AutoModelForCausalLM has no model of type "bert"; it has gpt2, llama, mistral, opt, qwen2, qwen3$/,
  );
  const bare = AutoConfig.fromJson({ model_type: "bert" });
  expect(() => AutoModelForCausalLM.fromConfig(bare)).toThrow(/^AutoModelForCausalLM has no model/);
});

describe("savePretrained writes Python's files", () => {
  const save = async (model: { savePretrained(folder: string): Promise<void> }, name: string) => {
    const target = join(folder, name);
    await model.savePretrained(target);
    const file = await openSafetensors(bytesSource(readFileSync(join(target, "model.safetensors"))));
    const json = JSON.parse(readFileSync(join(target, "config.json"), "utf8"));
    return { target, file, json };
  };

  test.each(["gpt2-tiny", "llama-tiny", "llama-tiny-tied", "bert-tiny-cls"])("%s", async (name) => {
    const auto = name.startsWith("bert") ? AutoModelForSequenceClassification : AutoModelForCausalLM;
    const model = await auto.fromPretrained(golden(name), { device });
    const { file, json, target } = await save(model, name);
    const theirs = await openSafetensors(bytesSource(readFileSync(join(golden(name), "model.safetensors"))));
    expect([...file.tensors.keys()].sort()).toEqual([...theirs.tensors.keys()].sort());
    for (const [key, { dtype, shape }] of theirs.tensors) {
      expect(file.tensors.get(key)).toMatchObject({ dtype, shape });
      expect((await file.read(key)).data).toEqual((await theirs.read(key)).data);
    }
    expect(file.metadata).toEqual(theirs.metadata);
    expect(json).toEqual(readGoldenJson(`${name}/config.json`));
    const again = await auto.fromPretrained(target, { device });
    for (const [key, { data }] of model.stateDict()) expect(again.getParameter(key).data).toEqual(data);
  });
});
