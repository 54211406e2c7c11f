import { fileURLToPath } from "node:url";
import type { Browser } from "@waveft/browser-test";
import { bundle, noChromium, openBrowser } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PageMode } from "./browser/entry";
import { supportChecks } from "./support-check";

/** Live objects of a page's GPU, counted where they are made and deleted. */
const counters = `
  globalThis.live = {};
  const watch = (type, make, end, kind, ended = (object) => object) => {
    const { prototype } = globalThis[type] ?? { prototype: null };
    if (prototype === null) return;
    const made = prototype[make];
    prototype[make] = function (...args) {
      live[kind] = (live[kind] ?? 0) + 1;
      return made.apply(this, args);
    };
    const owner = typeof end === "string" ? prototype : end.prototype;
    const name = typeof end === "string" ? end : "destroy";
    const gone = owner[name];
    const seen = new WeakSet();
    owner[name] = function (...args) {
      const object = args.length === 0 ? this : args[0];
      if (object && !seen.has(object)) { seen.add(object); live[kind]--; }
      return gone.apply(this, args);
    };
  };
  watch("WebGL2RenderingContext", "createTexture", "deleteTexture", "textures");
  watch("WebGL2RenderingContext", "createProgram", "deleteProgram", "programs");
  if (globalThis.GPUBuffer) watch("GPUDevice", "createBuffer", GPUBuffer, "buffers");
`;

/** The support matrix, and memory, on a device of Chromium. */
export const browserSuite = (mode: PageMode) =>
  describe.skipIf(noChromium !== "")(`gpu:${mode} in Chromium${noChromium}`, () => {
    let browser: Browser;
    let page: Awaited<ReturnType<Browser["open"]>>;
    let found: Readonly<Record<string, readonly string[]>>;
    // As text, because the test runner rewrites imports inside functions.
    const ask = <T>(call: string): Promise<T> =>
      page.evaluate<T>(`import("/entry.js").then((it) => it.${call})`);
    const live = () => page.evaluate<Record<string, number>>("({ ...live })");

    beforeAll(async () => {
      const entry = fileURLToPath(new URL("./browser/entry.ts", import.meta.url));
      const body = await bundle(entry, { external: ["@waveft/engine-onnx"] });
      browser = await openBrowser({ "/entry.js": { type: "text/javascript", body } }, { gpu: true });
      page = await browser.open(counters);
      found = await ask(`checkSupport("${mode}")`);
    }, 400_000);
    afterAll(() => browser?.close());

    test.each(supportChecks(`gpu:${mode}`).map(({ name }) => name))("%s", (name) => {
      expect(found[name]).toEqual([]);
    });

    test("random graphs agree with gpu:cpu", async () => {
      expect(await ask(`checkRandom("${mode}", ${mode === "webgl2" ? 8 : 25})`)).toEqual({});
    }, 200_000);

    test("parameters are assigned to", async () => {
      expect(await ask(`checkState("${mode}")`)).toEqual({});
    }, 120_000);

    test("profiles by op", async () => {
      expect(await ask(`profileOps("${mode}")`)).toEqual(["exp", "matmul", "softmax"]);
    });

    test("500 steps of training leave memory as it was", async () => {
      const session = await page.context().newCDPSession(page);
      const bytes = async (): Promise<number> => {
        await session.send("HeapProfiler.collectGarbage");
        const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
        return usedSize + backingStorageSize;
      };
      const { first, last } = await ask<{ first: number; last: number }>(`train("${mode}", 500)`);
      expect(last).toBeLessThan(first / 4);
      const [objects, before] = [await live(), await bytes()];
      await ask(`train("${mode}", 500)`);
      expect(await live()).toEqual(objects);
      expect((await bytes()) - before).toBeLessThan(1e6);
    }, 120_000);

    test("plans that come and go leave nothing", async () => {
      await ask(`cycle("${mode}", 0, 2)`);
      const objects = await live();
      await ask(`cycle("${mode}", 2, 20)`);
      expect(await live()).toEqual(objects);
    }, 120_000);
  });
