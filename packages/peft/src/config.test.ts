import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { golden, readJson } from "../test/support";
import { isPeftError, LoraConfig, WaveFTConfig } from "./index";
import { adapterCard, isOwnCard } from "./model-card";
import { pythonJson } from "./python-json";

const saved: Record<string, unknown> = readJson(golden("adapter-pre-db4/adapter_config.json"));

describe("fields of a file", () => {
  test("go out as they came in", () => {
    expect(WaveFTConfig.fromJson(saved).toJson()).toEqual(saved);
  });

  test.each([
    ["n_frequency", "64", 'nFrequency is "64"; give an integer of at least 1'],
    ["n_frequency", 2.5, "nFrequency is 2.5; give an integer"],
    ["n_frequency", 0, "nFrequency is 0; give an integer of at least 1"],
    ["n_frequency", null, "nFrequency is null; give an integer"],
    ["scaling", "25", 'scaling is "25"; give a finite number'],
    ["scaling", null, "scaling is null; give a finite number"],
    ["random_loc_seed", 1.5, "randomLocSeed is 1.5; give an integer"],
    ["random_loc_seed", 2 ** 60, "give an integer between"],
    ["use_idwt", "false", 'useIdwt is "false"; give true or false'],
    ["init_weights", 1, "initWeights is 1; give true or false"],
    ["wavelet_family", "db99", 'no wavelet named "db99"; there are'],
    ["wavelet_family", null, "waveletFamily is null; give a string"],
    ["target_modules", [1], "targetModules is [1]; give a list of strings or a string or null"],
    ["exclude_modules", {}, "excludeModules is {}; give a list"],
    [
      "n_frequency_pattern",
      { a: "1" },
      'nFrequencyPattern is {"a":"1"}; give an object of integers of at least 1',
    ],
    ["layers_to_transform", ["0"], "layersToTransform is"],
    ["task_type", "CHAT", 'taskType is "CHAT"; give one of SEQ_CLS'],
    ["bias", null, "bias is null; give a string"],
    ["modules_to_save", "lm_head", 'modulesToSave is "lm_head"; give a list of strings'],
    ["auto_mapping", [], "autoMapping is []; give an object"],
  ])("%s: %j", (field, value, sentence) => {
    expect(() => WaveFTConfig.fromJson({ ...saved, [field]: value })).toThrow(sentence);
  });

  test("null stands for no where that is the default, and what others note in auto_mapping does nothing", () => {
    const auto_mapping = { base_model_class: "OPTForCausalLM", unsloth_fixed: true, n: 3, deep: { a: null } };
    const config = WaveFTConfig.fromJson({
      ...saved,
      ...{ inference_mode: null, n_frequency_pattern: null, auto_mapping },
    });
    expect(config).toMatchObject({ inferenceMode: false, nFrequencyPattern: {}, autoMapping: auto_mapping });
    expect(config.toJson().auto_mapping).toEqual(auto_mapping);
  });

  test.each([
    { loftq_config: null },
    { loftq_config: {}, layer_replication: [], eva_config: null, use_dora: null, lora_bias: null },
    { use_rslora: null, fan_in_fan_out: null, rank_pattern: null, alpha_pattern: null, inference_mode: null },
    { qalora_group_size: 32, megatron_core: null },
    { corda_config: {}, trainable_token_indices: null, target_parameters: [] },
  ])("LoRA's variants may be off in any way: %j", (fields) => {
    const { toJson, ...plain } = LoraConfig.fromJson({ peft_type: "LORA", r: 4 });
    const { toJson: _, ...given } = LoraConfig.fromJson({ peft_type: "LORA", r: 4, ...fields });
    expect(toJson).toBeTypeOf("function");
    expect(given.useRslora).toBe(plain.useRslora);
    expect(given.rankPattern).toEqual(plain.rankPattern);
  });

  test.each([
    [{ use_dora: true }, "useDora is true; this package runs plain LoRA"],
    [{ loftq_config: { loftq_bits: 4 } }, 'loftqConfig is {"loftq_bits":4}'],
    [{ layer_replication: [[0, 2]] }, "layerReplication is [[0,2]]"],
    [{ trainable_token_indices: [1] }, "trainableTokenIndices is [1]"],
  ])("and must be off: %j", (fields, sentence) => {
    expect(() => LoraConfig.fromJson({ peft_type: "LORA", r: 4, ...fields })).toThrow(sentence);
  });

  test("values that JSON does not have are told by their names", () => {
    const message = (fields: object): string => {
      try {
        return String(new WaveFTConfig(fields));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({ nFrequencyPattern: new Map([["fc1", 3]]) })).toContain(
      "nFrequencyPattern is a Map; give an",
    );
    expect(message({ targetModules: new Set(["fc1"]) })).toContain("targetModules is a Set; give a list");
    expect(message({ targetModules: /fc1/ })).toContain("targetModules is /fc1/; give a list");
    expect(message({ randomLocSeed: 7n })).toContain("randomLocSeed is 7n; give an integer");
    for (const [fields, name] of [
      [null, "null"],
      [[], "[]"],
      [3, "3"],
      [new Map(), "a Map"],
    ] as const)
      expect(message(fields as object)).toBe(
        `WaveFTConfig: the fields are ${name}; give an object of fields, or nothing`,
      );
  });

  test("whatever they hold, the answer is a config or one sentence", () => {
    const wild = fc.dictionary(
      fc.constantFrom(...Object.keys(saved), "__proto__", "toString", "nFrequency"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(wild, (fields) => {
        try {
          const config = WaveFTConfig.fromJson({ ...saved, ...fields });
          expect(WaveFTConfig.fromJson(JSON.parse(pythonJson(config.toJson()))).toJson()).toEqual(
            config.toJson(),
          );
        } catch (error) {
          if (!isPeftError(error)) throw error;
          expect(error.message).not.toContain("\n");
        }
      }),
      { numRuns: 500 },
    );
  });

  test("unfamiliar fields are an error in code, and kept from a file", () => {
    expect(() => new WaveFTConfig({ nfrequency: 3 } as object)).toThrow(
      'no field "nfrequency"; there are taskType,',
    );
    expect(WaveFTConfig.fromJson({ ...saved, later: 1 }).unknownFields).toEqual({ later: 1 });
    expect(WaveFTConfig.fromJson({ ...saved, later: 1 }).toJson()).toEqual({ ...saved, later: 1 });
  });
});

test("JSON is Python's: sorted fields, floats with a point, ASCII, no newline at the end", () => {
  const text = pythonJson(
    { b: 25, a: [1, "é🙂"], e: [], d: { z: 1, y: null }, c: 25, f: 1e-5, g: 1e22, h: -0.5 },
    ["b", "f", "g", "h"],
  );
  expect(text).toMatchInlineSnapshot(`
    "{
      "a": [
        1,
        "\\u00e9\\ud83d\\ude42"
      ],
      "b": 25.0,
      "c": 25,
      "d": {
        "z": 1,
        "y": null
      },
      "e": [],
      "f": 1e-05,
      "g": 1e+22,
      "h": -0.5
    }"
  `);
});

describe("the card", () => {
  const card = (base: string | null) => adapterCard(new WaveFTConfig({ taskType: "CAUSAL_LM" }), base);
  test("begins with the metadata that the hub reads", () => {
    expect(card("facebook/opt-350m").split("---")[1]).toMatchInlineSnapshot(`
      "
      base_model: facebook/opt-350m
      library_name: peft
      pipeline_tag: text-generation
      tags:
      - base_model:adapter:facebook/opt-350m
      - waveft
      - transformers
      "
    `);
    expect(isOwnCard(card(null))).toBe(true);
  });

  test.each(["a: b", "C:\\models\\x", "#1", '"', "- x", "null", "it's # fine", "1.5", "é"])(
    "a base model named %j is quoted",
    (name) => {
      const line = card(name)
        .split("\n")
        .find((text) => text.startsWith("base_model:"))!;
      expect(JSON.parse(line.slice("base_model: ".length))).toBe(name);
    },
  );
});
