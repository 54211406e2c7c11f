import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../src";
import { constant, hostTensor, makeGraph, Tensor } from "../src";
import { autoOrder, chooseDevice, devices, resolveDevice } from "../src/device";
import { gpuEngine } from "../src/engines/gpu";
import * as ops from "../src/ops";
import { doubt, needsOf, refusal, support } from "../src/support";
import { runOnce } from "./op-cases";
import { supportChecks } from "./support-check";
import { supportPage } from "./support-page";

const input = (shape: readonly number[], dtype: "float32" | "int32" = "float32", index = 0) =>
  new Tensor("input", [], { index }, shape, dtype);
const graphOf = (x: Tensor, y: Tensor) => makeGraph([x], [y]);

describe.each(["gpu:cpu", "gpu:webasm", "onnx:cpu"] as const)("%s", (device) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await resolveDevice(device);
  });
  afterAll(() => engine.dispose?.());

  // The op cases are run by ops.test.ts.
  test.each(supportChecks(device, []).map((check) => [check.name, check] as const))(
    "%s",
    async (_, { complaints }) => {
      expect(await complaints(engine)).toEqual([]);
    },
    60_000,
  );

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

describe("what a graph needs", () => {
  const featuresOf = (x: Tensor, y: Tensor) => [...needsOf(graphOf(x, y)).features.keys()];

  test("is nothing for small numbers", () => {
    const x = input([2 ** 12, 2 ** 12]);
    expect(featuresOf(x, ops.exp(x))).toEqual([]);
    expect(needsOf(graphOf(x, ops.exp(x))).largest.elements).toBe(2 ** 24);
  });

  test("comes from sizes, also of what is in between", () => {
    const x = input([2 ** 12 + 1, 2 ** 12]);
    expect(needsOf(graphOf(x, ops.sum(x))).features.get("largeArrays")).toBe("input float32[4097, 4096]");
    const y = input([5000, 1]);
    const sum = ops.sum(ops.mul(y, ops.reshape(y, [1, 5000])));
    expect(needsOf(graphOf(y, sum)).features.get("largeArrays")).toBe("mul float32[5000, 5000]");
  });

  test("comes from integers that float32 does not hold", () => {
    const x = input([2], "int32");
    const added = (value: number) => ops.add(x, constant(Int32Array.of(value), []));
    expect(featuresOf(x, added(2 ** 24))).toEqual([]);
    expect(featuresOf(x, added(2 ** 24 + 1))).toEqual(["wideIntegers"]);
  });

  test("comes from indices into a long axis", () => {
    const long = input([2 ** 24 + 1]);
    expect(featuresOf(long, ops.argmax(long))).toContain("wideIntegers");
    expect(featuresOf(long, ops.neg(long))).toEqual(["largeArrays"]);
  });

  test("comes from the ops' own word", () => {
    const x = input([2]);
    expect(featuresOf(x, ops.isNaN(x))).toEqual(["nan"]);
  });
});

describe("a device", () => {
  test("is refused where it would be wrong, and passed over where it may be", () => {
    const x = input([2 ** 12 + 1, 2 ** 12]);
    const large = needsOf(graphOf(x, ops.neg(x)));
    expect(refusal("gpu:webgl2", large, { limits: { elements: 2 ** 26, bytes: null } })).toBeNull();
    expect(doubt("gpu:webgl2", large)).toContain("needs arrays of more than 16,777,216");
    expect(refusal("gpu:webgl2", large)).toBe(
      "input float32[4097, 4096] has 16,781,312 elements; an array here has at most 4,194,304",
    );
    for (const name of ["gpu:webgpu", "gpu:webasm", "gpu:cpu", "onnx:cpu"]) {
      expect(refusal(name, large)).toBeNull();
      expect(doubt(name, large)).toBeNull();
    }
    const wide = needsOf(graphOf(x, ops.add(ops.cast(x, "int32"), 2 ** 25 + 1)));
    for (const name of Object.keys(devices))
      expect(refusal(name, wide) === null).toBe(name.startsWith("onnx:"));
  });

  test("that would be wrong is an error that names the node", async () => {
    const x = input([2], "int32");
    const graph = graphOf(x, ops.add(x, 2 ** 25 + 1));
    await expect(resolveDevice("gpu:cpu", graph)).rejects.toThrow(
      "gpu:cpu: constant int32[] needs int32 values beyond ±16,777,216 (2²⁴); use another device, or auto",
    );
    await expect(resolveDevice("gpu:cpu")).resolves.toBeDefined();
  });

  test("is chosen in a fixed order, and the report has a line for each", async () => {
    const { engine, report } = await chooseDevice("auto");
    expect(report.map((line) => line.split(": ")[0])).toEqual(
      autoOrder.slice(0, autoOrder.indexOf(engine.name as (typeof autoOrder)[number]) + 1),
    );
    expect(report.at(-1)).toBe(`${engine.name}: taken`);
    for (const line of report) expect(line).not.toContain("\n");
    expect((await chooseDevice("auto")).engine).toBe(engine);
  });

  test("is made anew once it was disposed", async () => {
    const first = await resolveDevice("gpu:webasm");
    expect(await resolveDevice("gpu:webasm")).toBe(first);
    await first.dispose!();
    const second = await resolveDevice("gpu:webasm");
    expect(second).not.toBe(first);
    await second.dispose!();
  });

  test("given as an engine is looked at by its name", async () => {
    const engine = await gpuEngine("cpu");
    const x = input([2], "int32");
    await expect(chooseDevice(engine, graphOf(x, ops.add(x, 2 ** 25 + 1)))).rejects.toThrow(
      "gpu:cpu: constant",
    );
    expect((await chooseDevice(engine)).report).toEqual(["gpu:cpu: given as an engine"]);
    await engine.dispose!();
  });

  test("loops are not longer than a device counts", async () => {
    const engine = await gpuEngine("webasm");
    const x = input([2 ** 24 + 1]);
    await expect(engine.compile(graphOf(x, ops.argmax(x)))).rejects.toThrow(
      "gpu:webasm: argmax would take a loop of 16777217 turns; this device counts to 16777216; use gpu:cpu",
    );
    await engine.dispose!();
  });
});

test("the matrix has a row for every device", () => {
  expect(Object.keys(support).sort()).toEqual(Object.keys(devices).sort());
});

test("the documentation shows the matrix (node docs/support.mjs writes it)", async () => {
  expect(await readFile(new URL("../docs/support-matrix.md", import.meta.url), "utf8")).toBe(supportPage());
});
