import { fileURLToPath } from "node:url";
import { bundle, noChromium, openBrowser } from "@waveft/browser-test";
import { beforeAll, describe, expect, it } from "vitest";
import { nearSample, sample, simd } from "./browser/sample";

/** What runs in a page before all else. Some browsers' strict settings take WebAssembly away. */
const pages = { "as it comes": "", "without WebAssembly": "delete globalThis.WebAssembly;" };
type Page = keyof typeof pages;

interface Found {
  readonly simd: boolean;
  readonly results: Readonly<Record<string, string>>;
  readonly near: Readonly<Record<string, readonly number[]>>;
}

describe.skipIf(noChromium !== "")(`Chromium${noChromium}`, () => {
  let here: Found;
  let there: Record<Page, Found>;

  beforeAll(async () => {
    here = { simd: simd(), results: sample(), near: nearSample() };
    there = await visit(await bundle(fileURLToPath(new URL("./browser/sample.ts", import.meta.url))));
  }, 120_000);

  it("has the WebAssembly kernels, as Node has", () => {
    expect([here, there["as it comes"], there["without WebAssembly"]].map((found) => found.simd)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each(Object.keys(pages) as Page[])("%s computes what Node computes, bit for bit", (page) => {
    const { results } = there[page];
    const names = Object.keys(here.results);
    expect(Object.keys(results)).toEqual(names);
    expect(names.filter((name) => results[name] !== here.results[name])).toEqual([]);
  });

  it.each(Object.keys(pages) as Page[])("%s computes cwt to 1e-12", (page) => {
    expect(Object.keys(there[page].near)).toEqual(Object.keys(here.near));
    for (const [name, expected] of Object.entries(here.near)) {
      expect(there[page].near[name]).toBeAllclose(expected, 1e-12);
    }
  });
});

/** What the script's sample gives in each page. */
async function visit(script: string): Promise<Record<Page, Found>> {
  const browser = await openBrowser({ "/sample.js": { type: "text/javascript", body: script } });
  try {
    const result = async (name: Page) => {
      const page = await browser.open(pages[name]);
      // As text, because the test runner rewrites imports inside functions.
      return page.evaluate<Found>(
        'import("/sample.js").then((it) => ({ simd: it.simd(), results: it.sample(), near: it.nearSample() }))',
      );
    };
    return {
      "as it comes": await result("as it comes"),
      "without WebAssembly": await result("without WebAssembly"),
    };
  } finally {
    await browser.close();
  }
}
