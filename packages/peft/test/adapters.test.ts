import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Parameter } from "@waveft/autograd";
import { bytesSource } from "@waveft/safetensors";
import type { PreTrainedModel } from "@waveft/transformers";
import { afterAll, describe, expect, test } from "vitest";
import { getPeftModel, PeftModel, WaveFTConfig } from "../src";
import {
  golden,
  inputsOf,
  loadBase,
  logitsOf,
  lossOf,
  newModel,
  readJson,
  readTensors,
  snapshot,
} from "./support";

const work = mkdtempSync(join(tmpdir(), "waveft-adapters-"));
afterAll(() => rmSync(work, { recursive: true }));

const trainable = (model: PeftModel<PreTrainedModel>): [string, Parameter][] =>
  [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
const disturb = (model: PeftModel<PreTrainedModel>, phase = 0): void => {
  for (const [i, [, parameter]] of trainable(model).entries())
    parameter.data = (parameter.data as Float32Array).map(
      (value, n) => value + 0.05 * Math.sin(n + i + phase),
    );
};
/** `base_model.model.<layer>.waveft_spectrum` of a parameter of ours. */
const fileName = (name: string): string => name.replace(".adapter_parameters.default", "");
const row = [2, 7, 5, 11, 3, 4];
const smallInputs = () =>
  inputsOf(
    row,
    row.map(() => 1),
    row.length,
  );
const small = (fields: ConstructorParameters<typeof WaveFTConfig>[0] = {}) =>
  new WaveFTConfig({ nFrequency: 10, taskType: "CAUSAL_LM", ...fields });

const devices = ["gpu:cpu", "onnx:cpu"];

describe("the first step is PEFT's: loss and the gradient of each coefficient", () => {
  test.each(["pre-default", "pre-db4", "pre-direct", "pre-epochs", "post-default", "post-db4", "post-best"])(
    "%s",
    async (name) => {
      const folder = golden(`adapter-${name}`);
      const config = WaveFTConfig.fromJson({
        ...readJson(join(folder, "adapter_config.json")),
        inference_mode: false,
      });
      const model = getPeftModel(await loadBase(`opt-${name.split("-")[0]}`), config);
      const first = await readTensors(join(folder, "first.safetensors"));
      const ids = first.get("batch.input_ids")!;
      const inputs = inputsOf(ids.data, first.get("batch.attention_mask")!.data, ids.shape[1]!);
      const parameters = trainable(model);
      const labels = first.get("batch.labels")!.data;
      const wrt = parameters.map(([, parameter]) => parameter);
      for (const device of devices) {
        const { loss, gradients } = await lossOf(model, inputs, labels, wrt, device);
        expect([loss]).toBeAllclose(first.get("loss")!.data, 1e-5);
        for (const [i, [parameterName]] of parameters.entries())
          expect(gradients[i]!).toBeAllclose(first.get(`gradient.${fileName(parameterName)}`)!.data, 1e-4);
      }
      expect(parameters).toHaveLength([...first.keys()].filter((key) => key.startsWith("gradient.")).length);
    },
  );
});

describe("half-precision bases", async () => {
  const tensors = await readTensors(golden("half.safetensors"));
  const ids = tensors.get("input_ids")!.data;
  const inputs = inputsOf(
    ids,
    ids.map(() => 1),
    ids.length,
  );
  test.each([
    ["opt-pre", "bfloat16", 2e-2],
    ["opt-post", "bfloat16", 2e-2],
    ["opt-pre", "float16", 3e-3],
    ["opt-post", "float16", 3e-3],
  ] as const)(
    "%s in %s: the weights are rounded once, arithmetic is float32",
    async (base, dtype, tolerance) => {
      const folder = golden(`adapter-${base.slice(4)}-db4`);
      const model = await PeftModel.fromPretrained(await loadBase(base, dtype), folder);
      for (const device of devices) {
        const logits = await logitsOf(model, inputs, device);
        expect(logits).toBeAllclose(tensors.get(`${base}.${dtype}.rounded`)!.data, 1e-5);
        expect(logits).toBeAllclose(tensors.get(`${base}.${dtype}.native`)!.data, tolerance);
      }
    },
  );
});

describe("random starts are torch's", async () => {
  const tensors = await readTensors(golden("init.safetensors"));
  const fields = {
    initWeights: false,
    nFrequency: 40,
    targetModules: ["q_proj", "v_proj", "k_proj", "fc1"],
    nFrequencyPattern: { k_proj: 7, "0.v_proj": 32, "1.self_attn.v_proj": 3 },
  };
  for (const seed of [undefined, 0, 1234])
    test.each(["float32", "bfloat16", "float16"] as const)(`seed ${seed}, a %s base`, async (dtype) => {
      const model = getPeftModel(
        await loadBase("opt-pre", dtype),
        new WaveFTConfig(fields),
        seed === undefined ? {} : { seed },
      );
      const parameters = trainable(model);
      expect(parameters).toHaveLength(8);
      for (const [name, { data }] of parameters) {
        const layer = fileName(name).replace("base_model.model.", "").replace(".waveft_spectrum", "");
        const expected = tensors.get(`${seed ?? null}.${dtype}.${layer}`.replace("null", "None"))!.data;
        expect(data as Float32Array).toBeAllclose(expected, dtype === "float32" ? 3e-7 : 0);
      }
    });
});

describe("adapters of PEFT with more than coefficients", () => {
  test.each([
    ["bias-all", "opt-post"],
    ["bias-waveft", "opt-post"],
    ["coif4", "opt-pre"],
  ])("%s gives PEFT's logits, and is written as it was", async (name, base) => {
    const folder = golden(`adapter-${name}`);
    const warnings: string[] = [];
    const model = await PeftModel.fromPretrained(await loadBase(base), folder, {
      onWarning: (message) => warnings.push(message),
    });
    const expected = await readTensors(join(folder, "expected.safetensors"));
    const ids = expected.get("input_ids")!.data;
    const inputs = inputsOf(
      ids,
      ids.map(() => 1),
      ids.length,
    );
    for (const device of devices)
      expect(await logitsOf(model, inputs, device)).toBeAllclose(expected.get("logits")!.data, 1e-5);
    await model.savePretrained(join(work, name));
    for (const file of ["adapter_model.safetensors", "adapter_config.json"])
      expect(readFileSync(join(work, name, file))).toEqual(readFileSync(join(folder, file)));
    expect(warnings.some((warning) => warning.includes("coif4"))).toBe(name === "coif4");
  });

  test("a coif4 of ours is a coiflet, and the file says so", async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const model = getPeftModel(newModel(), small({ waveletFamily: "coif4" }), { onWarning });
    disturb(model);
    await model.savePretrained(join(work, "own-coif4"));
    expect(warnings.join()).toContain("PEFT 0.21 has wrong filters for coif4");
    const again = await PeftModel.fromPretrained(newModel(), join(work, "own-coif4"), { onWarning });
    expect(await logitsOf(again, smallInputs())).toBeAllclose(await logitsOf(model, smallInputs()), 1e-5);
  });
});

