import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Parameter } from "@waveft/autograd";
import { AutoModelForCausalLM } from "@waveft/transformers";
import { afterAll, describe, expect, test } from "vitest";
import { type AdaptableModel, getPeftModel, isAdaptedLinear, PeftModel, WaveFTConfig } from "../src";
import { weightOf } from "./pair";
import { deltaOf } from "./support";

const golden = fileURLToPath(new URL("./golden/", import.meta.url));
const models = fileURLToPath(new URL("../../transformers/test/golden/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "waveft-peft-"));
afterAll(() => rmSync(work, { recursive: true }));

const load = (form = "pre") =>
  AutoModelForCausalLM.fromPretrained(`${models}opt-${form}`, { device: "onnx:cpu", dtype: "float32" });
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, "utf8"));
const structure = (model: AdaptableModel) => model.toString();
const adaptedOf = (model: AdaptableModel) =>
  Array.from(model.namedModules()).flatMap(([name, module]) =>
    isAdaptedLinear(module) ? [{ name, layer: module }] : [],
  );
const randomise = (parameters: readonly Parameter[], scale = 0.01): void => {
  for (const parameter of parameters)
    parameter.data = (parameter.data as Float32Array).map(
      (_, i) => scale * Math.sin(1 + i * 7.3 + parameter.id),
    );
};
const trainable = (model: PeftModel): Parameter[] =>
  model.parameters().filter(({ requiresGrad }) => requiresGrad);

describe("saving", () => {
  test("writes PEFT's own files", async () => {
    const folder = `${golden}adapter-pre-db4`;
    const peftModel = await PeftModel.fromPretrained(await load(), folder);
    await peftModel.savePretrained(join(work, "saved"));
    expect(readFileSync(join(work, "saved", "adapter_model.safetensors"))).toEqual(
      readFileSync(join(folder, "adapter_model.safetensors")),
    );
    const text = readFileSync(join(work, "saved", "adapter_config.json"), "utf8");
    expect(text).toContain('"scaling": 12.5');
    expect(text.endsWith("}")).toBe(true);
    const {
      peft_version: version,
      base_model_name_or_path: _,
      target_modules: ours,
      ...rest
    } = JSON.parse(text);
    const {
      peft_version: __,
      base_model_name_or_path: ___,
      target_modules: theirs,
      ...expected
    } = json(join(folder, "adapter_config.json"));
    // Loaded and saved again it stays PEFT's: its filters are told by the version.
    expect(version).toBe("0.21.0");
    expect(rest).toEqual(expected);
    expect([...ours].sort()).toEqual([...(theirs as string[])].sort());
    const card = readFileSync(join(work, "saved", "README.md"), "utf8");
    expect(card).toMatch(/^---\n[\s\S]*library_name: peft[\s\S]*pipeline_tag: text-generation[\s\S]*---\n/);
  });

  test("whole numbers keep their decimal point", async () => {
    const peftModel = getPeftModel(await load(), new WaveFTConfig({ nFrequency: 8 }));
    await peftModel.savePretrained(join(work, "floats"));
    const text = readFileSync(join(work, "floats", "adapter_config.json"), "utf8");
    expect(text).toContain('"scaling": 25.0');
    expect(text).toContain('"peft_version": "0.21.0+waveft.js"');
  });

  test("what is loaded again is bit for bit the same", async () => {
    const peftModel = getPeftModel(await load(), new WaveFTConfig({ nFrequency: 32, waveletFamily: "sym3" }));
    randomise(trainable(peftModel));
    await peftModel.savePretrained(join(work, "again"));
    const loaded = await PeftModel.fromPretrained(await load(), join(work, "again"));
    const weights = (model: PeftModel) =>
      adaptedOf(model.model).map(({ layer }) => layer.effectiveWeight().data);
    expect(weights(loaded)).toEqual(weights(peftModel));
    expect(trainable(loaded)).toHaveLength(0);
  });
});

