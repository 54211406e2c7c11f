import {
  add,
  compile,
  encodeHalf,
  gradients,
  mul,
  Parameter,
  structureOf,
  sum,
  type Tensor,
  tanh,
} from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { getPeftModel, WaveFTConfig } from "../src";
import { methodRows } from "./method-rows";
import {
  adaptedOf,
  fill,
  input,
  numbers,
  outputsOf,
  Pair,
  trainedOf,
  type WrappedPair,
  weightOf,
  wrap,
} from "./pair";

const devices = ["gpu:cpu", "onnx:cpu"] as const;
/** Large enough that the coefficients leave most entries alone, and the base weight's memory is lent. */
const sizes = [20, 24, 18] as const;
const on = (device: string) => (fn: (x: Tensor) => Tensor) => compile(fn, { device });
const bitsOf = (model: Pair) =>
  Array.from(model.namedParameters(), ([name, { data }]) => [name, Array.from(data)]).filter(
    ([name]) => !String(name).includes("adapter_parameters"),
  );
const plain = (pair: Pair) =>
  bitsOf(pair).map(([name, data]) => [String(name).replace("base_layer.", ""), data]);

/** Two layers of one weight. */
class Twins extends Pair {
  twin: Pair["first"];

  constructor() {
    super({ sizes: [20, 20, 18] });
    this.twin = new Pair({ sizes: [20, 20, 18] }).first;
    this.twin.weight = this.first.weight;
  }

  override forward(x: Tensor): Tensor {
    return super.forward(add(this.first.forward(x), this.twin.forward(x)));
  }
}

const sparse = methodRows.filter(({ name }) => /db1|direct/.test(name));

test("a sparse ΔW stands in the base weight's memory, any other in its own", () => {
  for (const row of methodRows) {
    const model = wrap(row, { sizes, strategy: "merged" });
    fill(model);
    for (const layer of adaptedOf(model)) {
      const lent = layer.effectiveWeight().read();
      expect(lent === weightOf(layer.baseLayer).data, row.name).toBe(sparse.includes(row));
    }
  }
});

