import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  defaultTargetsOf,
  getLayerStatus,
  getModelStatus,
  getPeftModel,
  isPeftError,
  LoraConfig,
  methods,
  PeftModel,
  WaveFTConfig,
} from "../src";
import { goldenBase, scratch } from "./golden-models";
import { golden, loadBase, readJson } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

type Json = Readonly<Record<string, unknown>>;
const base = (model: string) => goldenBase({ model, dtype: "float32", share: [] });
const quiet = { onWarning: () => {} };

describe("default targets", () => {
  const { versions: _, ...tables } = readJson<Record<string, unknown>>(golden("api/default-targets.json"));

  test.each(Object.entries(methods))("%s: PEFT's for every model type", (peftType, method) => {
    expect(defaultTargetsOf(method)).toEqual(tables[peftType]);
  });

  test("no method of PEFT's is left without one", () => {
    expect(Object.keys(tables).filter((peftType) => !(peftType in methods))).toEqual([]);
  });
});

describe.each([
  ["waveft", WaveFTConfig],
  ["lora", LoraConfig],
])("a %s config with PEFT's defaults", (name, Config) => {
  const { config, changed, model } = readJson<{ config: Json; changed: Json; model: Json }>(
    golden(`api/${name}-config-default.json`),
  );

  test("has PEFT's fields, and is read from them", () => {
    const { peft_version: version, ...fields } = config;
    const { peft_version: own, ...ours } = new Config().toJson();
    expect([version, own]).toEqual(["0.21.0", null]);
    expect(ours).toEqual(fields);
    expect(Config.fromJson(config).toJson()).toEqual(config);
    expect(Config.fromJson(config).unknownFields).toEqual({});
  });

  test("is written as PEFT writes it for a model", async () => {
    const folder = join(work, name);
    const wrapped = getPeftModel(await loadBase("opt-pre"), Config.fromJson({ ...changed }), quiet);
    await wrapped.savePretrained(folder);
    const written = readJson(join(folder, "adapter_config.json"));
    expect(Object.keys(written)).toEqual(Object.keys(model));
    const { base_model_name_or_path: path, ...rest } = written;
    expect(String(path).endsWith(String(model.base_model_name_or_path))).toBe(true);
    const { base_model_name_or_path: _, ...expected } = model;
    expect(rest).toEqual({ ...expected, peft_version: "0.21.0+waveft.js" });
  });
});

describe("LoraConfig's fields", () => {
  const { rows } = readJson<{ rows: readonly { fields: Json; raised: string | null }[] }>(
    golden("api/lora-config-errors.json"),
  );
  /** What PEFT accepts and this package does not run: it says so, instead of computing something else. */
  const refused: Readonly<Record<string, RegExp>> = {
    '{"lora_dropout":1}': /loraDropout is 1; give a number from 0 to below 1/,
    '{"target_modules":["embed_tokens"]}': /embed_tokens is of kind Embedding; only Linear layers/,
    '{"use_dora":true}': /useDora is true; this package runs plain LoRA/,
    '{"lora_bias":true}': /loraBias is true; this package runs plain LoRA/,
    '{"target_modules":["embed_tokens","lm_head"],"ensure_weight_tying":true}': /ensureWeightTying is true/,
  };

  test.each(rows.map((row) => [JSON.stringify(row.fields), row] as const))(
    "%s",
    async (text, { fields, raised }) => {
      const model = await loadBase("opt-pre");
      const make = () => getPeftModel(model, LoraConfig.fromJson(fields), quiet);
      const reason = refused[text];
      if (raised === null && reason === undefined) {
        expect(make().activeAdapters).toEqual(["default"]);
        return;
      }
      expect(reason === undefined || raised === null).toBe(true);
      expect(make).toThrow(reason ?? /./);
      try {
        make();
      } catch (error) {
        expect(isPeftError(error)).toBe(true);
      }
    },
  );

  test("every refusal is of a row", () => {
    const texts = rows.map(({ fields }) => JSON.stringify(fields));
    expect(Object.keys(refused).filter((text) => !texts.includes(text))).toEqual([]);
  });
});

