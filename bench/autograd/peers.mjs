// Part 2: the stack beside tfjs and jax-js, both on wasm in headless Chromium, where alone they have threads.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as A from "../../packages/autograd/dist/index.js";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { flopsOf } from "./blocks.mjs";
import { median, relativeError, timed } from "./measure.mjs";
import { makeBlocks } from "./ours.mjs";
import { requireOfEngine, runtimeVersion } from "./runtime.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Files of a folder that end so, served under a prefix. */
const filesOf = (prefix, folder, end) =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => end.test(name))
      .map((name) => [prefix + name, { file: join(folder, name) }]),
  );

const installed = (name) => path(`../node_modules/${name}`);
const versionIn = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

const webRuntime = () => dirname(requireOfEngine.resolve("onnxruntime-web"));

/** What runs in a page of its own: how to name it, its package's folder, and the files it fetches. */
const pages = [
  {
    page: "tfjs",
    name: "tfjs wasm",
    folder: () => installed("@tensorflow/tfjs-backend-wasm"),
    files: (folder) => filesOf("/tfjs/", join(folder, "wasm-out"), /\.wasm$/),
  },
  { page: "jax", name: "jax-js wasm", folder: () => installed("@jax-js/jax"), files: () => ({}) },
  {
    page: "ours",
    name: "onnx:wasm",
    ours: true,
    folder: () => dirname(webRuntime()),
    files: () => filesOf("/ort/", webRuntime(), /^ort(\.wasm\.min\.mjs|-wasm-simd-threaded\.(mjs|wasm))$/),
  },
];

const firstLine = (error) => error.message.split("\n")[0];

const tolerance = 1e-3;

export const peers = async ({ config, blocks, runs }) => {
  const { noChromium } = await import("@waveft/browser-test");
  if (noChromium !== "") return { skipped: `peers${noChromium}` };
  const { sides, left, close } = await openSides(config, blocks);
  try {
    for (const side of sides) side.values = await side.check();
    const [ours] = sides;
    for (const side of sides) side.error = errorOf(side.values, ours.values);
    for (let round = 0; round < runs; round++)
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) side.samples.push(await side.run());
    const flops = flopsOf(config, blocks);
    const rows = sides.map(({ name, ours, version, where, about, error, samples }) => ({
      ...{ name, ours: ours === true, version, where, about, error, agrees: error < tolerance },
      seconds: samples,
      gflops: flops / median(samples) / 1e9,
      ratio: median(samples) / median(sides[0].samples),
    }));
    return { blocks, rows, left };
  } finally {
    await close();
  }
};

const errorOf = (values, reference) =>
  Math.max(Math.abs(values.loss / reference.loss - 1), relativeError(values.dx, reference.dx));

/** Ours in Node first, then all pages, each with its weights in place. */
const openSides = async (config, blocks) => {
  const { bundle, openBrowser } = await import("@waveft/browser-test");
  const files = {};
  const found = [];
  const left = [];
  for (const page of pages)
    try {
      const folder = page.folder();
      const version = versionIn(folder);
      // ONNX Runtime's build for pages is fetched by the page itself; gpu.js is not used.
      const external = page.ours ? ["onnxruntime-web", "onnxruntime-node", "gpu.js"] : [];
      const body = await bundle(path(`pages/${page.page}.mjs`), { external });
      Object.assign(files, page.files(folder), { [`/${page.page}.js`]: { type: "text/javascript", body } });
      found.push({ ...page, version });
    } catch (error) {
      const reason = error.code === "ENOENT" ? "is not installed" : `cannot be bundled (${firstLine(error)})`;
      left.push(`${page.name}: ${reason}; run pnpm install`);
    }
  const here = await openHere(config, blocks);
  const browser = await openBrowser(files);
  const close = async () => {
    await here.close();
    await browser.close();
  };
  try {
    const sides = [here];
    for (const page of found)
      try {
        sides.push(await openPage(browser, page, config, blocks));
      } catch (error) {
        left.push(`${page.name}: does not run (${firstLine(error)})`);
      }
    return { sides, left, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const openHere = async (config, blocks) => {
  const engine = await onnxEngine("cpu");
  const { graph, feeds } = makeBlocks(A, config, blocks);
  const executable = await engine.compile(graph);
  return {
    ...{ name: "onnx:cpu", ours: true, version: runtimeVersion, where: "Node", about: {}, samples: [] },
    check: async () => {
      const [loss, dx] = await executable.run(feeds);
      return { loss: loss.data[0], dx: dx.data };
    },
    run: () => timed(() => executable.run(feeds)),
    close: () => executable.dispose(),
  };
};

const openPage = async (browser, { page: file, name, ours, version }, config, blocks) => {
  const page = await browser.open();
  await page.addScriptTag({ type: "module", content: `import "/${file}.js"; globalThis.loaded = true;` });
  await page.waitForFunction("globalThis.loaded === true");
  const about = await page.evaluate((options) => globalThis.bench.open(options), { config, blocks });
  const run = () => page.evaluate(() => globalThis.bench.run());
  return {
    ...{ name, ours, version, where: "Chromium", about, samples: [] },
    // Twice: what compiles itself on its way needs more than one launch.
    check: async () => {
      await run();
      await run();
      const { loss, dx } = await page.evaluate(() => globalThis.bench.result());
      const bytes = Buffer.from(dx, "base64");
      return { loss, dx: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
    },
    run,
  };
};
