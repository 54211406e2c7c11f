import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Linear, Sequential } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { getPeftModel, isAdaptedLinear, WaveFTConfig } from "../src";
import {
  CONFIG,
  fieldsOf,
  good,
  type Model,
  newly,
  put,
  quiet,
  stateOf,
  waveft,
  ways,
  withFields,
  work,
  wrapped,
} from "./bad-files";
import { golden, newModel } from "./support";

describe("files that fit neither model nor config", () => {
  test.each([
    ["another base", () => golden("adapter-post-best"), /nFrequency is 400 for .*give 1 to/],
    ["another count", () => withFields({ n_frequency: 11 }), /has shape \[10\].* need \[11\]/],
    ["other layers", () => withFields({ target_modules: ["v_proj"] }), /belongs to another model or config/],
    ["fewer layers", () => withFields({ layers_to_transform: [0] }), /unexpected .*layers\.1/],
    [
      "an unknown method",
      () => withFields({ peft_type: "MAGIC" }),
      /peft_type is "MAGIC"; this package has LORA, WAVEFT/,
    ],
    ["no method", () => withFields({ peft_type: undefined }), /peft_type is undefined/],
    ["a method like a member", () => withFields({ peft_type: "toString" }), /peft_type is "toString"/],
    ["another method's name", () => withFields({ peft_type: "LORA" }), /belongs to another model or config/],
    [
      "a field of a wrong type",
      () => withFields({ scaling: "much" }),
      /scaling is "much"; give a finite number/,
    ],
    [
      "a list of wrong items",
      () => withFields({ target_modules: [1] }),
      /targetModules is \[1\]; give a list of strings/,
    ],
    ["no targets", () => withFields({ target_modules: [] }), /targetModules is empty/],
    [
      "targets that match nothing",
      () => withFields({ target_modules: ["query"] }),
      /match no layer of this model/,
    ],
    [
      "a target of another kind",
      () => withFields({ target_modules: ["embed_tokens"] }),
      /is of kind Embedding; only Linear/,
    ],
    [
      "a whole module that the file lacks",
      () => withFields({ modules_to_save: ["final_layer_norm"] }),
      /missing .*final_layer_norm/,
    ],
  ])("%s", async (_, folder, sentence) => {
    for (const read of newly) {
      const given = folder();
      const told = await read(given);
      expect(told).toMatch(sentence);
      expect(told).toContain(given);
    }
    // Over an adapter its own layers count, however the targets are spelt.
    const over = await ways["over an adapter"]!(folder());
    const { target_modules: targets } = fieldsOf(readFileSync(join(folder(), CONFIG), "utf8"));
    if (typeof over === "string")
      expect(over).toMatch(/, but .* in the adapter "default"|: adapter_config\.json: |peft_type is/);
    else expect(targets).not.toEqual(["q_proj", "fc1"]);
  });

  test("integers in place of floats", async () => {
    const text = good.weights.toString("latin1").replaceAll('"F32"', '"I32"');
    for (const read of Object.values(ways))
      expect(await read(put(Buffer.from(text, "latin1"), good.config))).toContain(
        "is I32; adapters have F64, F32",
      );
  });

  test.each(["nowhere", "empty"])("a folder that is %s", async (name) => {
    const folder = join(work, name);
    if (name === "empty") mkdirSync(folder);
    for (const read of Object.values(ways))
      expect(await read(folder)).toMatch(/adapter_config\.json|nowhere/);
  });
});

