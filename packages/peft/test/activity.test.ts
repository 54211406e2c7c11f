import type { PreTrainedModel } from "@waveft/transformers";
import { describe, expect, test } from "vitest";
import { getPeftModel, LoraConfig, type PeftModel, WaveFTConfig } from "../src";
import { inputsOf, logitsOf, newModel, snapshot } from "./support";

type Model = PeftModel<PreTrainedModel>;
const row = [2, 7, 5, 11, 3, 4];
const inputs = () =>
  inputsOf(
    row,
    row.map(() => 1),
    row.length,
  );
type Fields = ConstructorParameters<typeof WaveFTConfig>[0];
const config = (fields: Fields = {}) =>
  new WaveFTConfig({ nFrequency: 10, taskType: "CAUSAL_LM", ...fields });
const wrap = (fields: Fields = {}, base = newModel(), onWarning: (message: string) => void = () => {}) =>
  getPeftModel(base, config(fields), { onWarning });
const trained = (model: Model): string[] =>
  [...model.namedParameters()].flatMap(([name, { requiresGrad }]) => (requiresGrad ? [name] : []));
/** Gives all parameters of an adapter new values. */
const fill = (model: Model, adapter: string): void => {
  for (const [name, parameter] of model.namedParameters())
    if (name.includes(`.${adapter}.`))
      parameter.data = (parameter.data as Float32Array).map((_, i) => 0.1 * Math.sin(i + name.length));
};

describe("names of adapters", () => {
  test.each(["train", "children", "kind", "structure", "parameters", "myAdapter", "a b", "é", "default.."])(
    "%j is a name like any other, or refused",
    (name) => {
      const model = wrap();
      const before = snapshot(model.model);
      if (name.includes(".")) {
        expect(() => model.addAdapter(name, config())).toThrow("cannot name an adapter");
        expect(snapshot(model.model)).toBe(before);
        return;
      }
      model.addAdapter(name, config());
      model.setAdapter(name);
      model.train().eval();
      expect(trained(model)).toHaveLength(4);
      expect(trained(model).every((full) => full.includes(`.adapter_parameters.${name}.`))).toBe(true);
      model.deleteAdapter(name);
      expect(model.activeAdapters).toEqual(["default"]);
      expect(model.toString()).toBe(wrap().eval().toString());
    },
  );
});

describe("a model that has adapters is not wrapped again", () => {
  test.each([
    ["the wrapper", (model: Model): unknown => model],
    ["the model in it", (model: Model): unknown => model.model],
  ])("%s", async (_, of) => {
    const model = wrap();
    const before = snapshot(model.model);
    expect(() => getPeftModel(of(model) as PreTrainedModel, config(), { adapterName: "b" })).toThrow(
      "this model has adapters already; use addAdapter",
    );
    expect(snapshot(model.model)).toBe(before);
    const bare = model.unload();
    expect(getPeftModel(bare, config()).activeAdapters).toEqual(["default"]);
  });
});

describe("disabled", () => {
  test("calls may overlap, and the last one that ends brings the adapters back", async () => {
    const model = wrap();
    fill(model, "default");
    const adapted = await logitsOf(model, inputs());
    const ends: (() => void)[] = [];
    const calls = [0, 1].map(() => model.disableAdapter(() => new Promise<void>((end) => ends.push(end))));
    for (const end of ends) {
      expect([model.enabled, trained(model)]).toEqual([false, []]);
      expect(await logitsOf(model, inputs())).toEqual(await logitsOf(newModel(), inputs()));
      end();
      await Promise.race(calls);
    }
    await Promise.all(calls);
    expect([model.enabled, trained(model).length]).toEqual([true, 4]);
    expect(await logitsOf(model, inputs())).toEqual(adapted);
  });

  test("what trains comes back as it was, inactive adapters too", async () => {
    const model = wrap();
    model.addAdapter("b", config());
    model.setRequiresGrad("b", true);
    model.setRequiresGrad("default", false);
    const before = trained(model);
    await model.disableAdapter(() => model.setRequiresGrad(true));
    expect(before).toHaveLength(4);
    expect(trained(model)).toEqual(expect.arrayContaining(before));
    await model.disableAdapter(() => model.deleteAdapter("b"));
    model.setRequiresGrad(false);
    model.addAdapter("b", config());
    await model.disableAdapter(() => undefined);
    expect(trained(model)).toEqual([]);
  });
});