describe.each(methodRows.map((row) => [row.name, row] as const))("%s", (_, row) => {
  describe.each(devices)("%s", (device) => {
    test("read during training, the base weights have their values, and their bits at the end", async () => {
      const model = wrap(row, { sizes, device, strategy: "merged" });
      const before = plain(new Pair({ sizes }));
      fill(model);
      const parameters = trainedOf(model);
      const run = compile(
        (x: Tensor) => {
          const y = model.forward(x);
          return gradients(sum(mul(y, y)), parameters);
        },
        { device },
      );
      const versions = adaptedOf(model).map(({ baseLayer }) => weightOf(baseLayer).version);
      for (let step = 0; step < 4; step++) {
        const slopes = await run(input(model));
        for (const [i, parameter] of parameters.entries())
          parameter.data = (parameter.data as Float32Array).map((v, k) => v - 1e-3 * slopes[i]!.data[k]!);
        if (step % 2 === 1) expect(plain(model.model)).toEqual(before);
      }
      await run.dispose();
      expect(adaptedOf(model).map(({ baseLayer }) => weightOf(baseLayer).version)).toEqual(versions);
      expect(plain(model.unload())).toEqual(before);
    });

    test("a graph of the base weights and the adapted layers has both right", async () => {
      const model = wrap(row, { sizes, device, strategy: "merged" });
      fill(model);
      const adapted = await outputsOf(model, on(device));
      const bare = await outputsOf(new Pair({ sizes }), on(device));
      const { first, second } = model.model;
      const both = compile(
        (x: Tensor) => {
          const ofBase = baseOf(second).forward(tanh(baseOf(first).forward(x)));
          return { ofBase, ofAdapted: model.forward(x), weight: mul(baseOf(first).weight.tensor, 1) };
        },
        { device },
      );
      for (let round = 0; round < 2; round++) {
        const { ofBase, ofAdapted, weight } = await both(input(model));
        expect(ofBase.data).toEqual(bare);
        expect(ofAdapted.data).toEqual(adapted);
        expect(weight.data).toEqual(new Pair({ sizes }).first.weight.data);
      }
      await both.dispose();
    });

    test("base weights that are changed or replaced count at once", async () => {
      const model = wrap(row, { sizes, device, strategy: "merged" });
      fill(model);
      const other = wrap(row, { sizes, device, strategy: "factored" });
      fill(other);
      const run = compile((x: Tensor) => model.forward(x), { device, key: () => structureOf(model) });
      const check = async () =>
        expect((await run(input(model))).data as Float32Array).toBeAllclose(
          await outputsOf(other, on(device)),
          1e-5,
        );
      await check();
      const weightsOf = (wrapped: WrappedPair) =>
        adaptedOf(wrapped).map(({ baseLayer }) => weightOf(baseLayer));
      for (const weights of [weightsOf(model), weightsOf(other)]) {
        weights[0]!.data[3]! += 0.5;
        weights[0]!.touch();
        weights[1]!.data = numbers(weights[1]!.tensor.size, 30, 0.4);
      }
      await check();
      for (const wrapped of [model, other])
        for (const [i, { baseLayer }] of adaptedOf(wrapped).entries()) {
          const { shape, tensor } = weightOf(baseLayer);
          const values = encodeHalf("float16", numbers(tensor.size, 40 + i, 0.4));
          const replacement = new Parameter(
            { data: values, shape, dtype: "float16" },
            { requiresGrad: false },
          );
          baseLayer.setParameter("weight", replacement);
        }
      await check();
      await run.dispose();
    });
  });

  test("a weight of two layers changes in the one that is adapted", async () => {
    for (const targets of [["first"], ["first", "twin"]]) {
      const make = (strategy: "merged" | "factored") => {
        const model = getPeftModel(new Twins(), row.config({ targetModules: targets }), {
          strategy,
          onWarning: () => {},
        });
        fill(model);
        return model;
      };
      const [merged, factored] = [make("merged"), make("factored")];
      const before = plain(merged.model);
      const outputs = await outputsOf(factored, on("gpu:cpu"));
      expect(await outputsOf(merged, on("gpu:cpu"))).toBeAllclose(outputs, 1e-5);
      merged.mergeAdapter();
      expect(await outputsOf(merged, on("gpu:cpu"))).toBeAllclose(outputs, 1e-5);
      merged.unmergeAdapter();
      expect(plain(merged.model)).toEqual(before);
      expect(await outputsOf(merged, on("gpu:cpu"))).toBeAllclose(outputs, 1e-5);
    }
  });
});

test("two adapters lend to each other what they leave", async () => {
  const row = methodRows[0]!;
  const model = wrap(row, { sizes, strategy: "merged" });
  model.addAdapter("b", row.config({}, "second"));
  model.addAdapter(
    "dense",
    new WaveFTConfig({ nFrequency: 300, waveletFamily: "db4", targetModules: ["first"] }),
  );
  for (const [i, adapter] of ["default", "b", "dense"].entries()) fill(model, adapter, i);
  const before = plain(new Pair({ sizes }));
  const outputs = new Map<string, Float32Array>();
  const orders = [["default"], ["b"], ["default", "b"], ["dense"], ["dense", "b"], ["default"], ["b"], []];
  for (const round of [0, 1])
    for (const adapters of orders) {
      model.setAdapter(adapters, { inferenceMode: round === 1 });
      const now = await outputsOf(model, on("gpu:cpu"));
      const key = adapters.join();
      if (outputs.has(key)) expect(now).toEqual(outputs.get(key));
      outputs.set(key, now);
      if (round === 1) expect(plain(model.model)).toEqual(before);
    }
});

const baseOf = (layer: unknown) => (layer as { baseLayer: Pair["first"] }).baseLayer;