describe("biases", () => {
  test.each([
    ["all", 2 * (6 + 2) + 1],
    ["waveft_only", 4],
  ])("%s: trained along, with the slopes of the loss", async (bias, count) => {
    const model = getPeftModel(newModel(), small({ bias }));
    const biases = trainable(model).filter(([name]) => name.endsWith("bias"));
    expect(biases).toHaveLength(count);
    disturb(model);
    const inputs = smallInputs();
    const { gradients } = await lossOf(
      model,
      inputs,
      row,
      biases.map(([, parameter]) => parameter),
    );
    for (const [i, [, parameter]] of biases.entries()) {
      const at = parameter.data as Float32Array;
      const moved = async (by: number) => {
        parameter.data = at.with(1, at[1]! + by);
        return (await lossOf(model, inputs, row, [])).loss;
      };
      const slope = ((await moved(1 / 128)) - (await moved(-1 / 128))) * 64;
      parameter.data = at;
      expect(Math.abs(slope - gradients[i]![1]!)).toBeLessThan(
        2e-3 * Math.max(...gradients[i]!.map(Math.abs)) + 2e-4,
      );
    }
  });

  test("only one adapter trains them, in float32", async () => {
    const model = getPeftModel(newModel(), small({ bias: "all" }), { onWarning: () => {} });
    expect(() => model.addAdapter("second", small({ bias: "waveft_only" }))).toThrow(/only one can/);
    model.addAdapter("third", small());
    model.setAdapter("third");
    expect(trainable(model).every(([name]) => name.endsWith("waveft_spectrum"))).toBe(true);
    expect(() => getPeftModel(newModel({}, "bfloat16"), small({ bias: "all" }))).toThrow(
      /float32 model only/,
    );
    expect(() => small({ bias: "some" })).toThrow(/bias is "some"; give none, all/);
  });
});

