import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as library from "../src";
import { newModel } from "./support";

const page = readFileSync(join(import.meta.dirname, "../docs/coming-from-peft.md"), "utf8");
/** The code of the right column. */
const here = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .flatMap((line) => [...line.split("|")[2]!.matchAll(/`([^`]+)`/g)].map(([, code]) => code!));

test("every name of the right column exists", () => {
  const exported: Record<string, unknown> = { ...library };
  const model: Record<string, unknown> = library.getPeftModel(
    newModel(),
    new library.WaveFTConfig({ nFrequency: 8 }),
  ) as never;
  expect(here.length).toBeGreaterThan(25);
  for (const code of here) {
    const [, owner, member] = /^(?:new )?(\w+)(?:\.(\w+))?/.exec(code)!;
    if (owner === "model") expect(model[member!], code).toBeDefined();
    else {
      expect(exported[owner!], code).toBeDefined();
      if (member !== undefined)
        expect((exported[owner!] as Record<string, unknown>)[member], code).toBeDefined();
    }
  }
});

test("every field that a config is given there is one", () => {
  for (const code of here) {
    const [, name, fields] = /^new (\w+Config)\(\{(.*)\}\)$/.exec(code) ?? [];
    if (name === undefined) continue;
    const config = new (library as unknown as Record<string, new () => object>)[name]!();
    for (const [, field] of fields!.matchAll(/(\w+):/g)) expect(config).toHaveProperty(field!);
  }
});
