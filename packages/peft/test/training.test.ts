import { AdamW, compile, DropoutSeed, gradients, mul, structureOf, sum, type Tensor } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { getPeftModel, LoraConfig } from "../src";
import { methodRows } from "./method-rows";
import { adaptedOf, fill, input, Pair, trainedOf, type WrappedPair, wrap } from "./pair";

const engines = ["gpu:cpu", "onnx:cpu", "gpu:webasm", "onnx:wasm"];

/** The losses of some updates of AdamW at a constant learning rate, and the parameters after them. */
const trained = async (model: WrappedPair, device: string, updates: number) => {
  const parameters = trainedOf(model);
  const optimizer = new AdamW(parameters, { learningRate: 0.02 });
  const run = compile(
    (x: Tensor) => {
      const y = model.forward(x);
      const loss = sum(mul(y, y));
      return { loss, slopes: gradients(loss, parameters) };
    },
    { device, key: () => structureOf(model) },
  );
  const losses: number[] = [];
  for (let update = 0; update < updates; update++) {
    const { loss, slopes } = await run(input(model));
    losses.push(loss.data[0]!);
    optimizer.step(slopes.map(({ data }) => data as Float32Array));
  }
  await run.dispose();
  return { losses, values: parameters.flatMap(({ data }) => Array.from(data)) };
};

describe.each(methodRows.map((row) => [row.name, row] as const))("%s", (_, row) => {
  test("40 updates are one trajectory on every engine, merged and factored", async () => {
    const make = (device: string, strategy: "merged" | "factored") => {
      const model = wrap(row, { device, strategy, fields: { bias: "all" } });
      fill(model);
      return model;
    };
    const wanted = await trained(make("gpu:cpu", "factored"), "gpu:cpu", 40);
    expect(wanted.losses.at(-1)!).toBeLessThan(0.5 * wanted.losses[0]!);
    for (const device of engines)
      for (const strategy of ["merged", "factored"] as const) {
        const { losses, values } = await trained(make(device, strategy), device, 40);
        expect(losses, `${device}, ${strategy}`).toBeAllclose(wanted.losses, 1e-4);
        expect(values, `${device}, ${strategy}`).toBeAllclose(wanted.values, 1e-3);
      }
  });
});

describe("LoRA's dropout", () => {
  /** ΔW takes the first feature alone, so that an output tells whether that was dropped. */
  const make = (device: string, loraDropout: number) => {
    const pair = Object.assign(new Pair(), { device, dropoutSeed: new DropoutSeed() });
    const model = getPeftModel(pair, new LoraConfig({ r: 1, loraDropout, targetModules: ["first"] }));
    const [a, b] = Object.values(adaptedOf(model)[0]!.adapters.get("default")!.parameters);
    a!.data = Float32Array.of(1, 0, 0, 0, 0, 0, 0);
    b!.data = new Float32Array(5).fill(1);
    return model.train();
  };
  const outputsOf = async (model: ReturnType<typeof make>, seed: number) => {
    model.dropoutSeed.set(seed);
    const run = compile((x: Tensor) => model.model.first.forward(x), { device: model.device });
    const { data } = await run(input(model, 400));
    await run.dispose();
    return Array.from(data);
  };

  test.each(engines)("%s: the adapter sees some features, the base model all", async (device) => {
    const [whole, dropped] = [make(device, 0), make(device, 0.25)];
    const base = await whole.disableAdapter(() => outputsOf(whole, 1));
    const change = (outputs: readonly number[]) => outputs.map((value, i) => value - base[i]!);
    const [full, seen] = [change(await outputsOf(whole, 1)), change(await outputsOf(dropped, 1))];
    // Outputs of one token are changed alike; where the feature is next to zero nothing can be told.
    const shares = full.flatMap((value, i) =>
      i % 5 === 0 && Math.abs(value) > 0.1 ? [seen[i]! / value] : [],
    );
    for (const share of shares) expect(Math.min(Math.abs(share), Math.abs(share - 4 / 3))).toBeLessThan(1e-3);
    const kept = shares.filter((share) => share > 0.5).length / shares.length;
    expect(kept).toBeGreaterThan(0.65);
    expect(kept).toBeLessThan(0.85);
    expect(await outputsOf(dropped, 1)).toEqual(await outputsOf(dropped, 1));
    expect(await outputsOf(dropped, 2)).not.toEqual(await outputsOf(dropped, 1));
    dropped.eval();
    expect(await outputsOf(dropped, 1)).toBeAllclose(await outputsOf(whole, 1), 1e-6);
  });
});
