import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as transformers from "../src/index";
import { golden, readGoldenJson } from "./support/models";

/** The README's first TypeScript block as a function of what it imports, its model replaced by a local one. */
const example = (
  model: string,
): ((api: typeof transformers, log: (text: string) => void) => Promise<void>) => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const body = /```ts\n([\s\S]*?)```/
    .exec(readme)![1]!
    .replace(/import \{(.*)\} from "@waveft\/transformers";/, "const {$1} = api;")
    .replaceAll('"facebook/opt-125m"', JSON.stringify(model))
    .replaceAll("console.log", "log");
  return new Function("api", "log", `return (async () => {${body}})();`) as ReturnType<typeof example>;
};

test("the README's example gives Python's continuation", async () => {
  const [{ prompt, text }] = readGoldenJson("opt-pre/expected/generation.json").rows;
  const printed: string[] = [];
  expect(prompt).toBe("Hello");
  await example(golden("opt-pre"))(transformers, (line) => printed.push(line));
  expect(printed).toEqual([text]);
});