describe("printTrainableParameters", () => {
  interface Row {
    readonly model: string;
    readonly peft_type: keyof typeof methods;
    readonly fields: Json;
    readonly trainable: number;
    readonly all: number;
    readonly text: string;
  }
  const { rows } = readJson<{ rows: readonly Row[] }>(golden("api/trainable-parameters.json"));

  test.each(rows.map((row) => [row.model, row.peft_type, JSON.stringify(row.fields), row] as const))(
    "%s %s %s: PEFT's sentence",
    async (name, peftType, _, { fields, trainable, all, text }) => {
      const task_type = name.endsWith("cls") ? "SEQ_CLS" : "CAUSAL_LM";
      const config = methods[peftType].configFromJson({ ...fields, task_type });
      const model = getPeftModel(await base(name), config, quiet);
      const lines: string[] = [];
      expect(model.printTrainableParameters((line) => lines.push(line))).toBe(text);
      expect(lines).toEqual([text]);
      expect(model.getNbTrainableParameters()).toEqual({ trainable, all });
    },
  );
});

describe("getLayerStatus and getModelStatus", () => {
  interface States {
    readonly second: Json;
    readonly states: Readonly<Record<string, { readonly layers: readonly Json[]; readonly model: Json }>>;
  }
  const { second, states } = readJson<States>(golden("api/layer-status.json"));
  /** Kinds of layers, where PEFT names its classes. */
  const types: Readonly<Record<string, string>> = {
    "waveft.WaveFTLinear": "waveft.Linear",
    ModulesToSaveWrapper: "SavedModule",
    WaveFTModel: "Tuner",
    LoraModel: "Tuner",
  };
  const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const translated = (row: Json): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        camel(key),
        key.endsWith("_type") ? (types[String(value)] ?? value) : value,
      ]),
    );
  const told = (name: string) => ({
    layers: states[name]!.layers.map(translated),
    model: translated(states[name]!.model),
  });
  const tell = (model: PeftModel) => ({ layers: getLayerStatus(model), model: getModelStatus(model) });
  const waveft = (fields: Json) => methods.WAVEFT.configFromJson({ task_type: "CAUSAL_LM", ...fields });

  test("follow an adapter, two, and a merged one", async () => {
    const model: PeftModel = getPeftModel(await base("opt-pre"), waveft({ n_frequency: 10 }), quiet);
    expect(tell(model)).toEqual(told("one"));
    model.addAdapter("second", waveft(second));
    model.setAdapter(["default", "second"]);
    expect(tell(model)).toEqual(told("both active"));
    model.setAdapter("second");
    model.mergeAdapter();
    expect(tell(model)).toEqual(told("second merged"));
    expect(tell(model.unload() && model).layers).toEqual([]);
  });

  test("know of modules that are trained whole, and of adapters that are off", async () => {
    const config = methods.WAVEFT.configFromJson({ task_type: "SEQ_CLS", n_frequency: 10 });
    const model: PeftModel = getPeftModel(await base("bert-tiny-cls"), config, quiet);
    expect(await model.disableAdapter(() => tell(model))).toEqual(told("a classifier, off"));
    expect(getModelStatus(model)).toMatchObject({ enabled: true, requiresGrad: { default: true } });
    for (const { parameter } of model.savedModules.of("default").values()) parameter.requiresGrad = false;
    expect(getModelStatus(model).requiresGrad).toEqual({ default: "irregular" });
  });

  test("name methods and kinds of layers", async () => {
    const config = methods.LORA.configFromJson({ task_type: "CAUSAL_LM", r: 2 });
    const model: PeftModel = getPeftModel(await base("gpt2-tiny"), config, quiet);
    const { layers, model: whole } = told("lora");
    const own = layers.map((layer) => ({ ...layer, moduleType: "lora.TransposedLinear" }));
    expect(tell(model)).toEqual({ layers: own, model: whole });
    model.addAdapter("b", waveft({ n_frequency: 3, target_modules: ["c_attn"] }));
    expect(getLayerStatus(model)[0]).toMatchObject({
      moduleType: "lora+waveft.TransposedLinear",
      requiresGrad: { default: true, b: false },
    });
    expect(model).toBeInstanceOf(PeftModel);
  });
});
