import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collatePacked, packSequences } from "../../src/data";

const rowLengths = fc.integer({ min: 1, max: 40 });
const batches = rowLengths.chain((rowLength) =>
  fc.record({
    rowLength: fc.constant(rowLength),
    lengths: fc.array(fc.integer({ min: 0, max: rowLength }), { maxLength: 30 }),
  }),
);

describe("packSequences", () => {
  it("fits the longest first, into the first row with room", () => {
    expect(packSequences([3, 5, 2, 8, 1, 4], 8)).toEqual([[3], [1, 0], [5, 2, 4]]);
    expect(packSequences([4, 4, 4], 8)).toEqual([[0, 1], [2]]);
    expect(packSequences([], 8)).toEqual([]);
  });

  it("holds each example once, in rows that do not overflow, no worse than plain first fit decreasing", () => {
    fc.assert(
      fc.property(batches, ({ rowLength, lengths }) => {
        const rows = packSequences(lengths, rowLength);
        expect(rows.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const row of rows)
          expect(row.reduce((sum, i) => sum + lengths[i]!, 0)).toBeLessThanOrEqual(rowLength);
        expect(rows).toEqual(plainFirstFitDecreasing(lengths, rowLength));
      }),
    );
  });

  it("packs 100,000 examples fast", () => {
    const lengths = Array.from({ length: 100_000 }, (_, i) => 1 + ((i * 7919) % 256));
    const start = performance.now();
    const rows = packSequences(lengths, 256);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(rows.length).toBeLessThan((lengths.reduce((a, b) => a + b) / 256) * 1.05);
  });

  it("never splits an example", () => {
    expect(() => packSequences([3, 9], 8)).toThrow(
      "packing: example 1 has 9 tokens, but a row takes 8; truncate it or use longer rows",
    );
    expect(() => packSequences([1.5], 8)).toThrow("example 0 has the length 1.5");
    expect(() => packSequences([1], 0)).toThrow("rowLength must be a whole number above 0");
  });
});

function plainFirstFitDecreasing(lengths: readonly number[], rowLength: number): number[][] {
  const rows: number[][] = [];
  const used: number[] = [];
  for (const index of lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b)) {
    let row = used.findIndex((sum) => sum + lengths[index]! <= rowLength);
    if (row < 0) row = used.push(0) - 1;
    used[row]! += lengths[index]!;
    rows[row] = [...(rows[row] ?? []), index];
  }
  return rows;
}

describe("collatePacked", () => {
  it("lays out tokens, positions, segments and shifted labels", () => {
    const packed = collatePacked(
      [
        { inputIds: [11, 12, 13] },
        { inputIds: Int32Array.of(21, 22), labels: [-100, 92] },
        { inputIds: [31] },
      ],
      6,
      [[0, 1], [2]],
      { padTokenId: 1, rowCount: 3 },
    );
    expect(packed.shape).toEqual([3, 6]);
    expect([...packed.inputIds]).toEqual([11, 12, 13, 21, 22, 1, 31, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect([...packed.positionIds]).toEqual([0, 1, 2, 0, 1, 0, ...Array(12).fill(0)]);
    expect([...packed.segmentIds]).toEqual([1, 1, 1, 2, 2, 0, 1, ...Array(11).fill(0)]);
    expect([...packed.labels]).toEqual([12, 13, -100, 92, -100, -100, ...Array(12).fill(-100)]);
    expect(packed).toMatchObject({ tokenCount: 6, labelCount: 3 });
  });

  it("keeps each token once, restarts positions, and lets no label cross", () => {
    fc.assert(
      fc.property(batches, fc.boolean(), ({ rowLength, lengths }, masked) => {
        // Token 1000·i + t is the t-th of example i; its label is its negative less 200, so that none is −100.
        const examples = lengths.map((length, i) => ({
          inputIds: Int32Array.from({ length }, (_, t) => 1000 * i + t),
          labels: Array.from({ length }, (_, t) => (masked && t % 3 === 1 ? -100 : -(1000 * i + t) - 200)),
        }));
        const packed = collatePacked(examples, rowLength);
        const seen: number[] = [];
        let labelCount = 0;
        for (let place = 0; place < packed.inputIds.length; place++) {
          if (packed.segmentIds[place] === 0) {
            expect([packed.inputIds[place], packed.positionIds[place], packed.labels[place]]).toEqual([
              0, 0, -100,
            ]);
            continue;
          }
          const token = packed.inputIds[place]!;
          const [example, t] = [Math.floor(token / 1000), token % 1000];
          seen.push(token);
          expect(packed.positionIds[place]).toBe(t);
          const label = packed.labels[place]!;
          expect(label).toBe(examples[example]!.labels[t + 1] ?? -100);
          if (label !== -100) {
            labelCount++;
            expect(packed.segmentIds[place + 1]).toBe(packed.segmentIds[place]);
          }
        }
        expect(seen.sort((a, b) => a - b)).toEqual(examples.flatMap((example) => [...example.inputIds]));
        expect(packed).toMatchObject({ tokenCount: seen.length, labelCount });
      }),
    );
  });

  it("refuses what does not fit", () => {
    const example = { inputIds: [1, 2, 3] };
    expect(() => collatePacked([example, example], 4, [[0, 1]])).toThrow(
      "row 0 are longer together than rowLength 4",
    );
    expect(() => collatePacked([example], 2, [[0]])).toThrow("example 0 has 3 tokens, but a row takes 2");
    expect(() => collatePacked([example], 4, [[1]])).toThrow("row 0 names example 1 of 1");
    expect(() => collatePacked([{ inputIds: [1], labels: [] }], 4)).toThrow(
      "example 0 has 1 tokens but 0 labels",
    );
    expect(() => collatePacked([example], 4, [[0]], { rowCount: 0 })).toThrow("the examples take 1 rows");
  });
});
