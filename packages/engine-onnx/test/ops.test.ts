import { expect, test } from "vitest";
import { opCases, runCase } from "../../autograd/test/op-cases";
import { onnxEngine } from "../src";

// The suite that every engine passes: torch's values and gradients of every op.
const engine = await onnxEngine();

test.each(opCases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
  const { value, gradients } = await runCase(engine, row);
  expect(value.shape).toEqual(row.output.shape);
  expect(value.dtype).toBe(row.output.dtype);
  expect(value.data).toBeAllclose(row.output.data, 1e-5);
  row.backward?.gradients.forEach((expected, i) => {
    if (expected !== null) expect(gradients[i]!.data).toBeAllclose(expected, 1e-5);
  });
});
