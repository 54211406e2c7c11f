import { describe, expect, it } from "vitest";
import { countInRuns } from "./parquet-runs";

const runs = (...bytes: number[]) => Uint8Array.from(bytes);

describe("countInRuns", () => {
  it("counts in repeated and in bit-packed runs, without the padding", () => {
    // 5 × value 1; then a group of eight 1-bit values, of which three are wanted: 1, 0, 1.
    expect(countInRuns(runs(10, 1, 3, 0b11111101), 8, 1, 1)).toBe(7);
    // A group of eight 2-bit values: 3, 2, 1, 0, 3, 2, 1, 0.
    expect(countInRuns(runs(3, 0b00011011, 0b00011011), 8, 2, 3)).toBe(2);
    // 200 × value 300, of two bytes.
    expect(countInRuns(runs(0x90, 3, 0x2c, 1), 200, 9, 300)).toBe(200);
    expect(countInRuns(runs(), 0, 1)).toBe(0);
  });

  it.each([
    [
      "a repeated run of billions",
      runs(0xfe, 0xff, 0xff, 0xff, 0x0f, 1),
      /a run of 2147483647 values where 8 are left/,
    ],
    [
      "a packed run of billions",
      runs(0xff, 0xff, 0xff, 0xff, 0x0f, 1),
      /a run of \d+ values where 8 are left/,
    ],
    ["a header without an end", runs(0xff, 0xff, 0xff, 0xff, 0xff, 1), /more than 32 bits/],
    ["too few bytes", runs(4, 1), /end too early/],
  ])("refuses %s", (_, bytes, sentence) => {
    expect(() => countInRuns(bytes, 8, 1)).toThrow(sentence);
  });
});
