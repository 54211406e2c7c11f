import {
  AdamW,
  compile,
  DropoutSeed,
  gradients,
  hostTensor,
  mul,
  structureOf,
  sum,
  type Tensor,
} from "@waveft/autograd";
import { bytesSource, openSafetensors } from "@waveft/safetensors";
import { AutoConfig, AutoModelForSequenceClassification } from "@waveft/transformers";
import { describe, expect, test } from "vitest";
import { getPeftModel, LoraConfig, WaveFTConfig } from "../src";
import { methodRows } from "./method-rows";
import { adaptedOf, fill, input, Pair, trainedOf, type WrappedPair, wrap } from "./pair";
import { inputsOf, lossOf, newModel } from "./support";

const engines = ["gpu:cpu", "onnx:cpu", "gpu:webasm", "onnx:wasm"];

/** The losses of some updates of AdamW at a constant learning rate, and the parameters after them. */
const trained = async (model: WrappedPair, device: string, updates: number) => {
  const parameters = trainedOf(model);
  const optimizer = new AdamW(parameters, { learningRate: 0.02 });
  const run = compile(
    (x: Tensor) => {
      const y = model.forward(x);
      const loss = sum(mul(y, y));
      return { loss, slopes: gradients(loss, parameters) };
    },
    { device, key: () => structureOf(model) },
  );
  const losses: number[] = [];
  for (let update = 0; update < updates; update++) {
    const { loss, slopes } = await run(input(model));
    losses.push(loss.data[0]!);
    optimizer.step(slopes.map(({ data }) => data as Float32Array));
  }
  await run.dispose();
  return { losses, values: parameters.flatMap(({ data }) => Array.from(data)) };
};

describe.each(methodRows.map((row) => [row.name, row] as const))("%s", (_, row) => {
  test("40 updates are one trajectory on every engine, merged and factored", async () => {
    const make = (device: string, strategy: "merged" | "factored") => {
      const model = wrap(row, { device, strategy, fields: { bias: "all" } });
      fill(model);
      return model;
    };
    const wanted = await trained(make("gpu:cpu", "factored"), "gpu:cpu", 40);
    expect(wanted.losses.at(-1)!).toBeLessThan(0.5 * wanted.losses[0]!);
    for (const device of engines)
      for (const strategy of ["merged", "factored"] as const) {
        const { losses, values } = await trained(make(device, strategy), device, 40);
        expect(losses, `${device}, ${strategy}`).toBeAllclose(wanted.losses, 1e-4);
        expect(values, `${device}, ${strategy}`).toBeAllclose(wanted.values, 1e-3);
      }
  });
});

describe("LoRA's dropout", () => {
  /** ΔW takes the first feature alone, so that an output tells whether that was dropped. */
  const make = (device: string, loraDropout: number) => {
    const pair = Object.assign(new Pair(), { device, dropoutSeed: new DropoutSeed() });
    const model = getPeftModel(pair, new LoraConfig({ r: 1, loraDropout, targetModules: ["first"] }));
    const [a, b] = Object.values(adaptedOf(model)[0]!.adapters.get("default")!.parameters);
    a!.data = Float32Array.of(1, 0, 0, 0, 0, 0, 0);
    b!.data = new Float32Array(5).fill(1);
    return model.train();
  };
  const outputsOf = async (model: ReturnType<typeof make>, seed: number) => {
    model.dropoutSeed.set(seed);
    const run = compile((x: Tensor) => model.model.first.forward(x), { device: model.device });
    const { data } = await run(input(model, 400));
    await run.dispose();
    return Array.from(data);
  };

  test.each(engines)("%s: the adapter sees some features, the base model all", async (device) => {
    const [whole, dropped] = [make(device, 0), make(device, 0.25)];
    const base = await whole.disableAdapter(() => outputsOf(whole, 1));
    const change = (outputs: readonly number[]) => outputs.map((value, i) => value - base[i]!);
    const [full, seen] = [change(await outputsOf(whole, 1)), change(await outputsOf(dropped, 1))];
    // Outputs of one token are changed alike; where the feature is next to zero nothing can be told.
    const shares = full.flatMap((value, i) =>
      i % 5 === 0 && Math.abs(value) > 0.1 ? [seen[i]! / value] : [],
    );
    for (const share of shares) expect(Math.min(Math.abs(share), Math.abs(share - 4 / 3))).toBeLessThan(1e-3);
    const kept = shares.filter((share) => share > 0.5).length / shares.length;
    expect(kept).toBeGreaterThan(0.65);
    expect(kept).toBeLessThan(0.85);
    expect(await outputsOf(dropped, 1)).toEqual(await outputsOf(dropped, 1));
    expect(await outputsOf(dropped, 2)).not.toEqual(await outputsOf(dropped, 1));
    dropped.eval();
    expect(await outputsOf(dropped, 1)).toBeAllclose(await outputsOf(whole, 1), 1e-6);
  });
});

