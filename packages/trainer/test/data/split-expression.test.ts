import { describe, expect, it } from "vitest";
import { DatasetError, parseSplit, resolveSplit } from "../../src/data";
import { golden } from "./golden";

type Ranges = [split: string, from: number, to: number][];
const { sizes, expressions, percents } = golden<{
  sizes: number[];
  expressions: { expression: string; ranges: (Ranges | "error")[] }[];
  percents: { size: number; rows: number[] }[];
}>("splits.json");

const lengthsFor = (size: number) =>
  new Map([
    ["train", size],
    ["test", Math.floor(size / 2)],
    ["a.b", 3],
  ]);

describe("split expressions", () => {
  it.each(expressions)("$expression means what it means to datasets", ({ expression, ranges }) => {
    for (const [i, size] of sizes.entries()) {
      const run = () => resolveSplit(parseSplit(expression), lengthsFor(size));
      const expected = ranges[i]!;
      if (expected === "error") {
        expect(run, `${size} rows`).toThrow(DatasetError);
        continue;
      }
      // Where the end lies before the beginning, ours is the empty range at the beginning.
      expect(run(), `${size} rows`).toEqual(
        expected.map(([split, from, to]) => ({ split, from, to: Math.max(from, to) })),
      );
    }
  });

  it("rounds every percent as datasets, halves to even", () => {
    for (const { size, rows } of percents) {
      const ours = rows.map(
        (_, percent) => resolveSplit(parseSplit(`train[:${percent}%]`), lengthsFor(size))[0]!.to,
      );
      expect(ours, `${size} rows`).toEqual(rows);
    }
  });

  it("explains itself", () => {
    expect(() => parseSplit("train[1]")).toThrow('cannot read the split "train[1]"; write it like "train"');
    expect(() => parseSplit("train[:120%]")).toThrow("a percent outside -100…100");
    expect(() => parseSplit("train[:5%](up)")).toThrow('allowed are "closest" and "pct1_dropremainder"');
    expect(() => resolveSplit(parseSplit("dev"), lengthsFor(8))).toThrow(
      'no split named "dev"; the data set has "train", "test", "a.b"',
    );
  });
});
