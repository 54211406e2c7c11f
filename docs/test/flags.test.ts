import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandLine } from "../../apps/waveft-finetuning/src/options";

const readme = readFileSync(new URL("../../apps/waveft-finetuning/README.md", import.meta.url), "utf8");
const rows = new Map(
  Array.from(readme.matchAll(/^\| `--(\w+)[^|]*(?:\\\|[^|]*)?\| ([^|]*)\|/gm), ([, flag, fallback]) => [
    flag!,
    fallback!.replaceAll("`", "").trim(),
  ]),
);

test("the command's README lists its flags with their defaults", () => {
  const options = commandLine().options.filter(({ long }) => long !== "--help");
  expect([...rows.keys()].sort()).toEqual(options.map(({ long }) => long!.slice(2)).sort());
  for (const { long, defaultValue } of options)
    if (defaultValue !== undefined) expect(rows.get(long!.slice(2)), long).toBe(String(defaultValue));
});