describe("files", () => {
  test("without a task type, the base model's class is named", async () => {
    const model = getPeftModel(newModel(), new WaveFTConfig({ nFrequency: 10 }));
    await model.savePretrained(join(work, "no-task"));
    const config = readJson(join(work, "no-task", "adapter_config.json"));
    expect(config.auto_mapping).toEqual({
      base_model_class: "OPTForCausalLM",
      parent_library: "transformers.models.opt.modeling_opt",
    });
    expect(readFileSync(join(work, "no-task", "README.md"), "utf8")).not.toContain("pipeline_tag");
  });

  test("overlapping patterns keep their order, haar is db1", async () => {
    const fields = { waveletFamily: "haar", nFrequencyPattern: { v_proj: 4, "0.self_attn.v_proj": 6 } };
    const model = getPeftModel(newModel(), small(fields));
    disturb(model);
    await model.savePretrained(join(work, "patterns"));
    expect(readJson(join(work, "patterns", "adapter_config.json")).wavelet_family).toBe("db1");
    const again = await PeftModel.fromPretrained(newModel(), join(work, "patterns"));
    expect(await logitsOf(again, smallInputs())).toEqual(await logitsOf(model, smallInputs()));
  });

  test("fields from the future are told of, kept and written back", async () => {
    const model = getPeftModel(newModel(), small());
    const folder = join(work, "future");
    await model.savePretrained(folder);
    const path = join(folder, "adapter_config.json");
    writeFileSync(path, JSON.stringify({ ...readJson(path), new_field: { a: [1, null] } }));
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const loaded = await PeftModel.fromPretrained(newModel(), folder, { onWarning });
    expect(warnings).toEqual([expect.stringMatching(/not known here and do nothing: new_field/)]);
    await loaded.savePretrained(join(work, "future-again"));
    expect(readJson(join(work, "future-again", "adapter_config.json")).new_field).toEqual({ a: [1, null] });
  });

  test("a README.md of somebody else stays, ours is written anew", async () => {
    const model = getPeftModel(newModel(), small());
    const card = join(work, "cards", "README.md");
    await model.savePretrained(join(work, "cards"));
    const own = readFileSync(card, "utf8");
    writeFileSync(card, own.replace("# A WAVEFT", "# The WAVEFT"));
    await model.savePretrained(join(work, "cards"));
    expect(readFileSync(card, "utf8")).toBe(own);
    writeFileSync(card, "mine");
    await model.savePretrained(join(work, "cards"));
    expect(readFileSync(card, "utf8")).toBe("mine");
  });

  test.each([
    ["by its name", ["lm_head"], true],
    ["by a pattern", ".*(lm_head|fc1)", true],
    ["with nothing but other layers", ["fc1"], false],
  ])(
    "the weight of a head, adapted %s, is saved along, as PEFT does",
    async (name, targetModules, isSaved) => {
      const folder = join(work, name);
      await getPeftModel(newModel(), small({ targetModules })).savePretrained(folder);
      const saved = await readTensors(join(folder, "adapter_model.safetensors"));
      expect(saved.has("base_model.model.lm_head.base_layer.weight")).toBe(isSaved);
      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      await PeftModel.fromPretrained(newModel(), folder, { onWarning });
      expect(warnings).toEqual([]);
    },
  );

  test("other adapters lie in folders of their names", async () => {
    const model = getPeftModel(newModel(), small());
    model.addAdapter("second", small({ nFrequency: 3 }));
    await model.savePretrained(join(work, "two"));
    expect(readJson(join(work, "two", "second", "adapter_config.json")).n_frequency).toBe(3);
    await model.savePretrained(join(work, "one"), { selectedAdapters: ["second"] });
    expect(() => readJson(join(work, "one", "adapter_config.json"))).toThrow();
    await expect(model.savePretrained(work, { selectedAdapters: ["third"] })).rejects.toThrow(
      'no adapter "third"; there are default, second',
    );
  });
});

