import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pythonRegExp } from "./python";

/** Pattern, text, and the first match of Python's `re.search` with its named groups; "refused" where it raises. */
type Row = [
  pattern: string,
  text: string,
  match: [number, number, Record<string, string>] | null | "refused",
];
const golden = new URL("../../test/golden/python-re.json", import.meta.url);
const rows = JSON.parse(readFileSync(golden, "utf8")) as Row[];

describe("pythonRegExp", () => {
  test.each(rows)("%j in %j", (pattern, text, expected) => {
    if (expected === "refused") {
      expect(() => pythonRegExp(pattern)).toThrow(SyntaxError);
      return;
    }
    const found = pythonRegExp(pattern).exec(text);
    const own = Object.entries(found?.groups ?? {}).filter(([name]) => !name.startsWith("waveft_"));
    expect(found && [found.start, found.end, Object.fromEntries(own)]).toEqual(expected);
  });
});