describe("deleting", () => {
  test("where none acts, none comes to act", () => {
    const model = wrap();
    model.addAdapter("b", config());
    model.setAdapter([]);
    model.deleteAdapter("b");
    expect([model.activeAdapters, trained(model)]).toEqual([[], []]);
  });

  test("where the next one cannot train, nothing is deleted", () => {
    const base = newModel({}, "bfloat16");
    const model = wrap({}, base);
    model.addAdapter("b", config({ bias: "all" }));
    const before = snapshot(base);
    expect(() => model.deleteAdapter("default")).toThrow("float32 model only");
    expect(snapshot(base)).toBe(before);
    expect([...model.peftConfig.keys()]).toEqual(["default", "b"]);
  });
});

describe("merging", () => {
  test("mergeAndUnload merges what acts and is not merged yet", async () => {
    const both = async (merge: (model: Model) => void) => {
      const model = wrap();
      model.addAdapter("b", config({ targetModules: ["fc1", "q_proj"], waveletFamily: "db2" }));
      fill(model, "default");
      fill(model, "b");
      model.setAdapter(["default", "b"]);
      merge(model);
      return logitsOf(model.mergeAndUnload(), inputs());
    };
    const inTwoSteps = await both((model) => model.mergeAdapter({ adapterNames: "b" }));
    expect(inTwoSteps).toBeAllclose(await both(() => {}), 1e-6);
  });

  test("names may come twice, and those that do not exist merge nothing", () => {
    const base = newModel();
    const model = wrap({}, base);
    fill(model, "default");
    const before = snapshot(base);
    expect(() => model.mergeAdapter({ adapterNames: ["default", "x"] })).toThrow('no adapter "x"');
    expect(snapshot(base)).toBe(before);
    model.mergeAdapter({ adapterNames: ["default", "default"] });
    expect(model.mergedAdapters).toEqual(["default"]);
  });
});

describe("modules that are trained whole", () => {
  test("are not adapted too, by whichever adapter", () => {
    const base = newModel();
    const model = wrap({ modulesToSave: ["fc1"] }, base);
    const before = snapshot(base);
    expect(() => model.addAdapter("b", config({ targetModules: ["fc1"] }))).toThrow(
      'adapter "default" trains model.decoder.layers.0.fc1 whole (modulesToSave), so model.decoder.layers.0.fc1 cannot be adapted',
    );
    for (const module of ["q_proj", "self_attn"])
      expect(() =>
        model.addAdapter("b", config({ targetModules: ["fc2"], modulesToSave: [module] })),
      ).toThrow(/_proj is adapted already, so .*(q_proj|self_attn) cannot be trained whole/);
    expect(snapshot(base)).toBe(before);
    model.addAdapter("b", config({ targetModules: ["fc1", "fc2"], excludeModules: ["fc1"] }));
  });

  test("biases of another adapter are the base model's, whoever acts", async () => {
    const model = wrap({ modulesToSave: ["final_layer_norm"] });
    fill(model, "default");
    model.addAdapter("b", config({ bias: "all" }));
    model.setAdapter("b");
    for (const [name, parameter] of model.namedParameters())
      if (parameter.requiresGrad && name.endsWith("bias"))
        parameter.data = (parameter.data as Float32Array).map(() => 1);
    const norm = "base_model.model.model.decoder.final_layer_norm.bias";
    expect(model.getParameter(norm).data[0]).toBe(1);
    model.setAdapter("default");
    expect(model.getParameter(norm).data[0]).not.toBe(1);
    expect(trained(model)).not.toContain("base_model.model.model.decoder.layers.0.fc1.bias");
  });
});

test("adapters of two methods act together", async () => {
  const model = wrap();
  model.addAdapter("low", new LoraConfig({ r: 2, targetModules: ["q_proj", "fc2"] }));
  for (const name of ["default", "low"]) fill(model, name);
  const alone = async (name: string) => {
    model.setAdapter(name);
    return logitsOf(model, inputs());
  };
  const [first, second] = [await alone("default"), await alone("low")];
  model.setAdapter(["default", "low"]);
  const both = await logitsOf(model, inputs());
  expect(both).not.toEqual(first);
  expect(both).not.toEqual(second);
  model.mergeAdapter();
  expect(await logitsOf(model, inputs())).toBeAllclose(both, 1e-5);
});
