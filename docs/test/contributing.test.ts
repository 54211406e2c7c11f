import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contributedFiles, exampleFile, registryChanges } from "../overlay";

const examples = readdirSync(exampleFile(""), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(exampleFile("").length).replace(/^\//, ""));

describe("CONTRIBUTING.md", () => {
  test("shows every example file, and no other", () => {
    expect([...contributedFiles().keys()].sort()).toEqual(examples.sort());
  });

  test.each(examples)("shows %s as it is tested", (file) => {
    expect(contributedFiles().get(file)).toBe(readFileSync(exampleFile(file), "utf8"));
  });

  test("a decoder takes at most 45 lines", () => {
    const text = readFileSync(exampleFile("packages/transformers/src/models/parallel.ts"), "utf8");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(45);
  });

  test("adds one registry line to each example, besides its import", () => {
    expect(registryChanges().length).toBe(examples.length);
    for (const { file, lines } of registryChanges()) expect(lines, file).toHaveLength(1);
  });
});
