import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onigurumaRegExp } from "./oniguruma";
import { SafeRegExp } from "./safe-regexp";

const native = (source: string, flags: string, text: string) =>
  [...text.matchAll(new RegExp(source, `g${flags}`))].map((m) => [m.index, m.index + m[0].length]);
const safe = (source: string, flags: string, text: string) =>
  [...new SafeRegExp(source, flags).matches(text)].map(({ start, end }) => [start, end]);

/** Matches as Python's tokenizers go on after an empty one; V8 finds some between the halves of a character. */
const withoutTouching = (all: number[][], text: string) =>
  all
    .filter(
      ([at]) => !(/[\udc00-\udfff]/.test(text[at!] ?? "") && /[\ud800-\udbff]/.test(text[at! - 1] ?? "")),
    )
    .filter(([start, end], i, spans) => start !== end || i === 0 || spans[i - 1]![1] !== start);

/** Patterns of every kind of step, short enough that JavaScript's own engine cannot explode on them. */
const pattern = fc.letrec<{ whole: string; part: string; atom: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("part"),
    fc.tuple(tie("whole"), tie("whole")).map(([a, b]) => `${a}|${b}`),
  ),
  part: fc.array(tie("atom"), { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join("")),
  atom: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("a", "b", "é", "😀", "[ab]", "[^a]", ".", "\\s", "\\w", "^", "$", "\\b", "\\p{L}"),
    fc
      .tuple(
        fc.constantFrom("a", "[ab]", ".", "😀", "\\s"),
        fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{2,}"),
      )
      .map((parts) => parts.join("")),
    fc
      // A loop over what may be empty ends differently in each engine.
      .tuple(fc.constantFrom("a", "."), tie("whole"), fc.constantFrom("", "*", "+", "?", "{1,2}", "*?", "+?"))
      .map(([first, inside, count]) => `(?:${first}(?:${inside}))${count}`),
    fc
      .tuple(fc.constantFrom("?=", "?!", "?<=", "?<!", ""), tie("whole"))
      .map(([kind, inside]) => `(${kind}${inside})`),
  ),
})).whole;
const text = fc
  .array(fc.constantFrom("a", "b", "ab", "aa", " ", "\n", "é", "😀", "\ud83d", "1"), { maxLength: 9 })
  .map((parts) => parts.join(""));

describe("SafeRegExp", () => {
  // Not with the flag v, where the V8 of Node 20 errs: /(?=(?:.(?=[^a]))+)/v finds something in "ba".
  test("matches what JavaScript's own engine matches", () => {
    fc.assert(
      fc.property(pattern, text, fc.constantFrom("u", "iu", "su", "mu"), (source, subject, flags) => {
        expect(safe(source, flags, subject)).toEqual(
          withoutTouching(native(source, flags, subject), subject),
        );
      }),
      { numRuns: 800 },
    );
  });

  test("back references, named groups and atomic groups", () => {
    expect(safe("(a|b)\\1", "u", "aabbab")).toEqual(native("(a|b)\\1", "u", "aabbab"));
    // JavaScript would forget the group at each round; Python and Oniguruma keep it.
    expect(safe("(?:(a)|b?)*\\1c", "u", "abbac")).toEqual([[0, 5]]);
    expect(safe("(?=(a*))\\1a", "u", "aaa")).toEqual([]);
    expect(safe("(?<=(b)(a))c\\1", "u", "bacb")).toEqual(native("(?<=(b)(a))c\\1", "u", "bacb"));
    expect(new SafeRegExp("x(?<n>\\d+)(?<none>z)?").exec("ax12")!.groups).toEqual({ n: "12" });
  });

  const explosive: [string, string, string][] = [
    ["([a-z._0-9]+)+!", "", "a".repeat(50_000)],
    ["(a*)*b", "u", "a".repeat(50_000)],
    ["(?:a|a)*b", "u", "a".repeat(50_000)],
    ["(?:a|aa)+$", "u", `${"a".repeat(50_000)}b`],
    ["\\s+$", "u", `${" ".repeat(50_000)}x`],
    ["(.*)(.*)(.*)x", "u", "a".repeat(50_000)],
    [".*\\s*\\s*x", "u", " ".repeat(50_000)],
    ["a*b|a", "u", "a".repeat(50_000)],
    ["(?=.*x)a", "u", `${"a".repeat(50_000)}x`],
    ["(?=(?:a|b)*x)a", "u", "a".repeat(50_000)],
    ["(?<=^a*)a", "u", "a".repeat(50_000)],
    ["(?=(a*))\\1b", "u", "a".repeat(50_000)],
    ["(?!(?:.*a)*b)a", "u", "a".repeat(20_000)],
    ["(?=(?:\\w{1,9}\\s?)*$)", "u", "ab ".repeat(10_000)],
  ];
  test.each(explosive)("%s does not explode", (source, flags, subject) => {
    const started = performance.now();
    safe(source, flags, subject);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a pattern with back references has a bound, and an invalid or huge one is a SyntaxError", () => {
    expect(() => safe("(a*)*(b?)\\2c", "u", "a".repeat(5000))).toThrow(RangeError);
    const huge = new SafeRegExp("(?:[ab]{1,90}c?){50}x", "u");
    expect(() => huge.test("a".repeat(100_000))).toThrow(/too many steps/);
    expect(() => huge.test("a".repeat(20_000))).toThrow(/too many steps/);
    expect(huge.test(`${"a".repeat(60)}x`)).toBe(true);
    expect(() => new SafeRegExp("(")).toThrow(SyntaxError);
    expect(() => new SafeRegExp("(?:a{1,1000}){1,1000}")).toThrow(SyntaxError);
  });
});

describe("onigurumaRegExp", () => {
  const stock = {
    gpt2: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    llama3:
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  };
  test.each(Object.entries(stock))("%s splits a megabyte in a second or two", (_, source) => {
    const subject = "The quick  brown fox's 12345 jumps, über 日本語\n\n  x".repeat(20_000);
    const started = performance.now();
    const spans = [...onigurumaRegExp(source).matches(subject)].map(({ start, end }) => [start, end]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(spans.map(([start, end]) => subject.slice(start, end)).join("")).toBe(subject);
  });
});
