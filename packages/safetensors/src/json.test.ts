import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePythonJson } from "./json";

test("JSON is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parsePythonJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("numbers that Python writes and JSON lacks, wherever they stand, and only outside of texts", () => {
  const values = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        "NaN",
        '"Infinity\\',
        null,
        1,
      ),
      fc.string(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("NaN", "a", "-Infinity", '"'), tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  const written = (value: unknown): string => {
    if (typeof value === "number") return String(value);
    if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
    if (typeof value === "object" && value !== null)
      return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${written(one)}`)}}`;
    return JSON.stringify(value);
  };
  fc.assert(
    fc.property(values, (value) => {
      expect(parsePythonJson(written(value))).toEqual(value);
    }),
  );
});

test.each(["", "nan", "[NaN", "NaN NaN", "+Infinity", "-NaN", '{"a": Infinityx}', '"NaN', "{NaN: 1}"])(
  "%j stays a fault, in the words of JSON.parse",
  (text) => {
    const told = (read: () => unknown): string => {
      try {
        return `read ${read()}`;
      } catch (error) {
        return String(error);
      }
    };
    expect(told(() => parsePythonJson(text))).toBe(told(() => JSON.parse(text)));
  },
);
