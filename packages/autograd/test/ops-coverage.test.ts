import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as autograd from "../src";
import { hostTensor } from "../src";
import * as core from "../src/ops";
import type { CaseResult } from "./op-cases";
import { checkCase, functionOf, opCases } from "./op-cases";

/** Functions that no torch number fits, and what tests them instead. */
const testedElsewhere: Readonly<Record<string, string>> = {
  attentionMask: "attention.test.ts",
  causalSegmentMask: "attention.test.ts",
  checkpoint: "checkpoint.test.ts",
  recompute: "recompute.test.ts",
  dropout: "its own draws, which torch's are not",
  randomUniform: "gpu-random.test.ts, against random.ts",
};

/** Core ops that no gradient passes but of a kind that cases cannot show. */
const withoutSlopes: Readonly<Record<string, string>> = {
  after: "the gradient of a copy: checkpoint.test.ts",
  cast: "gradients pass from half precision only: half.test.ts",
};

const composedModules = await Promise.all(
  readdirSync(new URL("../src/composed", import.meta.url)).map(
    (file): Promise<object> => import(/* @vite-ignore */ `../src/composed/${file}`),
  ),
);

const casesOf = (name: string) => opCases.filter((row) => functionOf(row.name) === name);

describe("every function of tensors", () => {
  test("has a case, or is listed with the test that it has", () => {
    const composed = new Set(composedModules.flatMap((module) => Object.values(module)));
    const functions = Object.entries(autograd).flatMap(([name, value]) =>
      typeof value === "function" && (name in core || composed.has(value)) ? [name] : [],
    );
    expect(functions.length).toBeGreaterThan(100);
    const missing = functions.filter((name) => casesOf(name).length === 0 && !(name in testedElsewhere));
    expect(missing).toEqual([]);
    expect(Object.keys(testedElsewhere).filter((name) => !functions.includes(name))).toEqual([]);
  });

  test("has first and second derivatives in some case, where it is differentiable", () => {
    const missing = Object.entries(core).flatMap(([name, op]) => {
      const smooth = op.definition.vjp !== null && !(name in withoutSlopes);
      return smooth && !casesOf(name).some((row) => row.second !== null) ? [name] : [];
    });
    expect(missing).toEqual([]);
  });
});

describe("a case", () => {
  const row = opCases.find(({ name }) => name === "mul across ranks")!;
  const right: CaseResult = {
    value: row.output,
    gradients: row.backward!.gradients.map((data, i) => hostTensor(data!, row.inputs[i]!.shape)),
    second: row.second!.derivatives.map((data, i) => hostTensor(data!, row.inputs[i]!.shape)),
  };
  const changed = (by: (x: number) => number) => {
    const data = Float32Array.from(row.output.data);
    data[1] = by(data[1]!);
    return { ...row.output, data };
  };

  test("is content with torch's numbers", () => expect(checkCase(right, row)).toEqual([]));

  test("complains of numbers, NaN, infinities, shapes, dtypes and what is missing", () => {
    const complaintsOf = (result: Partial<CaseResult>) => checkCase({ ...right, ...result }, row).join("; ");
    expect(complaintsOf({ value: changed((x) => x + 1) })).toMatch(/^the value is off by/);
    expect(complaintsOf({ value: changed(() => Number.NaN) })).toMatch(/^the value is off by Infinity/);
    expect(complaintsOf({ value: changed(() => Infinity) })).toMatch(/^the value is off by Infinity/);
    const flat = { ...row.output, shape: [row.output.data.length] };
    expect(complaintsOf({ value: flat })).toMatch(
      /^the value is float32\[24\] of 24 numbers, not float32\[2, 4/,
    );
    const [, second] = right.gradients;
    expect(complaintsOf({ gradients: [null, second!] })).toBe("gradient 0 is missing");
    expect(complaintsOf({ second: right.gradients })).toMatch(
      /second derivative 0 is off by .*; second derivative 1/,
    );
  });

  test("allows more where a device does", () => {
    const result = { ...right, value: changed((x) => x + 1e-3) };
    expect(checkCase(result, row)).toHaveLength(1);
    expect(checkCase(result, row, { value: 1e-2 })).toEqual([]);
  });
});
