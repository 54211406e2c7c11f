import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { checkCase, opCases, runCase } from "./op-cases";

describe.each(["cpu", "webasm"] as const)("gpu:%s", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });
  afterAll(() => engine.dispose?.());

  test.each(opCases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    expect(checkCase(await runCase(engine, row), row)).toEqual([]);
  });
});
