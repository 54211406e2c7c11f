import { beforeAll, describe, expect, test } from "vitest";
import type { Engine, Tensor } from "../src";
import { assign, compile, hostTensor, mul, Parameter } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { assignChecks, residenceChecks } from "./assign-checks";
import { expectFlatState } from "./memory";

describe.each(["cpu", "webasm"] as const)("on gpu:%s", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });

  // First, while nothing of others is there that may go meanwhile.
  test.runIf(mode === "webasm").each(residenceChecks.map((check) => [check.name, check] as const))(
    "%s",
    async (_, { complaints }) => {
      expect(await complaints(engine)).toEqual([]);
    },
  );

  test.each(assignChecks.map((check) => [check.name, check] as const))("%s", async (_, { complaints }) => {
    expect(await complaints(engine)).toEqual([]);
  });

  test("10,000 launches that assign leave memory as it was", () => expectFlatState(engine, 5), 120_000);
});

describe("assign", () => {
  const weight = new Parameter(hostTensor([1, 2, 3, 4], [2, 2]));

  test("says what it takes", () => {
    const tall = new Parameter(hostTensor([1, 2], [2, 1])).tensor;
    expect(() => assign(weight, tall)).toThrow(
      "assign: float32[2, 1] to Parameter(float32[2, 2]); give its dtype and shape, or with axis and start a part of it",
    );
    expect(() => assign(weight, tall, { axis: 0, start: 0 })).toThrow("along axis 0");
    expect(() => assign(weight, weight, { axis: 2, start: 0 })).toThrow("axis 2");
    expect(() => assign(weight, tall, { axis: 1, start: tall })).toThrow(
      "assign: start is float32[2, 1]; give one int32, such as a number",
    );
  });

  test("a function assigns to a parameter once", async () => {
    const twice = compile((x: Tensor) => [assign(weight, mul(weight, x)), assign(weight, x)], {
      device: "gpu:cpu",
    });
    await expect(twice(hostTensor([1, 2, 3, 4], [2, 2]))).rejects.toThrow(
      "compile: Parameter(float32[2, 2]) is assigned to twice; a run gives it one value",
    );
  });

  test("a user's own engine needs to know nothing of it", async () => {
    const cpu = await gpuEngine("cpu");
    const own: Engine = { name: "own", compile: (graph) => cpu.compile(graph) };
    const state = new Parameter(hostTensor([1, 2], [2]));
    const step = compile((x: Tensor) => ({ y: mul(state, x), set: assign(state, mul(state, 3)) }), {
      device: own,
    });
    const x = hostTensor([1, 1], [2]);
    expect([...(await step(x)).y.data]).toEqual([1, 2]);
    expect([...state.data]).toEqual([3, 6]);
    expect(await step.profile(x)).toMatchObject({ bytesIn: 0, bytesOut: 0 });
    expect([...state.data]).toEqual([9, 18]);
  });
});
