import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Engine } from "../src";
import { hostTensor, makeGraph } from "../src";
import { chooseDevice } from "../src/device";
import { gpuEngine } from "../src/engines/gpu";
import { makePlan } from "../src/engines/gpu/plan";
import * as ops from "../src/ops";
import { factsOf, needsOf, refusal } from "../src/support";
import { assignChecks, residenceChecks } from "./assign-checks";
import { expectFlatPlans, expectFlatTraining } from "./memory";
import { inputsLike, opCases, runOnce } from "./op-cases";
import { choicesFrom, disagreements } from "./random-graphs";
import { supportChecks } from "./support-check";

describe.skipIf(noVulkan !== "")(`gpu:webgpu in Node${noVulkan}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    loadVulkan();
    engine = await gpuEngine("webgpu");
  });
  afterAll(() => engine?.dispose?.());

  test.each(supportChecks("gpu:webgpu").map((check) => [check.name, check] as const))(
    "%s",
    async (_, { complaints }) => {
      expect(await complaints(engine)).toEqual([]);
    },
  );

  test.each([...residenceChecks, ...assignChecks].map((check) => [check.name, check] as const))(
    "state: %s",
    async (_, { complaints }) => {
      expect(await complaints(engine)).toEqual([]);
    },
  );

  test("a GPU in software is used where it is asked for, not by auto", async () => {
    const asked = await chooseDevice("gpu:webgpu");
    expect(asked.engine.name).toBe("gpu:webgpu");
    const { engine: found, report } = await chooseDevice("auto");
    expect(found.name).not.toBe("gpu:webgpu");
    const line = report.find((text) => text.startsWith("gpu:webgpu"));
    if (line !== undefined) expect(line).toContain("in software");
    await asked.engine.dispose!();
    const again = await chooseDevice("gpu:webgpu");
    expect(again.engine).not.toBe(asked.engine);
    await again.engine.dispose!();
  });

  test("an array beyond the adapter's limit is refused", () => {
    const [x] = inputsLike([{ data: new Float32Array(0), shape: [2 ** 15, 2 ** 15], dtype: "float32" }]);
    const needs = needsOf(makeGraph([x!], [ops.neg(x!)]));
    expect(refusal("gpu:webgpu", needs, factsOf(engine))).toContain(
      "bytes; an array here has at most 1,073,741,824",
    );
  });

  test("no kernel takes more arrays than a device binds", () => {
    for (const { name, inputs, build } of opCases) {
      const operands = inputsLike(inputs);
      const { steps } = makePlan("webgpu", makeGraph(operands, [build(...operands)]));
      for (const { args } of steps) expect([name, args.length <= 7]).toEqual([name, true]);
    }
  });

  test("what the device complains of is an error of the next run", async () => {
    const { WebGPUContext } = (await import("gpu.js")) as unknown as {
      WebGPUContext: { acquire(): Promise<{ device: { createBuffer(options: object): unknown } }> };
    };
    const feed = hostTensor([1, 2], [2]);
    const [x] = inputsLike([feed]);
    const executable = await engine.compile(makeGraph([x!], [ops.exp(x!)]));
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const { device } = await WebGPUContext.acquire();
    device.createBuffer({ size: 16, usage: 0x0001 | 0x0002 | 0x0080 });
    await expect(executable.run([feed])).rejects.toThrow(/^gpu:webgpu: .*[Bb]uffer/);
    print.mockRestore();
    expect((await executable.run([feed]))[0]!.data).toBeAllclose([Math.E, Math.E ** 2]);
    await executable.dispose();
  });

  test("random graphs agree with gpu:cpu", async () => {
    const reference = await gpuEngine("cpu");
    for (let seed = 1; seed <= 40; seed++)
      expect([seed, ...(await disagreements(engine, reference, choicesFrom(seed)))]).toEqual([seed]);
    await reference.dispose!();
  }, 120_000);

  test("profiles by op", async () => {
    const feed = hostTensor(new Float32Array(64 * 64).fill(0.5), [64, 64]);
    const [x] = inputsLike([feed]);
    const executable = await engine.compile(makeGraph([x!], [ops.softmax(ops.matmul(x!, ops.exp(x!)))]));
    const times = await executable.profile!([feed]);
    expect(times.map(({ op }) => op).sort()).toEqual(["exp", "matmul", "softmax"]);
    expect(times.every(({ milliseconds, calls }) => milliseconds > 0 && calls >= 1)).toBe(true);
    await executable.dispose();
  });

  test("500 steps of training leave memory as it was", () => expectFlatTraining(engine), 120_000);
  test("plans that come and go leave nothing", () => expectFlatPlans(engine), 120_000);

  test("a coordinate beyond 2²⁴ is exact", async () => {
    const rows = 2 ** 24 + 4;
    const column = Float32Array.from({ length: rows }, (_, i) => i % 8191);
    const [y] = await runOnce(engine, [hostTensor(column, [rows, 1]), hostTensor([0, 0.5], [2])], (a, b) => [
      ops.add(a!, b!),
    ]);
    for (const i of [0, 2 ** 23 + 1, 2 ** 24 - 1, 2 ** 24 + 1, 2 ** 24 + 3])
      expect([...y!.data.slice(2 * i, 2 * i + 2)]).toEqual([i % 8191, (i % 8191) + 0.5]);
  }, 60_000);
});
