import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { opCases, runCase } from "./op-cases";

describe.each(["cpu", "webasm"] as const)("gpu:%s", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });
  afterAll(() => engine.dispose?.());

  test.each(opCases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const { value, gradients } = await runCase(engine, row);
    expect(value.shape).toEqual(row.output.shape);
    expect(value.dtype).toBe(row.output.dtype);
    expect(value.data).toBeAllclose(row.output.data, 1e-5);
    row.backward?.gradients.forEach((expected, i) => {
      if (expected !== null) expect(gradients[i]!.data).toBeAllclose(expected, 1e-5);
    });
  });
});
