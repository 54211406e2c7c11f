import type { Engine } from "@waveft/autograd";
import { resolveDevice } from "@waveft/autograd";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disagreements } from "../../autograd/test/random-graphs";
import { onnxEngine } from "../src";

const natural = fc.nat({ max: 2 ** 24 });
const choices = fc.array(fc.tuple(natural, natural, natural, natural), { minLength: 1, maxLength: 12 });

describe.each(["cpu", "wasm"] as const)("onnx:%s", (provider) => {
  let engine: Engine;
  let reference: Engine;
  beforeAll(async () => {
    engine = await onnxEngine(provider);
    reference = await resolveDevice("gpu:cpu");
  });
  afterAll(() => engine.dispose!());

  test("agrees with gpu:cpu on random graphs and their gradients", async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        expect(await disagreements(engine, reference, list)).toEqual([]);
      }),
      { numRuns: 60, seed: 4 },
    );
  }, 120_000);
});
