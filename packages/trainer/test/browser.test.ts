import { fileURLToPath } from "node:url";
import type { Browser } from "@waveft/browser-test";
import { bundle, noChromium, openBrowser } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { losses } from "./browser/page";

const bundled = () => bundle(fileURLToPath(new URL("./browser/page.ts", import.meta.url)));

test("a bundle for browsers imports nothing of Node", async () => {
  expect(await bundled()).not.toMatch(/\bfrom\s*"node:|\bimport\s*\(?\s*"node:|require\("node:/);
}, 60_000);

describe.skipIf(noChromium !== "")(`in Chromium${noChromium}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<Browser["open"]>>;
  // As text, because the test runner rewrites imports inside functions.
  const ask = <T>(call: string): Promise<T> =>
    page.evaluate<T>(`import("/page.js").then((it) => it.${call})`);

  beforeAll(async () => {
    browser = await openBrowser({ "/page.js": { type: "text/javascript", body: await bundled() } });
    page = await browser.open();
  }, 120_000);
  afterAll(() => browser?.close());

  test("it trains as in Node", async () => {
    const there = await ask<number[]>("losses()");
    expect(there[0]).toBeCloseTo(Math.log(16), 1);
    expect(there).toBeAllclose(await losses(), 1e-6);
  });

  test("reading files is refused in one sentence", async () => {
    expect(await ask("readsFiles()")).toMatch(/needs Node/);
  });
});
