import { expect, it } from "vitest";
import { readRecords } from "./prompt";
import { pythonText } from "./python-text";

it.each([
  // What Python 3's str prints.
  [true, "True"],
  [false, "False"],
  [null, "None"],
  [42, "42"],
  [-7, "-7"],
  [1e20, "100000000000000000000"],
  [2n ** 63n, "9223372036854775808"],
  [1.5, "1.5"],
  [0.1, "0.1"],
  [1e-5, "1e-05"],
  [1.25e-7, "1.25e-07"],
  [1.5e-100, "1.5e-100"],
  [0.0001, "0.0001"],
  [Number.NaN, "nan"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  ["text", "text"],
])("%s is %s", (value, text) => {
  expect(pythonText(value)).toBe(text);
});

it.each([
  [2, "2.0"],
  [1e16, "1e+16"],
  [123456789012345680, "1.2345678901234568e+17"],
  [-0, "-0.0"],
])("%s among floats is %s", (value, text) => {
  expect(pythonText(value, true)).toBe(text);
});

it("numbers and truth values are trained on as the script's f-string has them", () => {
  const rows = [
    { instruction: "1 + 1", output: 2 },
    { instruction: 7, output: 0.5 },
  ];
  expect(readRecords("x", rows)).toEqual([
    { instruction: "1 + 1", output: "2.0" },
    { instruction: "7", output: "0.5" },
  ]);
  expect(readRecords("x", [{ instruction: "Is it?", output: true }])).toEqual([
    { instruction: "Is it?", output: "True" },
  ]);
  for (const output of [[1], { a: 1 }, undefined])
    expect(() => readRecords("x", [{ instruction: "a", output }])).toThrow(
      'record 1 has no text in "output"',
    );
});
