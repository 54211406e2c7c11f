import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pcg64, permutation } from "../../src/data";
import { crc32 } from "./crc32";
import { golden } from "./golden";

const { raw, orders } = golden<{
  raw: { seed: string; raw: string[] }[];
  orders: { size: number; seed: string; head: number[]; crc: number }[];
}>("orders.json");

describe("numpy's default_rng", () => {
  it.each(raw)("gives the raw draws of seed $seed", ({ seed, raw }) => {
    const generator = new Pcg64(BigInt(seed));
    expect(raw.map(() => String(generator.nextUint64()))).toEqual(raw);
  });

  it(`permutes as numpy in all ${orders.length} golden cases`, () => {
    for (const { size, seed, head, crc } of orders) {
      const order = permutation(size, BigInt(seed));
      expect([...order.subarray(0, 40)], `n=${size} seed=${seed}`).toEqual(head);
      expect(crc32(order), `n=${size} seed=${seed}`).toBe(crc);
    }
  });

  it("takes a number as it takes the bigint", () => {
    expect(permutation(50, 42)).toEqual(permutation(50, 42n));
  });

  it("holds every number once", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.bigInt({ min: 0n, max: 2n ** 140n }), (size, seed) => {
        expect([...permutation(size, seed)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: size }, (_, i) => i),
        );
      }),
    );
  });

  it("refuses other seeds and lengths", () => {
    expect(() => permutation(3, -1)).toThrow("seed must not be negative, but got -1");
    expect(() => permutation(3, -5n)).toThrow("seed must not be negative");
    expect(() => permutation(3, 1.5)).toThrow("seed must be a whole number, but got 1.5");
    expect(() => permutation(3, Number.NaN)).toThrow("seed must be a whole number");
    expect(() => permutation(-1, 0)).toThrow("length must be a whole number");
    expect(() => permutation(2 ** 33, 0)).toThrow("length must be a whole number");
  });
});