describe("gradient checkpointing of the base model", () => {
  test.each(["merged", "factored"] as const)("%s: another plan, the same slopes", async (strategy) => {
    const config = new WaveFTConfig({ nFrequency: 10, initWeights: false, scaling: 300 });
    const model = getPeftModel(newModel(), config, { strategy, onWarning: () => {} }).train();
    const ids = [2, 7, 5, 11, 3, 4];
    const batch = inputsOf(
      ids,
      ids.map(() => 1),
      ids.length,
    );
    const wrt = model.parameters().filter(({ requiresGrad }) => requiresGrad);
    const [plain, structure] = [await lossOf(model, batch, ids, wrt), structureOf(model)];
    model.gradientCheckpointingEnable();
    expect(model.isGradientCheckpointing).toBe(true);
    expect(structureOf(model)).not.toBe(structure);
    const again = await lossOf(model, batch, ids, wrt);
    expect(plain.gradients.every((slope) => slope.some((value) => value !== 0))).toBe(true);
    expect(again.loss).toBeCloseTo(plain.loss, 5);
    for (const [i, slope] of again.gradients.entries()) expect(slope).toBeAllclose(plain.gradients[i]!, 1e-5);
    model.gradientCheckpointingDisable();
    expect(structureOf(model)).toBe(structure);
  });
});

test("a classifier trains its head with its adapters, and the base model's head waits", async () => {
  const bert = AutoModelForSequenceClassification.fromConfig(
    AutoConfig.fromJson({
      model_type: "bert",
      vocab_size: 20,
      hidden_size: 8,
      intermediate_size: 12,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      max_position_embeddings: 16,
      hidden_dropout_prob: 0,
      num_labels: 3,
    }),
    { device: "gpu:cpu", seed: 2 },
  );
  const head = Array.from(bert.getParameter("classifier.weight").data);
  const model = getPeftModel(bert, new WaveFTConfig({ nFrequency: 12, taskType: "SEQ_CLS" })).train();
  const trained = model.parameters().filter(({ requiresGrad }) => requiresGrad);
  const optimizer = new AdamW(trained, { learningRate: 0.05 });
  const run = compile(
    (inputIds: Tensor, labels: Tensor) => {
      const loss = model.loss(model.forward({ inputIds }).logits, labels);
      return { loss, slopes: gradients(loss, trained) };
    },
    { device: "gpu:cpu", key: () => structureOf(model) },
  );
  const int = (values: readonly number[], shape: readonly number[]) =>
    hostTensor(Int32Array.from(values), shape);
  const losses: number[] = [];
  for (let update = 0; update < 60; update++) {
    const { loss, slopes } = await run(int([2, 7, 5, 11, 3, 4, 9, 1, 6], [3, 3]), int([0, 2, 1], [3]));
    losses.push(loss.data[0]!);
    optimizer.step(slopes.map(({ data }) => data as Float32Array));
  }
  await run.dispose();
  expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
  const acting = () => Array.from(bert.getParameter("classifier.weight").data);
  expect(acting()).not.toEqual(head);
  expect(await model.disableAdapter(acting)).toEqual(head);
  const files = await openSafetensors(bytesSource(model.toFiles().get("adapter_model.safetensors")!));
  expect([...files.tensors.keys()].filter((name) => name.includes("classifier"))).toEqual([
    "base_model.model.classifier.bias",
    "base_model.model.classifier.weight",
  ]);
});
