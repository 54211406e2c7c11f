import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as api from "../src";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Helpers that the table of exports covers by a word, or that only writers of ops and engines meet. */
const unnamed = [
  ...[
    "MASKED",
    "allocate",
    "bytesOf",
    "isFloat",
    "sameShape",
    "showShape",
    "sizeOf",
    "byteLengthOf",
    "isTensor",
  ],
  ...["Tensor", "parameterOf", "isModule", "asFloat32", "parameterOfOnes", "parameterOfZeros"],
  ...Object.keys(api).filter((name) => name.endsWith("Schedule")),
];

test("the README names every export", () => {
  const named = new Set(Array.from(readme.matchAll(/`([A-Za-z]\w*)/g), ([, name]) => name!));
  expect(Object.keys(api).filter((name) => !named.has(name) && !unnamed.includes(name))).toEqual([]);
});
