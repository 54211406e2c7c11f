import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PreTrainedModel } from "@waveft/transformers";
import { afterAll, expect } from "vitest";
import { getPeftModel, isPeftError, type LoraConfig, PeftModel, WaveFTConfig } from "../src";
import { scratch } from "./golden-models";
import { newModel, snapshot } from "./support";

export const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

export const quiet = { onWarning: () => {} };
export const WEIGHTS = "adapter_model.safetensors";
export const CONFIG = "adapter_config.json";
export type Model = PeftModel<PreTrainedModel>;
type Fields = ConstructorParameters<typeof WaveFTConfig>[0];
export const waveft = (fields: Fields = {}) =>
  new WaveFTConfig({ nFrequency: 10, taskType: "CAUSAL_LM", targetModules: ["q_proj", "fc1"], ...fields });

/** A saved adapter's files. */
export const saved = async (config = waveft() as ConstructorParameters<typeof LoraConfig>[0] | object) => {
  const folder = mkdtempSync(join(work, "good-"));
  const model = getPeftModel(newModel(), config as WaveFTConfig, quiet);
  for (const parameter of model.parameters())
    if (parameter.requiresGrad)
      parameter.data = (parameter.data as Float32Array).map((_, i) => 0.1 * Math.sin(i + parameter.id));
  await model.savePretrained(folder);
  return { weights: readFileSync(join(folder, WEIGHTS)), config: readFileSync(join(folder, CONFIG), "utf8") };
};
export const good = await saved();
export const fieldsOf = (text: string): Record<string, unknown> => JSON.parse(text);

export const put = (weights: Uint8Array, config: string | Uint8Array): string => {
  const folder = mkdtempSync(join(work, "bad-"));
  writeFileSync(join(folder, WEIGHTS), weights);
  writeFileSync(join(folder, CONFIG), config);
  return folder;
};
export const withFields = (fields: object): string =>
  put(good.weights, JSON.stringify({ ...fieldsOf(good.config), ...fields }));

/** All that a failed call must leave alone. */
export const stateOf = (model: Model): string =>
  JSON.stringify([
    snapshot(model.model),
    [...model.peftConfig].map(([name, config]) => [name, config.toJson()]),
    [model.activeAdapters, model.mergedAdapters, model.enabled, model.training],
  ]);

/** An adapter "default" that acts and trains, and a frozen one beside it. */
export const wrapped = (): Model => {
  const model = getPeftModel(newModel(), waveft(), quiet);
  model.addAdapter("other", waveft({ targetModules: ["fc2"] }));
  return model.train();
};

const failed = (error: unknown): string => {
  if (!isPeftError(error)) throw error;
  expect(error.message).not.toContain("\n");
  expect(error.message.length).toBeLessThan(2000);
  return error.message;
};

/** Ways to read a folder, each into a model that must come out as it was where it fails. */
export const ways: Readonly<Record<string, (folder: string) => Promise<Model | string>>> = {
  "into a bare model": async (folder) => {
    const base = newModel();
    const before = snapshot(base);
    try {
      return await PeftModel.fromPretrained(base, folder, quiet);
    } catch (error) {
      expect(snapshot(base)).toBe(before);
      return failed(error);
    }
  },
  "beside other adapters": async (folder) => {
    const model = wrapped();
    const before = stateOf(model);
    try {
      await model.loadAdapter(folder, "new", quiet);
      return model;
    } catch (error) {
      expect(stateOf(model)).toBe(before);
      return failed(error);
    }
  },
  "over an adapter": async (folder) => {
    const model = wrapped();
    const before = stateOf(model);
    try {
      await model.loadAdapter(folder, "default", quiet);
      return model;
    } catch (error) {
      expect(stateOf(model)).toBe(before);
      return failed(error);
    }
  },
};

/** Where the adapter is a new one. */
export const newly = [ways["into a bare model"]!, ways["beside other adapters"]!];
