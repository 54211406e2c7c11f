import { rmSync } from "node:fs";
import { join } from "node:path";
import { compile, gradients, mul, structureOf, sum, type Tensor } from "@waveft/autograd";
import { afterAll, describe, expect, test } from "vitest";
import { getLayerStatus, getPeftModel, LoraConfig, PeftModel, WaveFTConfig } from "../src";
import { scratch } from "./golden-models";
import { dequantise, Int8Linear, quantise } from "./int8-linear";
import { methodRows } from "./method-rows";
import { adaptedOf, fill, input, outputsOf, Pair, trainedOf, type WrappedPair } from "./pair";
import { inputsOf, logitsOf, newModel } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));
const quiet = { onWarning: () => {} };
const on = (device: string) => (fn: (x: Tensor) => Tensor) => compile(fn, { device });

describe.each(methodRows.map((row) => [row.name, row] as const))("%s over int8 weights", (name, row) => {
  const make = (strategy: "auto" | "merged" | "factored" = "auto", fields = {}): WrappedPair => {
    const model = getPeftModel(quantise(new Pair()), row.config(fields), { ...quiet, strategy });
    fill(model);
    return model;
  };
  const dense = (fields = {}): WrappedPair => {
    const model = getPeftModel(dequantise(quantise(new Pair())), row.config(fields), {
      ...quiet,
      strategy: "factored",
    });
    fill(model);
    return model;
  };

  test.each(["gpu:cpu", "onnx:cpu"])("%s: the outputs of the same weights in float32", async (device) => {
    const wanted = await outputsOf(dense(), on(device));
    for (const strategy of ["auto", "merged", "factored"] as const)
      expect(await outputsOf(make(strategy), on(device))).toBeAllclose(wanted, 1e-5);
    expect(wanted).not.toEqual(await outputsOf(quantise(new Pair()), on(device)));
  });

  test("it trains as over those, biases too", async () => {
    const trained = async (model: WrappedPair) => {
      const parameters = trainedOf(model);
      const run = compile(
        (x: Tensor) => {
          const y = model.forward(x);
          const loss = sum(mul(y, y));
          return { loss, slopes: gradients(loss, parameters) };
        },
        { device: "gpu:cpu", key: () => structureOf(model) },
      );
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) {
        const { loss, slopes } = await run(input(model));
        losses.push(loss.data[0]!);
        for (const [i, parameter] of parameters.entries())
          parameter.data = (parameter.data as Float32Array).map(
            (value, k) => value - 2e-3 * slopes[i]!.data[k]!,
          );
      }
      await run.dispose();
      return losses;
    };
    const fields = { bias: "all" };
    const losses = await trained(make("auto", fields));
    expect(losses).toBeAllclose(await trained(dense(fields)), 1e-5);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  test("saved, loaded, switched and disabled, it is like any other", async () => {
    const model = make();
    const outputs = await outputsOf(model, on("gpu:cpu"));
    const folder = join(work, name);
    await model.savePretrained(folder);
    const loaded = await PeftModel.fromPretrained(quantise(new Pair()), folder, quiet);
    expect(await outputsOf(loaded, on("gpu:cpu"))).toEqual(outputs);
    const bare = await model.disableAdapter(() => outputsOf(model, on("gpu:cpu")));
    expect(bare).toEqual(await outputsOf(quantise(new Pair()), on("gpu:cpu")));
    model.addAdapter("b", row.config({}, "second"));
    fill(model, "b", 4);
    model.setAdapter("b");
    expect(await outputsOf(model, on("gpu:cpu"))).not.toEqual(outputs);
    model.setAdapter("default");
    expect(await outputsOf(model, on("gpu:cpu"))).toEqual(outputs);
    expect(getLayerStatus(model)[0]).toMatchObject({
      moduleType: `${row.peftType.toLowerCase()}.Int8Linear`,
    });
    const bareAgain = model.unload();
    expect(bareAgain.first).toBeInstanceOf(Int8Linear);
    expect(await outputsOf(bareAgain, on("gpu:cpu"))).toEqual(bare);
  });

  test("merging is refused, and changes nothing", async () => {
    const model = getPeftModel(
      quantise(new Pair(), (full) => full === "second"),
      row.config(),
      quiet,
    );
    fill(model);
    const outputs = await outputsOf(model, on("gpu:cpu"));
    const versions = () => model.parameters().map(({ version }) => version);
    const before = versions();
    for (const merge of [() => model.mergeAdapter(), () => model.mergeAndUnload()])
      expect(merge).toThrow(
        "peft: second is of kind Int8Linear, which keeps no weight that ΔW can be added to; leave its adapters unmerged",
      );
    expect([model.mergedAdapters, versions()]).toEqual([[], before]);
    expect(await outputsOf(model, on("gpu:cpu"))).toEqual(outputs);
    expect(adaptedOf(model)).toHaveLength(2);
  });
});

describe("a whole model of int8 layers", () => {
  const ids = [2, 7, 5, 11, 3, 4];
  const inputs = inputsOf(
    ids,
    ids.map(() => 1),
    ids.length,
  );
  const layersOf = (model: PeftModel) => getLayerStatus(model).map(({ name }) => name);
  const isInBlock = (name: string) => name.includes("layers.");

  test.each([
    ["PEFT's defaults", null],
    ["all-linear", "all-linear"],
  ])("%s find the layers that they find in a dense one", async (_, targetModules) => {
    for (const Config of [WaveFTConfig, LoraConfig]) {
      const config = new Config({
        targetModules,
        taskType: "CAUSAL_LM",
        ...(Config === WaveFTConfig ? { nFrequency: 9 } : {}),
      });
      const [int8, plain]: [PeftModel, PeftModel] = [
        getPeftModel(quantise(newModel(), isInBlock), config, quiet),
        getPeftModel(newModel(), config, quiet),
      ];
      expect(layersOf(int8)).toEqual(layersOf(plain));
      expect(layersOf(int8).length).toBe(targetModules === null ? 4 : 12);
    }
  });

  test("gives the dense one's logits", async () => {
    const config = new WaveFTConfig({
      nFrequency: 9,
      initWeights: false,
      scaling: 200,
      targetModules: "all-linear",
    });
    const [int8, plain] = [
      getPeftModel(quantise(newModel(), isInBlock), config, quiet),
      getPeftModel(dequantise(quantise(newModel(), isInBlock)), config, quiet),
    ];
    expect(await logitsOf(int8, inputs)).toBeAllclose(await logitsOf(plain, inputs), 1e-5);
  });

  test("a quantised module cannot be trained whole", () => {
    const config = new WaveFTConfig({ nFrequency: 9, targetModules: ["q_proj"], modulesToSave: ["fc2"] });
    expect(() => getPeftModel(quantise(newModel(), isInBlock), config, quiet)).toThrow(
      "peft: model.decoder.layers.0.fc2.codes is int32, so model.decoder.layers.0.fc2 cannot be trained whole (modulesToSave); adapt it instead",
    );
  });
});
