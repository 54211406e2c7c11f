import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as api from "../src";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const readme = read("README.md");

/** What the examples print. */
let printed: number[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((...values) => {
    printed.push(...values);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The numbers of the sentence that begins so. */
const stated = (sentence: RegExp): string[] => sentence.exec(readme)!.slice(1);

it("names every export", () => {
  const named = new Set(Array.from(readme.matchAll(/`([A-Za-z]\w*)/g), ([, name]) => name!));
  expect(Object.keys(api).filter((name) => !named.has(name))).toEqual([]);
});

it.each(["pruning", "sparse-adam", "fisher-mask"])("shows the code of %s", (name) => {
  const [, code] = /^([\s\S]*?)\nexport \{/m.exec(read(`examples/${name}.ts`))!;
  expect(readme).toContain(`\`\`\`ts\n${code!.trim()}\n\`\`\``);
});

it("pruning holds all but the largest entries at zero, with the losses that are stated", async () => {
  const { kept, weight } = await import("../examples/pruning");
  expect(printed.map((loss, i) => loss.toFixed(i === 0 ? 3 : 2))).toEqual(
    stated(/The loss is ([\d.]+) before,\s+([\d.]+) after pruning, and ([\d.]+) after/),
  );
  expect(api.difference(api.nonzeroCoordinates(weight, kept.shape), kept).count).toBe(0);
  expect(api.magnitudeCoordinates(weight, kept.shape, kept.count)).toEqual(kept);
});

it("the sparse optimizer finds the least squares of its entries", async () => {
  const { parameter, slope } = await import("../examples/sparse-adam");
  expect(printed.map((loss) => loss.toFixed(2))).toEqual(
    stated(/made\. The loss falls from ([\d.]+) to ([\d.]+)\./),
  );
  // Where the gradient is zero, no step along these entries improves.
  expect(Math.max(...slope().map(Math.abs))).toBeLessThan(1e-3);
  expect(parameter.version).toBe(200);
});

it("the Fisher mask has the entries with the most information, and merges to the same loss", async () => {
  const { fisher, update } = await import("../examples/fisher-mask");
  const [before, trained, merged] = printed;
  expect([before!.toFixed(2), trained!.toFixed(2)]).toEqual(
    stated(/frozen weight\. The loss falls from ([\d.]+) to ([\d.]+)\./),
  );
  expect(merged).toBeCloseTo(trained!, 6);
  const { shape } = update.coordinates;
  const ranked = [...fisher.keys()].sort((a, b) => fisher[b]! - fisher[a]!);
  expect(api.difference(api.flatCoordinates(shape, ranked.slice(0, 102)), update.coordinates).count).toBe(0);
  expect(api.scoreCoordinates(fisher, shape, 102)).toEqual(update.coordinates);
});
