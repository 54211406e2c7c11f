import { existsSync, realpathSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { constants, tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "tsup";

export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const noChromium = existsSync(chromiumPath)
  ? ""
  : ` (skipped: no Chromium at ${chromiumPath}; name one by CHROMIUM)`;

export async function bundle(entry, { minify = false, external = [] } = {}) {
  const outDir = await mkdtemp(join(tmpdir(), "waveft-bundle-"));
  try {
    await build({
      entry: [entry],
      outDir,
      minify,
      external,
      format: "esm",
      splitting: false,
      platform: "browser",
      target: "es2022",
      // A negative pattern: `noExternal` would win over `external`.
      noExternal: external.length === 0 ? [/./] : [],
      esbuildOptions: (options) => {
        options.conditions = ["waveft-source", "browser", "import", "module", "default"];
      },
      treeshake: true,
      config: false,
      silent: true,
    });
    const files = await readdir(outDir);
    if (files.length !== 1) throw new Error(`one file expected of ${entry}, got ${files.join(", ")}`);
    return await readFile(join(outDir, files[0]), "utf8");
  } finally {
    await rm(outDir, { recursive: true });
  }
}

/** Chromium's own folder, where its Vulkan driver lies: behind the link, or where Debian's launcher script leads. */
const vulkanFolder = (
  noChromium === "" ? [dirname(realpathSync(chromiumPath)), "/usr/lib/chromium"] : []
).find(
  (folder) =>
    existsSync(join(folder, "vk_swiftshader_icd.json")) && existsSync(join(folder, "libvulkan.so.1")),
);

export const noVulkan =
  vulkanFolder === undefined
    ? ` (skipped: no vk_swiftshader_icd.json and libvulkan.so.1 beside Chromium, ${chromiumPath}; name one by CHROMIUM)`
    : "";

// The usual reporter of the tests counts what is skipped, and leaves out names and reasons.
if (noChromium !== "") console.warn(`browser tests${noChromium}`);
else if (noVulkan !== "") console.warn(`tests of WebGPU in Node${noVulkan}`);

export function loadVulkan() {
  if (vulkanFolder === undefined) throw new Error(`loadVulkan:${noVulkan}`);
  process.env.VK_DRIVER_FILES = join(vulkanFolder, "vk_swiftshader_icd.json");
  // RTLD_NODELETE: it stays loaded, and who asks for libvulkan.so.1 by name then gets this one.
  const stay = 0x1000;
  try {
    process.dlopen({ exports: {} }, join(vulkanFolder, "libvulkan.so.1"), constants.dlopen.RTLD_NOW | stay);
  } catch (error) {
    // Loaded, though it is no module of Node's.
    if (!/did not self-register/.test(error.message)) throw error;
  }
}

/** Nothing of the browser's own over the network. */
const quiet = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** SwiftShader, Chromium's GPU in software, for WebGL2 and WebGPU. */
const softwareGpu = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

const answer = async (served) => {
  if (served === undefined) return { status: 404, type: "text/plain", body: "not found" };
  if ("body" in served) return { status: 200, ...served };
  const type = types[extname(served.file)] ?? "application/octet-stream";
  return { status: 200, type, body: await readFile(served.file) };
};

export async function openBrowser(files, { gpu = false } = {}) {
  const all = { "/": { type: "text/html", body: "<!doctype html><title>waveft</title>" }, ...files };
  const server = createServer(async ({ url }, response) => {
    const { status, type, body } = await answer(all[url.split("?")[0]]);
    response.writeHead(status, {
      "content-type": type,
      // Shared memory, for WebAssembly with threads.
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const args = [...quiet, ...(gpu ? softwareGpu : ["--disable-gpu"])];
  const browser = await chromium.launch({ executablePath: chromiumPath, args, chromiumSandbox: false });
  return {
    open: async (setup = "") => {
      const page = await browser.newPage();
      await page.addInitScript(setup);
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
