import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../src/core/index";
import * as library from "../src/index";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const readme = read("README.md");
/** The examples of docs/; what they export is not typed. */
const example = (name: string) => import(`../docs/${name}.mjs`);

/** What a table has code of in its first column: names, and what they take. */
const tabled = Array.from(readme.matchAll(/^\| (.*?) \|/gm), ([, cell]) => cell!).flatMap((cell) =>
  Array.from(cell.matchAll(/`(\w+)[^`]*`/g), ([, name]) => name!),
);

it("the tables have every export", () => {
  expect(Object.keys(library).filter((name) => !tabled.includes(name))).toEqual([]);
});

it("the section on the core entry has every export of it", () => {
  const [section] = /^## `@waveft\/wavelet\/core`$[\s\S]*?(?=^## )/m.exec(readme)!;
  const inverse = (name: string) => name.startsWith("i") || name.startsWith("waverec");
  const missing = Object.keys(core).filter((name) => !inverse(name) && !section.includes(`\`${name}\``));
  expect(missing).toEqual([]);
  expect(Object.keys(core).filter(inverse)).toHaveLength(9);
});

describe("the plots", () => {
  it.each(["denoising", "compression", "scalogram"])("%s is of the code shown", (name) => {
    const [, code] = /^([\s\S]*?)\nexport \{/m.exec(read(`docs/${name}.mjs`))!;
    expect(readme).toContain(`\`\`\`js\n${code!.trim()}\n\`\`\`\n\n![`);
    expect(readme).toContain(`(docs/${name}.png)`);
  });

  it("denoising gains what is stated", async () => {
    const { clean, denoised, noisy } = await example("denoising");
    const { snr } = await example("support");
    const [, before, after] = /SNR rises from ([\d.]+) to ([\d.]+) dB/.exec(readme)!;
    expect(snr(clean, noisy).toFixed(1)).toBe(before);
    expect(snr(clean, denoised).toFixed(1)).toBe(after);
  });

  it("compression loses what is stated", async () => {
    const { compressed, image } = await example("compression");
    const { psnr } = await example("support");
    const [, five, one] = /PSNR is ([\d.]+) dB with 5 % of them, ([\d.]+) dB with 1 %/.exec(readme)!;
    expect(psnr(image, compressed(0.05)).toFixed(1)).toBe(five);
    expect(psnr(image, compressed(0.01)).toFixed(1)).toBe(one);
    expect(psnr(image, compressed(1))).toBeGreaterThan(200);
  });

  it("the scalogram is largest at the chirp's frequency", async () => {
    const { chirp, freqs, magnitude } = await example("scalogram");
    for (const sample of [500, 1000, 1500]) {
      const column = Array.from(freqs as Float64Array, (_, row) => magnitude[row * chirp.length + sample]);
      const found = freqs[column.indexOf(Math.max(...column))];
      expect(found / (10 + 80 * (sample / 1000))).toBeCloseTo(1, 1);
    }
  });
});