describe("the merged weight", () => {
  test("is W + ΔW with one rounding, does not drift, and leaves W alone", async () => {
    const model = await load();
    const peftModel = getPeftModel(model, new WaveFTConfig({ nFrequency: 50, waveletFamily: "db2" }));
    const [{ layer }] = adaptedOf(model) as [ReturnType<typeof adaptedOf>[number]];
    const base = (weightOf(layer.baseLayer).data as Float32Array).slice();
    for (let round = 0; round < 100; round++) {
      randomise(trainable(peftModel), 0.001 * round);
      void layer.effectiveWeight().data;
    }
    const delta = deltaOf(layer.adapters.get("default")!, layer.outFeatures, layer.inFeatures);
    expect(layer.effectiveWeight().data).toEqual(base.map((w, i) => w + delta[i]!));
    expect(weightOf(layer.baseLayer).data).toEqual(base);
  });

  test("adds several active adapters", async () => {
    const model = await load();
    const peftModel = getPeftModel(model, new WaveFTConfig({ nFrequency: 20 }));
    peftModel.addAdapter(
      "second",
      new WaveFTConfig({ nFrequency: 30, randomLocSeed: 5, waveletFamily: "db3" }),
    );
    expect(peftModel.activeAdapters).toEqual(["default"]);
    const [{ layer }] = adaptedOf(model) as [ReturnType<typeof adaptedOf>[number]];
    for (const adapter of layer.adapters.values()) randomise(Object.values(adapter.parameters));
    peftModel.setAdapter(["default", "second"]);
    const total = (weightOf(layer.baseLayer).data as Float32Array).slice();
    for (const adapter of layer.adapters.values())
      deltaOf(adapter, layer.outFeatures, layer.inFeatures).forEach((change, i) => {
        total[i]! += change;
      });
    expect(layer.effectiveWeight().data as Float32Array).toBeAllclose(total, 1e-6);
    peftModel.deleteAdapter("default");
    expect(peftModel.activeAdapters).toEqual(["second"]);
  });
});

test("only the adapter trains, and the sentence is PEFT's", async () => {
  const peftModel = getPeftModel(await load(), new WaveFTConfig({ nFrequency: 64 }));
  expect(trainable(peftModel)).toHaveLength(4);
  const line = peftModel.printTrainableParameters(() => undefined);
  const { trainable: some, all } = peftModel.getNbTrainableParameters();
  expect(some).toBe(256);
  expect(line).toBe(
    `trainable params: 256 || all params: ${all.toLocaleString("en-US")} || trainable%: ${((100 * some) / all).toFixed(4)}`,
  );
});

describe("errors leave the model as it was", () => {
  const folder = `${golden}adapter-pre-default`;
  const damaged = (change: (copy: string) => void): string => {
    const copy = mkdtempSync(join(work, "damaged-"));
    cpSync(folder, copy, { recursive: true });
    change(copy);
    return copy;
  };
  const edit = (copy: string, fields: Record<string, unknown>): void =>
    writeFileSync(
      join(copy, "adapter_config.json"),
      JSON.stringify({ ...json(join(copy, "adapter_config.json")), ...fields }),
    );
  const cases: [name: string, folder: () => string, sentence: RegExp][] = [
    [
      "no config",
      () => damaged((copy) => rmSync(join(copy, "adapter_config.json"))),
      /no adapter_config\.json/,
    ],
    ["no weights", () => damaged((copy) => rmSync(join(copy, "adapter_model.safetensors"))), /adapter_model/],
    [
      "config no JSON",
      () => damaged((copy) => writeFileSync(join(copy, "adapter_config.json"), "{")),
      /not JSON/,
    ],
    [
      "unknown method",
      () => damaged((copy) => edit(copy, { peft_type: "MAGIC" })),
      /"MAGIC"; this package has LORA, WAVEFT/,
    ],
    [
      "other count",
      () => damaged((copy) => edit(copy, { n_frequency: 65 })),
      /has shape \[64\]; .* need \[65\]/,
    ],
    [
      "other layers",
      () => damaged((copy) => edit(copy, { target_modules: ["fc1"] })),
      /another model or config/,
    ],
    [
      "damaged weights",
      () => damaged((copy) => writeFileSync(join(copy, "adapter_model.safetensors"), "no")),
      /safetensors/,
    ],
  ];
  for (const [name, make, sentence] of cases)
    test(name, async () => {
      const model = await load();
      const before = structure(model);
      await expect(PeftModel.fromPretrained(model, make())).rejects.toThrow(sentence);
      expect(structure(model)).toBe(before);
      expect(model.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
    });
});
