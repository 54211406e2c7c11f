import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  add,
  compile,
  type Device,
  gradients,
  hostTensor,
  linear,
  mul,
  type Parameter,
  sum,
  type Tensor,
  tanh,
} from "@waveft/autograd";
import { afterAll, describe, expect, test } from "vitest";
import { methods, PeftModel, type Strategy, type TargetLayer } from "../src";
import { scratch } from "./golden-models";
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
import { deltaOf } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

const devices = ["gpu:cpu", "onnx:cpu"] as const;
const strategies = ["merged", "factored"] as const;
const on = (device: Device) => (fn: (x: Tensor) => Tensor) => compile(fn, { device });

test("every method has a row", () => {
  const rows = new Set(methodRows.map(({ peftType }) => peftType));
  expect(Object.keys(methods).filter((peftType) => !rows.has(peftType))).toEqual([]);
});

/** A function of the outputs that no linear error escapes, and its slopes, first and second. */
const measured = (model: WrappedPair, wrt: readonly Parameter[], device: Device) =>
  compile(
    (x: Tensor) => {
      const y = model.forward(x);
      const loss = sum(mul(y, add(mul(y, 0.5), 0.3)));
      const slopes = gradients(loss, [...wrt, x]);
      const steepness = slopes.map((slope) => sum(mul(slope, slope))).reduce((a, b) => add(a, b));
      return { y, loss, slopes, steepness, curvature: gradients(steepness, [...wrt, x]) };
    },
    { device },
  );

const measure = async (model: WrappedPair, device: Device) => {
  const wrt = trainedOf(model);
  const run = measured(model, wrt, device);
  const result = await run(input(model));
  await run.dispose();
  const all = (tensors: readonly { data: ArrayLike<number> }[]) =>
    tensors.map(({ data }) => Array.from(data));
  return {
    y: Array.from(result.y.data),
    loss: result.loss.data[0]!,
    slopes: all(result.slopes),
    steepness: result.steepness.data[0]!,
    curvature: all(result.curvature),
  };
};

