import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dataset, DatasetError } from "../../src/data";
import { crc32 } from "./crc32";
import { golden } from "./golden";

type Options = { test_size?: number; train_size?: number; seed?: number; shuffle?: boolean };
type Halves = { train: number[]; test: number[]; sizes: number[]; crc: number[] };
const { splits, shuffles } = golden<{
  splits: { size: number; options: Options; result: Halves | "error" }[];
  shuffles: { size: number; seed: number; order: number[] }[];
}>("orders.json");

const numbers = (size: number) => Dataset.from(Array.from({ length: size }, (_, i) => ({ i })));
const values = (dataset: Dataset<{ i: number }>) => [...dataset].map((row) => row.i);

describe("Dataset", () => {
  const letters = Dataset.from([{ a: 1 }, { a: 2, b: "x" }, { a: 3 }]);

  it("gives rows, length and columns", () => {
    expect(letters.length).toBe(3);
    expect(letters.at(1)).toEqual({ a: 2, b: "x" });
    expect(letters.at(-1)).toEqual({ a: 3 });
    expect(letters.columnNames).toEqual(["a", "b"]);
    expect([...letters]).toHaveLength(3);
  });

  it("maps, filters and selects without changing itself", () => {
    expect([...letters.map((row, i) => ({ c: (row.a as number) * 10 + i }))]).toEqual([
      { c: 10 },
      { c: 21 },
      { c: 32 },
    ]);
    expect(letters.filter((row) => row.a !== 2).length).toBe(2);
    expect([...letters.select([2, 0, 0])].map((row) => row.a)).toEqual([3, 1, 1]);
    expect(letters.length).toBe(3);
  });

  it("does not see later changes of the array it came from", () => {
    const rows = [{ a: 1 }];
    const dataset = Dataset.from(rows);
    rows.push({ a: 2 });
    expect(dataset.length).toBe(1);
  });

  it.each([3, -4, 0.5, Number.NaN])("has no record %s", (index) => {
    expect(() => letters.at(index)).toThrow(`dataset: no record ${index}; the data set has 3`);
    expect(() => letters.select([index])).toThrow(DatasetError);
  });

  it("shuffles as datasets does", () => {
    for (const { size, seed, order } of shuffles)
      expect(values(numbers(size).shuffle({ seed }))).toEqual(order);
  });

  it("shuffles differently without a seed, and keeps an empty set", () => {
    expect(values(numbers(200).shuffle())).not.toEqual(values(numbers(200).shuffle()));
    expect(numbers(0).shuffle({ seed: 1 }).length).toBe(0);
  });

  it("refuses a seed below zero", () => {
    expect(() => numbers(3).shuffle({ seed: -1 })).toThrow(DatasetError);
  });

  it(`splits as datasets in all ${splits.length} golden cases`, () => {
    for (const { size, options, result } of splits) {
      const run = () =>
        numbers(size).trainTestSplit({
          ...(options.test_size !== undefined && { testSize: options.test_size }),
          ...(options.train_size !== undefined && { trainSize: options.train_size }),
          ...(options.seed !== undefined && { seed: options.seed }),
          ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
        });
      const label = `n=${size} ${JSON.stringify(options)}`;
      if (result === "error") {
        expect(run, label).toThrow(DatasetError);
        continue;
      }
      const parts = run();
      const [train, test] = [values(parts.train), values(parts.test)];
      expect([train.slice(0, 8), test.slice(0, 8)], label).toEqual([result.train, result.test]);
      expect([train.length, test.length], label).toEqual(result.sizes);
      expect([crc32(train), crc32(test)], label).toEqual(result.crc);
    }
  });

  it("splits without loss: each row in one part", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.double({ min: 0.01, max: 0.49, noNaN: true }),
        fc.boolean(),
        (n, testSize, shuffle) => {
          const { train, test } = numbers(n).trainTestSplit({ testSize, shuffle });
          expect([...values(train), ...values(test)].sort((a, b) => a - b)).toEqual(values(numbers(n)));
        },
      ),
    );
  });

  it("says which sizes are allowed", () => {
    expect(() => numbers(10).trainTestSplit({ testSize: 10 })).toThrow(
      "dataset: testSize must be a whole number from 1 to 9 (there are 10 records) or a share between 0 and 1, but got 10",
    );
    expect(() => numbers(10).trainTestSplit({ trainSize: 6, testSize: 6 })).toThrow(
      "ask for 6 + 6 records, but there are 10",
    );
    expect(() => numbers(1).trainTestSplit({ testSize: 0.5 })).toThrow("leave none to train on");
  });
});