describe("several adapters", () => {
  test("an added one neither acts nor trains, nor changes what trains", async () => {
    const model = getPeftModel(newModel(), small());
    disturb(model);
    const logits = await logitsOf(model, smallInputs());
    model.addAdapter("second", small({ initWeights: false }), { seed: 1 });
    expect(await logitsOf(model, smallInputs())).toEqual(logits);
    expect(trainable(model).map(([name]) => name.includes(".default."))).toEqual([true, true, true, true]);
    model.setAdapter("default", { inferenceMode: true });
    model.addAdapter("third", small());
    expect(trainable(model)).toEqual([]);
    expect(model.getNbTrainableParameters().trainable).toBe(0);
    model.setAdapter("second");
    expect(trainable(model)).toHaveLength(4);
    expect(await logitsOf(model, smallInputs())).not.toEqual(logits);
  });

  test("a deleted one makes way for the first of the others, with a warning", () => {
    const warnings: string[] = [];
    const model = getPeftModel(newModel(), small(), { onWarning: (message) => warnings.push(message) });
    model.addAdapter("b", small());
    model.addAdapter("a", small());
    model.deleteAdapter("b");
    expect([model.activeAdapters, warnings]).toEqual([["default"], []]);
    model.deleteAdapter("default");
    expect(model.activeAdapters).toEqual(["a"]);
    expect(warnings).toEqual(["adapter default is deleted; a acts now"]);
    expect(() => model.deleteAdapter("default")).toThrow('no adapter "default"; there are a');
  });

  test("disabled, the base model's own numbers come out, also after an error", async () => {
    const base = newModel();
    const bare = await logitsOf(base, smallInputs());
    const model = getPeftModel(base, small());
    disturb(model);
    const adapted = await logitsOf(model, smallInputs());
    expect(adapted).not.toEqual(bare);
    expect(await model.disableAdapter(() => logitsOf(model, smallInputs()))).toEqual(bare);
    await expect(model.disableAdapter(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await logitsOf(model, smallInputs())).toEqual(adapted);
  });

  test("unload gives the bare model, mergeAndUnload the adapted one", async () => {
    for (const merge of [false, true]) {
      const base = newModel();
      const [before, bare] = [base.toString(), await logitsOf(base, smallInputs())];
      const model = getPeftModel(base, small());
      disturb(model);
      const adapted = await logitsOf(model, smallInputs());
      const result = merge ? model.mergeAndUnload() : model.unload();
      expect(result.toString()).toBe(before);
      expect(await logitsOf(result, smallInputs())).toEqual(merge ? adapted : bare);
    }
  });

  test("loadAdapter: beside the others, or over the one of that name if it is the same", async () => {
    const model = getPeftModel(newModel(), small());
    disturb(model);
    await model.savePretrained(join(work, "over"));
    const logits = await logitsOf(model, smallInputs());
    const other = getPeftModel(newModel(), small()).train();
    await other.loadAdapter(join(work, "over"), "default");
    expect(await logitsOf(other, smallInputs())).toEqual(logits);
    expect([trainable(other).length, other.training]).toEqual([4, false]);
    await other.loadAdapter(join(work, "over"), "again", { isTrainable: true });
    expect([trainable(other).length, other.activeAdapters]).toEqual([8, ["default"]]);
    const third = getPeftModel(newModel(), small({ waveletFamily: "db2" }));
    await expect(third.loadAdapter(join(work, "over"), "default")).rejects.toThrow(
      'wavelet_family is "db1", but "db2" in the adapter "default"',
    );
  });
});

describe("errors leave every parameter as it was", () => {
  test.each([
    ["duplicate name", "default", {}, /an adapter "default" already/],
    ["a name with a dot", "a.b", {}, /cannot name an adapter/],
    ["a name that objects have", "constructor", {}, /cannot name an adapter/],
    [
      "too many coefficients",
      "x",
      { nFrequency: 65 },
      /nFrequency is 65 for .*(q|v)_proj, a 8×8 layer; give 1 to 64/,
    ],
    ["too many shared out", "x", { nFrequency: 65, proportionalParameters: true }, /shared out gives 65 for/],
    ["no such layer", "x", { targetModules: ["none"] }, /match no layer/],
  ])("%s", (_, name, fields, sentence) => {
    const base = newModel();
    const model = getPeftModel(base, small());
    const before = snapshot(base);
    expect(() => model.addAdapter(name, small(fields))).toThrow(sentence);
    expect(snapshot(base)).toBe(before);
    expect([...model.peftConfig.keys()]).toEqual(["default"]);
  });

  test("an adapter of another base", async () => {
    const base = newModel();
    const before = snapshot(base);
    await expect(PeftModel.fromPretrained(base, golden("adapter-post-best"))).rejects.toThrow(
      /nFrequency is 400 for .*, a \d+×\d+ layer; give 1 to/,
    );
    expect(snapshot(base)).toBe(before);
  });

  test("values of other shapes", async () => {
    const folder = join(work, "shapes");
    await getPeftModel(newModel(), small()).savePretrained(folder);
    const path = join(folder, "adapter_config.json");
    writeFileSync(path, JSON.stringify({ ...readJson(path), n_frequency: 11 }));
    const base = newModel();
    const before = snapshot(base);
    await expect(PeftModel.fromPretrained(base, folder)).rejects.toThrow(/has shape \[10\]; .* need \[11\]/);
    writeFileSync(path, JSON.stringify({ ...readJson(path), n_frequency: 10, layers_to_transform: [0] }));
    await expect(PeftModel.fromPretrained(base, folder)).rejects.toThrow(
      /missing none, unexpected .*layers\.1/,
    );
    expect(snapshot(base)).toBe(before);
  });
});

describe("without folders", () => {
  const filesOf = (bytes: ReadonlyMap<string, Uint8Array>) => ({
    name: "memory",
    has: (file: string) => bytes.has(file),
    open: async (file: string) => bytesSource(bytes.get(file)!),
  });

  test("files go out as bytes, those of a saved folder, and come back", async () => {
    const model = getPeftModel(newModel(), small({ bias: "all" }));
    disturb(model);
    const files = model.toFiles();
    const folder = join(work, "bytes");
    await model.savePretrained(folder);
    expect([...files.keys()].sort()).toEqual(
      ["README.md", "adapter_config.json", "adapter_model.safetensors"].sort(),
    );
    for (const [name, bytes] of files) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
    const again = await PeftModel.fromPretrained(newModel(), filesOf(files));
    expect(await logitsOf(again, smallInputs())).toEqual(await logitsOf(model, smallInputs()));
    const other = getPeftModel(newModel(), small({ nFrequency: 5 }), { adapterName: "other" });
    await other.loadAdapter(filesOf(files), "loaded");
    expect(() => other.toFiles("none")).toThrow('no adapter "none"');
  });

  test("a set that lacks a file says so", async () => {
    const files = new Map(getPeftModel(newModel(), small()).toFiles());
    files.delete("adapter_model.safetensors");
    await expect(PeftModel.fromPretrained(newModel(), filesOf(files))).rejects.toThrow(
      /^memory: no adapter_model.safetensors/,
    );
  });
});
