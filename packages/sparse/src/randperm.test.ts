import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mt19937, randperm, randpermPrefix, SparseError } from "./index";
import { shuffleInsideOut } from "./randperm";
import { remainder64 } from "./remainder64";

interface Case {
  total: number;
  n: number;
  seed: string;
  prefix: number[];
}

const golden = JSON.parse(readFileSync(new URL("../test/golden/randperm.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe("randpermPrefix equals torch.randperm", () => {
  const sizes = [...new Set(golden.cases.map((row) => row.total))];
  it.each(sizes)("of %i places", (total) => {
    for (const { n, seed, prefix } of golden.cases.filter((row) => row.total === total)) {
      expect([...randpermPrefix(total, n, BigInt(seed))]).toEqual(prefix);
    }
  });

  it("takes seeds as numbers too", () => {
    for (const { total, n, seed, prefix } of golden.cases) {
      if (total < 2000 && Number.isSafeInteger(Number(seed))) {
        expect([...randpermPrefix(total, n, Number(seed))]).toEqual(prefix);
      }
    }
  });
});

describe("properties", () => {
  it("a prefix is a prefix of the whole, for short and long ones", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, seed, part) => {
          const n = Math.floor(part * total);
          expect(randpermPrefix(total, n, seed)).toEqual(randperm(total, seed).slice(0, n));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("randperm holds every place once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer(), (n, seed) => {
        expect(randperm(n, seed).toSorted()).toEqual(Float64Array.from({ length: n }, (_, i) => i));
      }),
      { numRuns: 40 },
    );
  });

  it("the long branch equals its definition with exact integers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2500 }),
        fc.nat({ max: 2500 }),
        fc.integer(),
        (total, some, seed) => {
          const n = Math.min(total, some);
          expect(shuffleInsideOut(total, n, new Mt19937(seed))).toEqual(insideOut(total, seed).slice(0, n));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("remainder64 is exact for every divisor", () => {
    const bits = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const divisor = fc.oneof(
      fc.integer({ min: 1, max: 2 ** 32 }),
      fc.integer({ min: 2 ** 32, max: 2 ** 36 }),
      fc.integer({ min: 2 ** 36 + 1, max: Number.MAX_SAFE_INTEGER }),
    );
    fc.assert(
      fc.property(bits, bits, divisor, (high, low, by) => {
        const exact = ((BigInt(high) << 32n) | BigInt(low)) % BigInt(by);
        expect(remainder64(high, low, by)).toBe(Number(exact));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("Mt19937", () => {
  it("starts as published for seed 5489, and its 10,000th draw is 4123659995", () => {
    const generator = new Mt19937(5489);
    expect(generator.nextUint32()).toBe(3499211612);
    for (let i = 2; i < 10_000; i++) generator.nextUint32();
    expect(generator.nextUint32()).toBe(4123659995);
  });

  it.each([1.5, Number.NaN, 2 ** 53, "7" as unknown as number, undefined as unknown as number])(
    "refuses the seed %s",
    (seed) => {
      expect(() => new Mt19937(seed)).toThrow(/seed must be an integer/);
    },
  );

  it("refuses seeds beyond 64 bits", () => {
    expect(() => new Mt19937(2n ** 64n)).toThrow(/\[-2\^63, 2\^64\)/);
  });
});

it("says how long a prefix may be", () => {
  expect(() => randpermPrefix(10, 11, 0)).toThrow("a prefix of 10 places has 0 to 10 entries, got 11");
  expect(() => randpermPrefix(-1, 0, 0)).toThrow(SparseError);
});

function insideOut(total: number, seed: number): Float64Array {
  const generator = new Mt19937(seed);
  const entries = new Float64Array(total);
  for (let i = 0; i < total; i++) {
    const draw = (BigInt(generator.nextUint32()) << 32n) | BigInt(generator.nextUint32());
    const z = Number(draw % BigInt(i + 1));
    entries[i] = entries[z]!;
    entries[z] = i;
  }
  return entries;
}
