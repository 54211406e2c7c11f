import { readFileSync } from "node:fs";
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

/** Counts the buffers of a page's GPU where they are made and destroyed. */
const bufferCount = `
  globalThis.liveBuffers = 0;
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (...args) { liveBuffers++; return createBuffer.apply(this, args); };
  GPUBuffer.prototype.destroy = function () { liveBuffers--; return destroy.apply(this); };
`;

describe.skipIf(noChromium !== "")(`in Chromium${noChromium}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<Browser["open"]>>;
  /** Of the page's process, after garbage collection. */
  const residentMegabytes = async (): Promise<number> => {
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const whole = await page.context().browser()!.newBrowserCDPSession();
    const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
    const sizes = processInfo
      .filter(({ type }) => type === "renderer")
      .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))![1]) / 1024);
    await session.detach();
    await whole.detach();
    return Math.max(...sizes);
  };
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
    page = await browser.open(bufferCount);
  }, 120_000);
  afterAll(() => browser?.close());

  describe.each(["wasm", "webgpu"] as const)("onnx:%s", (provider) => {
    describe("is right in", () => {
      let found: Readonly<Record<string, readonly string[]>>;
      beforeAll(async () => {
        found = await ask(`check("${provider}")`);
      }, 300_000);

      test.each(checksOf(`onnx:${provider}`, provider === "webgpu").map(({ name }) => name))("%s", (name) => {
        expect(found[name]).toEqual([]);
      });
    });

    test("bfloat16 parameters, fed and embedded, or what the device lacks", async () => {
      const each = [80, "Uint16Array", 0x3f80];
      const result = ask(`half("${provider}", "bfloat16")`);
      // ONNX Runtime's WebGPU for browsers has no cast from bfloat16.
      if (provider === "webgpu")
        await expect(result).rejects.toThrow("onnx:webgpu: ONNX Runtime refused the graph");
      else expect(await result).toEqual([...each, ...each]);
    });

    // Chromium's GPU in software has no float16: there it is cast on the CPU.
    test("float16 parameters, fed and embedded", async () => {
      const each = [80, "Uint16Array", 0x3c00];
      expect(await ask(`half("${provider}", "float16")`)).toEqual([...each, ...each]);
    });

    test("parameters are assigned to", async () => {
      expect(await ask(`state("${provider}")`)).toEqual({});
    }, 120_000);

    test("graphs that run at the same time", async () => {
      expect(await ask(`together("${provider}")`)).toEqual([2, 8, 18, 32]);
    });
  });

  test("700 steps of training on onnx:wasm take no more memory than 300", async () => {
    const loss = await ask<number>(`train("wasm", 256, 1)`);
    await ask(`train("wasm", 256, 299)`);
    const before = await residentMegabytes();
    const last = await ask(`train("wasm", 256, 400)`);
    // A gradient kept at every step would be 100 MB.
    expect((await residentMegabytes()) - before).toBeLessThan(50);
    expect(last).toBeLessThan(loss / 4);
  }, 120_000);

  test("500 steps of training on onnx:webgpu hold as many buffers as 100", async () => {
    const loss = await ask<number>(`train("webgpu", 16, 1)`);
    await ask(`train("webgpu", 16, 99)`);
    const before = await page.evaluate("liveBuffers");
    const last = await ask(`train("webgpu", 16, 400)`);
    expect(await page.evaluate("liveBuffers")).toBe(before);
    expect(last).toBeLessThan(loss * 0.8);
  }, 120_000);
});
