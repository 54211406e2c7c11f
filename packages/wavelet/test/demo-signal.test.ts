import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Complex } from "../src/core/signal";
import { type DemoSignalName, demoSignal } from "../src/demo-signal";
import { records } from "./golden";

const golden = JSON.parse(
  readFileSync(new URL("./golden/demo-signal.json", import.meta.url), "utf8"),
) as Record<"names" | "Blocks" | "Piece-Regular" | "Piece-Polynomial", never[]>;

const fixed: readonly string[] = ["Gabor", "sineoneoverx"];
const free = demoSignal("list").filter((name) => !fixed.includes(name)) as Exclude<DemoSignalName, "Gabor">[];

it("PyWavelets' names and numbers", () => {
  expect(demoSignal("list")).toEqual(golden.names);
  const projections = records("demo-signal.f64");
  for (const name of demoSignal("list")) {
    if (name === "Gabor") {
      const { re, im } = demoSignal(name);
      projections.check(re, 1e-12, name);
      projections.check(im, 1e-12, name);
    } else if (name === "sineoneoverx") projections.check(demoSignal(name), 1e-12, name);
    else {
      for (const n of name === "Riemann" ? [16, 20, 64, 1024] : [16, 64, 128, 1024, 2048]) {
        projections.check(demoSignal(name, n), 1e-12, `${name} ${n}`);
      }
    }
  }
  projections.end();
});

it.each(["Blocks", "Piece-Regular", "Piece-Polynomial"] as const)(
  "%s jumps where PyWavelets' does",
  (name) => {
    expect(demoSignal(name, golden[name].length)).toBeAllclose(golden[name], 1e-12);
  },
);

describe("properties", () => {
  it("any length gives as many finite samples, at most about 150 high", () => {
    fc.assert(
      fc.property(fc.constantFrom(...free), fc.integer({ min: 1, max: 700 }), (name, n) => {
        const samples = demoSignal(name, n);
        expect(samples.length).toBe(n);
        expect(samples.every((sample) => Math.abs(sample) < 250)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it.each([49, 93, 100, 1000, 1085])(
    "of %i samples too, where PyWavelets has one more, NaN or an error",
    (n) => {
      for (const name of free) {
        const samples = demoSignal(name, n);
        expect(samples.length).toBe(n);
        expect(samples.every(Number.isFinite), name).toBe(true);
      }
    },
  );

  it("the piecewise signals have mean 0, Blocks has eleven jumps, Riemann sums up to 1 at 0", () => {
    for (const name of ["Piece-Regular", "Piece-Polynomial"] as const) {
      const sum = demoSignal(name, 1000).reduce((all, sample) => all + sample, 0);
      expect(Math.abs(sum)).toBeLessThan(1e-9);
    }
    const blocks = demoSignal("Blocks", 1023);
    expect(blocks.filter((sample, i) => i > 0 && Math.abs(sample - blocks[i - 1]!) > 1).length).toBe(11);
    // Only k = 1 has frequency 0: the mean is its weight.
    const mean = demoSignal("Riemann", 64).reduce((all, sample) => all + sample, 0) / 64;
    expect(mean).toBeCloseTo(1 / 64, 14);
  });
});

it("names in any case, Bumps by default, types by name", () => {
  expect(demoSignal("PIECE-regular", 64)).toEqual(demoSignal("Piece-Regular", 64));
  expect(demoSignal(undefined, 64)).toEqual(demoSignal("Bumps", 64));
  expectTypeOf(demoSignal("Gabor")).toEqualTypeOf<Complex<Float64Array>>();
  expectTypeOf(demoSignal("Doppler", 4)).toEqualTypeOf<Float64Array>();
  expect(demoSignal("gabor")).toEqual(demoSignal("Gabor"));
});

it("errors", () => {
  expect(() => demoSignal("Bump", 8)).toThrow('no demo signal "Bump"; there are Blocks, Bumps');
  expect(() => demoSignal("Bumps")).toThrow('"Bumps" needs n, an integer from 1 on; got undefined');
  for (const n of [0, -4, 2.5, Number.NaN])
    expect(() => demoSignal("Ramp", n)).toThrow("an integer from 1 on");
  expect(() => demoSignal("sineoneoverx", 1024)).toThrow('"sineoneoverx" has 1024 samples; leave n out');
  expect(() => demoSignal("gabor", 512)).toThrow("leave n out");
});
