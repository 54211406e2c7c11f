import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { getPeftModel, isAdaptedLinear } from "../src";
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
      /is a Embedding; only Linear/,
    ],
    [
      "a whole module that the file lacks",
      () => withFields({ modules_to_save: ["final_layer_norm"] }),
      /missing .*final_layer_norm/,
    ],
  ])("%s", async (_, folder, sentence) => {
    for (const read of newly) expect(await read(folder())).toMatch(sentence);
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
      /is a LayerNorm/,
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
