import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Engine, resolveDevice } from "@waveft/autograd";
import type { Browser } from "@waveft/browser-test";
import { bundle, loadVulkan, noChromium, noVulkan, openBrowser } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LayerCase, layerErrors } from "./layer-check";
import { golden, readJson, readTensors } from "./support";

// Shapes, wavelets and numbers of PEFT's; every form of an adapted layer gives them on every engine.
const { cases } = readJson<{ cases: readonly (Record<string, unknown> & { out: number; in: number })[] }>(
  golden("delta.json"),
);
const tensors = await readTensors(golden("delta.safetensors"));
const layers = cases.map(({ out, in: width, ...config }, c): LayerCase => {
  const of = (name: string) => tensors.get(`${c}.${name}`)!.data;
  const arrays = {
    coefficients: of("coefficients"),
    delta: of("delta"),
    x: of("x"),
    dy: of("dy"),
    gradient: of("gradient"),
  };
  return { config, out, in: width, arrays };
});
const named = layers.map((layer) => {
  const { use_idwt, wavelet_family } = layer.config;
  return [`${layer.out}×${layer.in} ${use_idwt ? wavelet_family : "direct"}`, layer] as const;
});
// GPUs in software take a second a layer: two wavelets and one layer without.
const few = ["db1", "db4", "direct"].flatMap((name) => named.find(([title]) => title.endsWith(name)) ?? []);
const some = named.filter(([title]) => few.includes(title));

const expectRight = (errors: Readonly<Record<string, number>>): void => {
  for (const [form, error] of Object.entries(errors)) expect(error, form).toBeLessThan(1e-5);
};

describe.each(["gpu:cpu", "onnx:cpu", "gpu:webasm", "onnx:wasm"])("on %s", (device) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await resolveDevice(device);
  });
  test.each(device.endsWith(":cpu") ? named : some)("%s", async (_, layer) => {
    expectRight(await layerErrors(engine, layer));
  });
});

describe.skipIf(noVulkan !== "")(`on GPUs in Node${noVulkan}`, () => {
  beforeAll(() => loadVulkan());
  describe.each(["gpu:webgpu", "onnx:webgpu"])("on %s", (device) => {
    test.each(some)("%s", async (_, layer) => {
      expectRight(await layerErrors(await resolveDevice(device), layer));
    });
  });
});

const web = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
const files = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) =>
  ["mjs", "wasm"].map((type) => `${name}.${type}`),
);

describe.skipIf(noChromium !== "")(`in Chromium${noChromium}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<Browser["open"]>>;
  beforeAll(async () => {
    const body = await bundle(fileURLToPath(new URL("./browser/page.ts", import.meta.url)));
    const served = Object.fromEntries(files.map((file) => [`/${file}`, { file: join(web, file) }]));
    browser = await openBrowser({ "/page.js": { type: "text/javascript", body }, ...served }, { gpu: true });
    page = await browser.open();
  }, 120_000);
  afterAll(() => browser?.close());

  describe.each(["gpu:webgl2", "gpu:webgpu", "gpu:webasm", "onnx:wasm", "onnx:webgpu"])("on %s", (device) => {
    test.each(some)(
      "%s",
      async (_, layer) => {
        // As text, because the test runner rewrites imports inside functions.
        const call = `check(${JSON.stringify(device)}, ${JSON.stringify(layer)})`;
        expectRight(await page.evaluate(`import("/page.js").then((it) => it.${call})`));
      },
      60_000,
    );
  });
});
