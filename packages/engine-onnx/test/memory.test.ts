import type { Engine } from "@waveft/autograd";
import { add, defineOp, makeGraph, mul, Parameter, sum, Tensor } from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isOnnxEngineError, onnxEngine } from "../src";
import { residentMegabytes } from "./memory";
import { makeTraining } from "./training";

/** Four megabytes that are never trained, and so are embedded. */
const weight = new Parameter(
  { data: new Float32Array(2 ** 20).fill(1), shape: [1024, 1024], dtype: "float32" },
  { requiresGrad: false },
);

const refused = defineOp(
  {
    name: "refused",
    infer: ([x]) => x!,
    vjp: null,
    gpu: () => ({ alias: 0 }),
    onnx: (b) => b.node("NoSuchOperator", b.inputs),
  },
  (x: Tensor) => ({ inputs: [x], attributes: {} }),
);

describe.each(["cpu", "wasm"] as const)("onnx:%s", (provider) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider, { embedFrozen: true });
  });
  afterAll(() => engine.dispose!());

  /** Megabytes that the process grows by between rounds 6 … 8 and 12 … 14: it takes a while to fill its pools. */
  const growth = async (round: () => Promise<unknown>): Promise<number> => {
    const sizes: number[] = [];
    for (let i = 0; i < 14; i++) {
      await round();
      sizes.push(await residentMegabytes());
    }
    return Math.min(...sizes.slice(11)) - Math.min(...sizes.slice(5, 8));
  };
  const fiveTimes = (task: () => Promise<unknown>) => async () => {
    for (let i = 0; i < 5; i++) await task();
  };

  test("700 steps of training take no more memory than 300", async () => {
    const training = makeTraining(engine);
    const start = await training.steps(1);
    // A gradient kept at every step would be 75 MB.
    expect(await growth(() => training.steps(50))).toBeLessThan(40);
    expect(await training.steps(1)).toBeLessThan(start / 10);
    await training.dispose();
  });

  test("70 graphs compiled and disposed take no more memory than 30", async () => {
    const round = async () => {
      const x = new Tensor("input", [], { index: 0 }, weight.shape, "float32");
      const executable = await engine.compile(makeGraph([x], [sum(mul(x, weight))]));
      await executable.run([weight]);
      await executable.dispose();
    };
    // Sessions kept would be 120 MB.
    expect(await growth(fiveTimes(round))).toBeLessThan(50);
  });

  // ONNX Runtime's WebAssembly keeps the bytes of a model that it refuses.
  if (provider !== "wasm")
    test("a graph that is refused leaves nothing behind", async () => {
      const round = async () => {
        const error: unknown = await engine.compile(makeGraph([], [refused(add(weight, 1))])).catch((e) => e);
        if (!isOnnxEngineError(error)) throw new Error("not refused");
      };
      expect(await growth(fiveTimes(round))).toBeLessThan(50);
    });

  test("executables that nobody holds any more are released", async () => {
    const forget = async () => {
      const executable = await engine.compile(makeGraph([], [sum(mul(weight, weight))]));
      await executable.run([]);
    };
    expect(await growth(fiveTimes(forget))).toBeLessThan(50);
  });
});