describe("calls", () => {
  /** What callers without types give. */
  const untyped = (value: unknown) => value as never;

  const calls: [string, (model: Model) => unknown, RegExp][] = [
    ["a name that is taken", (model) => model.addAdapter("other", waveft()), /an adapter "other" already/],
    ["a name with a slash", (model) => model.addAdapter("a/b", waveft()), /cannot name an adapter/],
    ["an empty name", (model) => model.addAdapter("", waveft()), /cannot name an adapter/],
    [
      "targets that match nothing",
      (model) => model.addAdapter("x", waveft({ targetModules: ["query"] })),
      /match no layer/,
    ],
    [
      "too many coefficients in a later layer",
      (model) => model.addAdapter("x", waveft({ nFrequency: 65 })),
      /nFrequency is 65 for .*q_proj/,
    ],
    [
      "a target of another kind",
      (model) => model.addAdapter("x", waveft({ targetModules: ["fc1", "final_layer_norm"] })),
      /is of kind LayerNorm/,
    ],
    ["setting what does not exist", (model) => model.setAdapter(["default", "x"]), /no adapter "x"/],
    [
      "deleting what does not exist",
      (model) => model.deleteAdapter("x"),
      /no adapter "x"; there are default, other/,
    ],
    [
      "merging what does not exist",
      (model) => model.mergeAdapter({ adapterNames: ["other", "x"] }),
      /no adapter "x"/,
    ],
    [
      "training what does not exist",
      (model) => model.setRequiresGrad(["other", "x"], true),
      /no adapter "x"/,
    ],
    [
      "a second wrapper",
      (model) => getPeftModel(model.model, waveft(), { adapterName: "x" }),
      /has adapters already/,
    ],
    [
      "no name at all",
      (model) => model.setAdapter(untyped(undefined)),
      /undefined names no adapter; give a name/,
    ],
    ["a number as a name", (model) => model.addAdapter(untyped(3), waveft()), /3 cannot name an adapter/],
    [
      "merging a name in place of options",
      (model) => model.mergeAdapter(untyped("other")),
      /mergeAdapter got "other"; give options/,
    ],
    [
      "merging no list",
      (model) => model.mergeAdapter({ adapterNames: untyped(null) }),
      /null names no adapter; give a name or a list/,
    ],
    [
      "fields in place of a config",
      (model) => model.addAdapter("x", untyped({ nFrequency: 3 })),
      /config is {"nFrequency":3}; give a WaveFTConfig or a LoraConfig/,
    ],
    [
      "a strategy that does not exist",
      (model) => Object.assign(model, { strategy: "fast" }),
      /strategy is "fast"; give one of auto, merged, factored/,
    ],
    [
      "a layer both adapted and trained whole",
      // Its end, but no part of its name: modulesToSave takes both, exclusion the second alone.
      (model) => model.addAdapter("x", waveft({ targetModules: ["k_proj"], modulesToSave: ["_proj"] })),
      /share .*layers\.0\.self_attn\.k_proj; a layer is either adapted or trained whole/,
    ],
    ["loading from a number", (model) => model.loadAdapter(untyped(3), "x"), /3 is no source of an adapter/],
    [
      "loading from nothing",
      (model) => model.loadAdapter(untyped(null), "x"),
      /null is no source of an adapter/,
    ],
    [
      "saving nowhere",
      (model) => model.savePretrained(untyped(undefined)),
      /undefined is no folder to save to/,
    ],
    [
      "merging while disabled",
      (model) => model.disableAdapter(() => model.mergeAdapter()),
      /adapters are disabled/,
    ],
  ];
  test.each(calls)("%s: an error, and the model as it was", async (_, call, sentence) => {
    const model = wrapped();
    const before = stateOf(model);
    await expect((async () => call(model))()).rejects.toThrow(sentence);
    expect(stateOf(model)).toBe(before);
  });

  test.each([
    [null, "null is no model"],
    [{}, "{} is no model"],
    [new Linear(2, 2), "this Linear has no config.modelType"],
  ])("what is no model is not wrapped: %#", (model, sentence) => {
    expect(() => getPeftModel(model as never, waveft())).toThrow(sentence);
  });

  test("a model of one's own is adapted, and named as no class of Python's", () => {
    const own = Object.assign(new Sequential(new Linear(4, 3)), { config: { modelType: "own" } });
    const model = getPeftModel(own, new WaveFTConfig({ nFrequency: 5, targetModules: "all-linear" }), quiet);
    const json = new TextDecoder().decode(model.toFiles().get(CONFIG));
    expect(JSON.parse(json)).toMatchObject({ auto_mapping: null, target_modules: ["0"] });
  });

  test("a model that gave its adapters up has nothing to save", async () => {
    const model = wrapped();
    model.mergeAndUnload();
    await expect(model.savePretrained(work)).rejects.toThrow("save the model that they return");
  });

  test("a broken pattern is shown as it was given", () => {
    const model = wrapped();
    for (const fields of [
      { targetModules: "(q_proj" },
      { excludeModules: "(q_proj" },
      { nFrequencyPattern: { "(q_proj": 3 } },
      { modulesToSave: ["(q_proj"] },
      { targetModules: ["q_proj"], layersToTransform: 0, layersPattern: "(q_proj" },
    ])
      expect(() => model.addAdapter("x", waveft(fields))).toThrow('peft: "(q_proj" is not a valid regular');
  });

  test("two adapters that replace one module cannot act together", () => {
    const model = getPeftModel(newModel(), waveft({ modulesToSave: ["fc2"] }), quiet);
    model.addAdapter("b", waveft({ modulesToSave: ["layers.1.fc2", "final_layer_norm"] }));
    const before = stateOf(model);
    expect(() => model.setAdapter(["default", "b"])).toThrow(
      'adapters "default" and "b" both replace model.decoder.layers.1.fc2.weight (modulesToSave); only one of them can act at a time',
    );
    expect(stateOf(model)).toBe(before);
  });

  test("modulesToSave that names nothing is told of, and does nothing", () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const model = getPeftModel(newModel(), waveft({ modulesToSave: ["nothing"] }), { onWarning });
    expect(warnings).toEqual(['modulesToSave ["nothing"] names no module of this model']);
    const { trainable } = model.getNbTrainableParameters();
    expect(trainable).toBe(getPeftModel(newModel(), waveft(), quiet).getNbTrainableParameters().trainable);
  });
});

describe("safeMerge", () => {
  /** The model without how often a weight was written: it was, and put back. */
  const bits = (model: Model): string =>
    JSON.stringify([
      Array.from(model.model.namedParameters({ duplicates: true }), ([name, { data, requiresGrad }]) => [
        name,
        requiresGrad,
        Array.from(data, String),
      ]),
      [model.activeAdapters, model.mergedAdapters],
    ]);

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 3e38])(
    "%d in the last layer leaves the others unmerged",
    (value) => {
      const model = wrapped();
      const layers = [...model.model.namedModules()].flatMap(([name, layer]) =>
        isAdaptedLinear(layer) && layer.adapters.has("default") ? [{ name, layer }] : [],
      );
      const { name, layer: last } = layers.at(-1)!;
      for (const { layer } of layers) {
        const spectrum = layer.adapters.get("default")!.parameters.waveft_spectrum!;
        spectrum.data = (spectrum.data as Float32Array).map((_, i) =>
          layer === last && i === 3 ? value : 0.1,
        );
      }
      model.mergeAdapter({ adapterNames: "other" });
      const before = bits(model);
      expect(() => model.mergeAdapter({ safeMerge: true })).toThrow(
        `merging into ${name} gives NaN or infinity; nothing was merged`,
      );
      expect(bits(model)).toBe(before);
      expect(() => model.mergeAndUnload({ safeMerge: true })).toThrow("nothing was merged");
      expect(bits(model)).toBe(before);
      model.mergeAdapter();
      expect(model.mergedAdapters).toEqual(["other", "default"]);
      model.unmergeAdapter();
      model.mergeAdapter({ adapterNames: "other" });
      expect(bits(model)).toBe(before);
    },
  );
});
