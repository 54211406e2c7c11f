import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "@waveft/browser-test";
import { bundle, noChromium, openBrowser } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksOf } from "./suite";

const web = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
/** What onnxruntime-web loads at run time, from beside the bundle. */
const files = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) =>
  ["mjs", "wasm"].map((type) => `${name}.${type}`),
);

describe.skipIf(noChromium !== "")(`in Chromium${noChromium}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<Browser["open"]>>;
  // As text, because the test runner rewrites imports inside functions.
  const ask = <T>(call: string): Promise<T> =>
    page.evaluate<T>(`import("/page.js").then((it) => it.${call})`);

  beforeAll(async () => {
    const entry = fileURLToPath(new URL("./browser/page.ts", import.meta.url));
    const body = await bundle(entry);
    browser = await openBrowser(
      {
        "/page.js": { type: "text/javascript", body },
        ...Object.fromEntries(files.map((file) => [`/${file}`, { file: join(web, file) }])),
      },
      { gpu: true },
    );
    page = await browser.open();
  }, 120_000);
  afterAll(() => browser?.close());

  describe.each(["wasm", "webgpu"] as const)("onnx:%s", (provider) => {
    describe("is right in", () => {
      let found: Readonly<Record<string, readonly string[]>>;
      beforeAll(async () => {
        found = await ask(`check("${provider}")`);
      }, 300_000);

      test.each(checksOf(`onnx:${provider}`).map(({ name }) => name))("%s", (name) => {
        expect(found[name]).toEqual([]);
      });
    });

    test("half-precision parameters, fed and embedded", async () => {
      const each = [80, "Uint16Array", 0x3c00, 80, "Uint16Array", 0x3f80];
      expect(await ask(`halves("${provider}")`)).toEqual([...each, ...each]);
    });

    test("graphs that run at the same time", async () => {
      expect(await ask(`together("${provider}")`)).toEqual([2, 8, 18, 32]);
    });
  });
});
