import type { Engine } from "@waveft/autograd";
import { add, defineOp, makeGraph, mul, Parameter, sum, Tensor } from "@waveft/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { residentMegabytes } from "./memory";
import { makeTraining } from "./training";

/** A megabyte that is never trained: embedded where the provider embeds. */
const frozenMegabyte = () =>
  new Parameter(
    { data: new Float32Array(2 ** 18).fill(1), shape: [512, 512], dtype: "float32" },
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

  /** Growth of the process over `count` rounds, the first rounds not counted. */
  const growth = async (first: number, count: number, round: () => Promise<unknown>): Promise<number> => {
    for (let i = 0; i < first; i++) await round();
    const before = await residentMegabytes();
    for (let i = 0; i < count; i++) await round();
    return (await residentMegabytes()) - before;
  };

  test("500 steps of training take no more memory than 100", async () => {
    const training = makeTraining(engine);
    const start = await training.steps(1);
    // A gradient kept at every step would be 25 MB.
    expect(await growth(1, 4, () => training.steps(100))).toBeLessThan(12);
    expect(await training.steps(1)).toBeLessThan(start / 10);
    await training.dispose();
  });

  test("40 graphs compiled and disposed take no more memory than 10", async () => {
    const weight = frozenMegabyte();
    const round = async () => {
      const x = new Tensor("input", [], { index: 0 }, [512, 512], "float32");
      const executable = await engine.compile(makeGraph([x], [sum(mul(x, weight))]));
      const [total] = await executable.run([weight]);
      expect(total!.data[0]).toBe(2 ** 18);
      await executable.dispose();
    };
    expect(await growth(10, 30, round)).toBeLessThan(15);
  });

  test("a graph that is refused leaves nothing behind", async () => {
    const weight = frozenMegabyte();
    const round = () =>
      expect(engine.compile(makeGraph([], [refused(add(weight, 1))]))).rejects.toThrow(
        `onnx:${provider}: ONNX Runtime refused the graph: `,
      );
    expect(await growth(10, 30, round)).toBeLessThan(15);
  });

  test("an executable that is forgotten is released", async () => {
    const weight = frozenMegabyte();
    const round = async () => {
      const executable = await engine.compile(makeGraph([], [sum(mul(weight, weight))]));
      await executable.run([]);
      await new Promise((resolve) => setTimeout(resolve, 0));
    };
    const forget = async () => {
      for (let i = 0; i < 10; i++) await round();
      await residentMegabytes();
    };
    expect(await growth(1, 4, forget)).toBeLessThan(20);
  });
});