describe.each(methodRows.map((row) => [row.name, row] as const))("%s", (name, row) => {
  describe.each(devices)("%s", (device) => {
    test.each(strategies)("%s: starts as the base model", async (strategy) => {
      const model = wrap(row, { device, strategy });
      expect(await outputsOf(model, on(device))).toEqual(await outputsOf(new Pair(), on(device)));
    });

    test.each([
      [5, 7],
      [9, 4],
      [1, 6],
      [6, 1],
    ])("ΔW of %i×%i is one in all three forms, with one gradient", async (outFeatures, inFeatures) => {
      const config = methods[row.peftType as keyof typeof methods].configFromJson({
        ...row.config().toJson(),
        ...(row.peftType === "WAVEFT" ? { n_frequency: 4 } : {}),
      });
      const method = methods[row.peftType as keyof typeof methods] as (typeof methods)["WAVEFT"];
      const layer: TargetLayer = { name: "layer", outFeatures, inFeatures, dtype: "float32" };
      const [adapter] = method.createAdapters(config as never, [layer]);
      const parameters = Object.values(adapter!.parameters);
      for (const [i, parameter] of parameters.entries()) parameter.data = numbers(parameter.tensor.size, i);
      const values = parameters.map(({ tensor }) => tensor);
      const dense = deltaOf(adapter!, outFeatures, inFeatures);
      const x = numbers(3 * inFeatures, 2);
      const dy = numbers(3 * outFeatures, 3);
      const run = compile(
        (rows: Tensor, weights: Tensor) => {
          const forms = [adapter!.product(rows, values), linear(rows, adapter!.matrix(values))];
          return {
            matrix: adapter!.matrix(values),
            forms: forms.map((y) => ({
              y,
              slopes: gradients(sum(mul(y, weights)), [...parameters, rows]),
            })),
          };
        },
        { device },
      );
      const { matrix, forms } = await run(hostTensor(x, [3, inFeatures]), hostTensor(dy, [3, outFeatures]));
      await run.dispose();
      expect(matrix.data as Float32Array).toBeAllclose(dense, 1e-6);
      const y = Float32Array.from({ length: 3 * outFeatures }, (_, at) => {
        const [t, o] = [Math.floor(at / outFeatures), at % outFeatures];
        let total = 0;
        for (let i = 0; i < inFeatures; i++) total += x[t * inFeatures + i]! * dense[o * inFeatures + i]!;
        return total;
      });
      const [product, whole] = forms as [(typeof forms)[number], (typeof forms)[number]];
      for (const form of [product, whole]) expect(form.y.data as Float32Array).toBeAllclose(y, 2e-6);
      for (const [i, slope] of product.slopes.entries())
        expect(slope.data as Float32Array).toBeAllclose(whole.slopes[i]!.data as Float32Array, 1e-5);
      const transposed = new Float32Array(dense.length);
      adapter!.addDelta({ data: transposed, rowStride: 1, columnStride: outFeatures });
      const turned = dense.map(
        (_, at) => dense[(at % outFeatures) * inFeatures + Math.floor(at / outFeatures)]!,
      );
      expect(transposed).toEqual(turned);
    });

    test("both strategies give one output, its slopes and their slopes", async () => {
      const results = [];
      for (const strategy of strategies) {
        const model = wrap(row, { device, strategy });
        fill(model);
        results.push(await measure(model, device));
      }
      const [merged, factored] = results as [(typeof results)[number], (typeof results)[number]];
      expect(factored.y).toBeAllclose(merged.y, 1e-5);
      expect([factored.loss, factored.steepness]).toBeAllclose([merged.loss, merged.steepness], 1e-5);
      for (const kind of ["slopes", "curvature"] as const)
        for (const [i, values] of factored[kind].entries())
          expect(values, `${kind} ${i}`).toBeAllclose(merged[kind][i]!, 2e-5);
    });
  });

  test("a layer that is applied twice has both strategies' one gradient", async () => {
    const results = [];
    for (const strategy of strategies) {
      const model = wrap(row, { strategy, sizes: [6, 6, 5] });
      fill(model);
      const wrt = trainedOf(model);
      const run = compile(
        (x: Tensor) => {
          const { first, second } = model.model;
          const y = second.forward(tanh(first.forward(tanh(first.forward(x)))));
          return gradients(sum(mul(y, add(y, 0.3))), [...wrt, x]);
        },
        { device: "gpu:cpu" },
      );
      results.push((await run(input(model))).map(({ data }) => Array.from(data)));
      await run.dispose();
    }
    const [merged, factored] = results as [number[][], number[][]];
    for (const [i, values] of factored.entries()) expect(values).toBeAllclose(merged[i]!, 1e-5);
  });

  test.each(strategies)("%s: slopes and their slopes are those of differences", async (strategy) => {
    const model = wrap(row, { strategy, fields: { bias: "all" } });
    fill(model);
    const wrt = trainedOf(model);
    expect(wrt.length).toBeGreaterThan(3);
    const run = measured(model, wrt, "gpu:cpu");
    const x = input(model);
    const { slopes, curvature } = await run(x);
    const at = [...wrt.map(({ data }) => Float32Array.from(data as Float32Array)), x.data as Float32Array];
    const move = async (i: number, along: Float32Array, by: number) => {
      const moved = at[i]!.map((value, k) => value + by * along[k]!);
      if (i < wrt.length) wrt[i]!.data = moved;
      const { y, slopes: there } = await run(i < wrt.length ? x : hostTensor(moved, x.shape));
      if (i < wrt.length) wrt[i]!.data = at[i]!.slice();
      // In double precision, so that the differences keep their digits.
      const loss = Array.from(y.data).reduce((total, value) => total + value * (0.5 * value + 0.3), 0);
      const steepness = there
        .flatMap(({ data }) => Array.from(data))
        .reduce((total, value) => total + value * value, 0);
      return { loss, steepness };
    };
    for (const [i, values] of at.entries()) {
      const along = numbers(values.length, 11 + i);
      const step = 2 ** -6;
      const [up, down] = [await move(i, along, step), await move(i, along, -step)];
      const slope = (of: ArrayLike<number>) => along.reduce((total, v, k) => total + v * of[k]!, 0);
      const scale = (of: ArrayLike<number>) => Math.hypot(...Array.from(of)) * Math.hypot(...along);
      for (const [kind, own] of [
        ["loss", slopes[i]!.data],
        ["steepness", curvature[i]!.data],
      ] as const) {
        const difference = (up[kind] - down[kind]) / (2 * step);
        expect(Math.abs(difference - slope(own)), `${kind} ${i}`).toBeLessThan(2e-3 * scale(own));
      }
    }
    await run.dispose();
  });

  test.each(["float32", "float16", "bfloat16"] as const)(
    "merged into %s weights: ΔW rounded once, and every bit comes back",
    async (dtype) => {
      const model = wrap(row, { dtype });
      fill(model);
      const layers = adaptedOf(model);
      const before = layers.map(({ baseLayer }) => weightOf(baseLayer).data.slice());
      const wanted = layers.map((layer) => layer.effectiveWeight().data as Float32Array);
      const unmerged = await outputsOf(model, on("gpu:cpu"));
      model.mergeAdapter();
      const tolerance = { float32: 1e-6, float16: 2e-3, bfloat16: 2e-2 }[dtype];
      expect(await outputsOf(model, on("gpu:cpu"))).toBeAllclose(unmerged, tolerance);
      for (const [i, { baseLayer }] of layers.entries()) {
        expect(weightOf(baseLayer).data).not.toEqual(before[i]);
        expect(weightOf(baseLayer).dtype).toBe(dtype);
        if (dtype === "float32")
          expect(weightOf(baseLayer).data as Float32Array).toBeAllclose(wanted[i]!, 1e-7);
      }
      model.unmergeAdapter();
      expect(layers.map(({ baseLayer }) => weightOf(baseLayer).data)).toEqual(before);
      expect(await outputsOf(model, on("gpu:cpu"))).toEqual(unmerged);
    },
  );

  test.each(strategies)("%s: disabled, the base model's numbers come out", async (strategy) => {
    const model = wrap(row, { strategy });
    fill(model);
    const adapted = await outputsOf(model, on("gpu:cpu"));
    const bare = await model.disableAdapter(() => outputsOf(model, on("gpu:cpu")));
    expect(bare).toEqual(await outputsOf(new Pair(), on("gpu:cpu")));
    expect(bare).not.toEqual(adapted);
    expect(await outputsOf(model, on("gpu:cpu"))).toEqual(adapted);
  });

  test.each(strategies)("%s: saved and loaded, it gives the same numbers", async (strategy) => {
    const model = wrap(row, { strategy });
    fill(model);
    const folder = join(work, name, strategy);
    await model.savePretrained(folder);
    const loaded = await PeftModel.fromPretrained(new Pair(), folder, { strategy });
    expect(await outputsOf(loaded, on("gpu:cpu"))).toEqual(await outputsOf(model, on("gpu:cpu")));
    expect(loaded.peftConfig.get("default")!.toJson()).toEqual({
      ...model.peftConfig.get("default")!.toJson(),
      inference_mode: true,
      peft_version: "0.21.0+waveft.js",
      // The pair is no model of transformers.
      auto_mapping: null,
    });
  });

  test.each(strategies)("%s: two active adapters add up", async (strategy) => {
    const model = wrap(row, { strategy });
    model.addAdapter("b", row.config({ targetModules: ["second"] }, "second"));
    fill(model);
    fill(model, "b", 9);
    model.setAdapter(["default", "b"]);
    const both = await outputsOf(model, on("gpu:cpu"));
    const bare = new Pair();
    for (const layer of adaptedOf(model)) {
      const { outFeatures, inFeatures } = layer;
      const weight = layer.outFeatures === 5 ? bare.first.weight : bare.second.weight;
      const sums = weight.data as Float32Array;
      const strides =
        weight === bare.first.weight
          ? { rowStride: inFeatures, columnStride: 1 }
          : { rowStride: 1, columnStride: outFeatures };
      for (const adapter of layer.adapters.values()) adapter.addDelta({ data: sums, ...strides });
      weight.touch();
    }
    expect(both).toBeAllclose(await outputsOf(bare, on("gpu:cpu")), 1e-5);
    model.setAdapter("b");
    expect(await outputsOf(model, on("gpu:cpu"))).not.toEqual(both);
  });
});

describe.each(
  methodRows.filter(({ name }) => /db4|bior|plain/.test(name)).map((row) => [row.name, row] as const),
)("%s", (_, row) => {
  test.each(["gpu:webasm", "onnx:wasm"])("%s gives what gpu:cpu gives", async (device) => {
    for (const strategy of strategies satisfies readonly Strategy[]) {
      const model = wrap(row, { device, strategy });
      fill(model);
      const [there, here] = [await measure(model, device), await measure(model, "gpu:cpu")];
      expect(there.y).toBeAllclose(here.y, 1e-5);
      for (const kind of ["slopes", "curvature"] as const)
        for (const [i, values] of there[kind].entries())
          expect(values, `${kind} ${i}`).toBeAllclose(here[kind][i]!, 2e-5);
    }
  });
});
