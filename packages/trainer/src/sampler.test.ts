import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchesOf, epochOrder } from "./sampler";

describe("epochOrder", () => {
  it("is torch.randperm with the seed of each epoch", () => {
    // torch 2.13: torch.randperm(10, generator=torch.Generator().manual_seed(42 + epoch))
    expect(epochOrder(10, 0, 42)).toEqual([2, 6, 1, 8, 4, 5, 0, 9, 3, 7]);
    expect(epochOrder(10, 1, 42)).toEqual([8, 4, 9, 0, 5, 1, 6, 7, 2, 3]);
  });

  it("is the data set's own order without a seed", () => {
    expect(epochOrder(4, 3, null)).toEqual([0, 1, 2, 3]);
  });

  it("names every example once", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(5), fc.nat(1e6), (count, epoch, seed) => {
        expect(epochOrder(count, epoch, seed).sort((a, b) => a - b)).toEqual(epochOrder(count, 0, null));
      }),
    );
  });
});

describe("batchesOf", () => {
  it("cuts into groups, the last one perhaps smaller", () => {
    expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(batchesOf([1, 2], 2)).toEqual([[1, 2]]);
    expect(batchesOf([], 2)).toEqual([]);
  });
});
