import { expect, test } from "vitest";
import { checkCase, opCases, runCase } from "../../autograd/test/op-cases";
import { onnxEngine } from "../src";

// The suite that every engine passes: torch's values, gradients and second derivatives of every op.
const engine = await onnxEngine();

test.each(opCases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
  expect(checkCase(await runCase(engine, row), row)).toEqual([]);
});
