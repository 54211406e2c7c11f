import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PeftModel, type StrategyChoice } from "../src";
import {
  batchOf,
  bytesOf,
  expectedOf,
  type GoldenCase,
  goldenBase,
  goldenCases,
  measure,
  realLogits,
  savedModel,
  scratch,
  trainedByFileName,
} from "./golden-models";
import { readJson } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

const adaptersOf = { default: ["default"], second: ["second"], both: ["default", "second"] };
const quiet = { onWarning: () => {} };

const open = async (row: GoldenCase, strategy: StrategyChoice, dtype = row.dtype) => {
  const base = await goldenBase({ ...row, dtype });
  const model = await PeftModel.fromPretrained(base, row.folder, { ...quiet, strategy, isTrainable: true });
  if (row.states.length > 0) await model.loadAdapter(join(row.folder, "second"), "second", quiet);
  return model;
};

describe.each(goldenCases().map((row) => [row.name, row] as const))("%s", (_, row) => {
  test.each([
    ["merged", "onnx:cpu"],
    ["factored", "onnx:cpu"],
    ["auto", "onnx:cpu"],
    ["auto", "gpu:cpu"],
  ] as const)("%s on %s: PEFT's logits, loss and gradients", async (strategy, device) => {
    const expected = await expectedOf(row.folder);
    const batch = batchOf(expected);
    // Half-precision weights are compared with PEFT's in float32 from the same rounded weights: biases of the base
    // cannot be trained in half precision here.
    const model = await open(row, strategy);
    for (const state of row.states.length === 0 ? ([null] as const) : row.states) {
      const adapters = adaptersOf[state ?? "default"];
      model.setAdapter(adapters);
      const prefix = state === null ? "" : `${state}.`;
      const parameters = adapters.flatMap((adapter) =>
        Array.from(trainedByFileName(model, adapter), ([name, parameter]) => ({
          name: state === null ? `gradient.${name}` : `gradient.${adapter}.${name}`,
          parameter,
        })),
      );
      const { logits, loss, gradients } = await measure(
        model,
        batch,
        parameters.map(({ parameter }) => parameter),
        device,
      );
      const wanted = expected.get(`${prefix}logits`)!.data;
      expect(realLogits(logits, batch)).toBeAllclose(realLogits(wanted, batch), row.tolerance);
      expect([loss]).toBeAllclose(expected.get(`${prefix}loss`)!.data, row.tolerance);
      const slopes = new Map(parameters.map(({ name }, i) => [`${prefix}${name}`, gradients[i]!]));
      const names = [...expected.keys()].filter((name) => name.startsWith(`${prefix}gradient.`));
      for (const name of names) {
        const found = slopes.get(name);
        expect(found, name).toBeDefined();
        expect(found!).toBeAllclose(expected.get(name)!.data, row.gradient_tolerance);
      }
      for (const name of slopes.keys())
        if (!names.includes(name)) expect(row.zero.map((zero) => `${prefix}${zero}`)).toContain(name);
    }
  });

  test("saved again, the files are PEFT's", async () => {
    const folder = join(work, row.name);
    const model = await open(row, "auto");
    await model.savePretrained(folder);
    for (const sub of row.states.length === 0 ? ["."] : [".", "second"]) {
      const weights = "adapter_model.safetensors";
      const [ours, theirs] = [folder, row.folder].map((where) => bytesOf(join(where, sub, weights))!);
      expect(ours!.equals(theirs!)).toBe(true);
      const config = (where: string) => readJson(join(where, sub, "adapter_config.json"));
      expect(config(folder)).toEqual(config(row.folder));
    }
  });
});

describe.each(
  goldenCases()
    .filter(({ dtype, states }) => dtype === "float32" && states.length === 0)
    .map((row) => [row.name, row] as const),
)("%s merged", (_, row) => {
  test("gives PEFT's logits, and every bit of the weights comes back", async () => {
    const expected = await expectedOf(row.folder);
    const batch = batchOf(expected);
    const model = await open(row, "auto");
    const before = [...model.model.namedParameters()].map(([name, { data }]) => [name, data.slice()]);
    model.mergeAdapter();
    const { logits } = await measure(model, batch, []);
    // On a weight with several owners PEFT merges into all of them; training, and merging here, changes one.
    const wanted = expected.get("logits")!.data;
    expect(realLogits(logits, batch)).toBeAllclose(realLogits(wanted, batch), row.tolerance);
    model.unmergeAdapter();
    const after = [...model.model.namedParameters()].map(([name, { data }]) => [name, data]);
    expect(after).toEqual(before);
  });

  test("and saved without adapters, it is an ordinary model with PEFT's logits", async () => {
    const expected = await expectedOf(row.folder);
    const batch = batchOf(expected);
    const model = (await open(row, "auto")).mergeAndUnload();
    const folder = join(work, `${row.name}-merged`);
    await model.savePretrained(folder);
    const { logits } = await measure(await savedModel(folder), batch, []);
    const wanted = expected.get("logits")!.data;
    expect(realLogits(logits, batch)).toBeAllclose(realLogits(wanted, batch), row.tolerance);
  });
});

describe.each(
  goldenCases()
    .filter(({ dtype }) => dtype !== "float32")
    .map((row) => [row.name, row] as const),
)("%s merged", (_, row) => {
  test("and saved keeps its dtype, rounded once", async () => {
    const expected = await expectedOf(row.folder);
    const batch = batchOf(expected);
    const merged = (await open(row, "auto")).mergeAndUnload();
    const { logits } = await measure(merged, batch, []);
    const folder = join(work, `${row.name}-merged`);
    await merged.savePretrained(folder);
    const again = await savedModel(folder, row.dtype);
    expect((await measure(again, batch, [])).logits).toEqual(logits);
    const wanted = expected.get("logits")!.data;
    expect(realLogits(logits, batch)).toBeAllclose(realLogits(wanted, batch), 3e-2);
  });
});
