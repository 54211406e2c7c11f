import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, bundle, noChromium, openBrowser } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

// The tutorial's files, written where packages are found from, and run as a reader would run them.
const docs = fileURLToPath(new URL("..", import.meta.url));
const folder = join(docs, ".tutorial");
const text = readFileSync(join(docs, "autograd-tutorial.md"), "utf8");

interface Trained {
  readonly losses: readonly number[];
  readonly accuracy: number;
  readonly device: string;
  readonly report: readonly string[];
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const [, name, body] of text.matchAll(
    /^```(?:ts|html)\n(?:\/\/|<!--) (\S+)(?: -->)?\n([\s\S]*?)^```$/gm,
  ))
    writeFileSync(join(folder, name!), body!);
  const tsconfig = {
    extends: "../tsconfig.json",
    compilerOptions: { lib: ["ES2023", "DOM"] },
    include: ["./*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a file, and gives what it printed and exported. */
const run = async (name: string): Promise<{ printed: string[]; exports: Record<string, unknown> }> => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const exports: Record<string, unknown> = await import(/* @vite-ignore */ join(folder, name));
  const printed = log.mock.calls.map((call) => call.map(String).join(" "));
  log.mockRestore();
  return { printed, exports };
};

const trainOn = async (device: string): Promise<Trained> => {
  const { exports } = await run("moons.ts");
  return (exports.train as (device: string) => Promise<Trained>)(device);
};

test("the types are right", () => {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const args = [tsc, "--noEmit", "--customConditions", "waveft-source", "-p", folder];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stdout).toBe("");
}, 60_000);

test("the first file prints what the page says", async () => {
  const { printed } = await run("first.ts");
  const [tensor, value, results, graph] = printed;
  expect(tensor).toBe("Tensor(sum, float32[])");
  expect(Number(value)).toBeCloseTo(Math.exp(-1) + Math.exp(-2) + Math.exp(-3), 6);
  expect(text).toContain(value!.slice(0, 6));
  expect(results).toBe("55 12,24");
  const shown = /^```text\n([\s\S]*?)^…$/m.exec(text)![1]!.trim();
  expect(graph!.startsWith(shown)).toBe(true);
});

test("the op's gradients are those of differences", async () => {
  expect((await run("check.ts")).printed).toEqual(["true"]);
});

describe("the network", () => {
  test("learns the moons on the device that auto takes", async () => {
    const { printed } = await run("main.ts");
    expect(printed[0]).toBe("onnx:cpu: taken");
    expect(printed[1]).toMatch(/^onnx:cpu: loss 0\.\d\d → 0\.00\d\d, 100 % right$/);
  });

  test.each(["gpu:cpu", "gpu:webasm"])("learns the same on %s", async (device) => {
    const [here, there] = [await trainOn("onnx:cpu"), await trainOn(device)];
    expect(there.device).toBe(device);
    expect(there.losses.slice(0, 50)).toBeAllclose(here.losses.slice(0, 50), 1e-4);
    expect(there.accuracy).toBe(1);
  });
});

describe.skipIf(noChromium !== "")(`the page${noChromium}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    const built = (name: string) => bundle(join(folder, name), { external: ["@waveft/engine-onnx"] });
    const script = async (name: string) => ({ type: "text/javascript", body: await built(name) });
    const html = { type: "text/html", body: readFileSync(join(folder, "index.html"), "utf8") };
    const files = {
      "/index.html": html,
      "/main.js": await script("page.ts"),
      "/moons.js": await script("moons.ts"),
    };
    browser = await openBrowser(files, { gpu: true });
  }, 60_000);
  afterAll(() => browser.close());

  test("learns as it stands, and tells its device", async () => {
    const page = await browser.open();
    await page.goto(new URL("index.html", page.url()).href);
    await page.waitForFunction("document.getElementById('log').textContent.includes('right')", null, {
      timeout: 60_000,
    });
    const shown = (await page.textContent("#log"))!;
    expect(shown).toMatch(/^gpu:[a-z0-9]+: taken$/m);
    expect(shown).toMatch(/^loss 0\.\d\d → 0\.00\d\d, 100 % right$/m);
  }, 90_000);

  test.each(["gpu:webgpu", "gpu:webgl2", "gpu:webasm"])(
    "learns the same on %s",
    async (device) => {
      const page = await browser.open();
      const there = await page.evaluate<Trained>(
        `import("/moons.js").then(({ train }) => train("${device}"))`,
      );
      const here = await trainOn("gpu:cpu");
      expect(there.device).toBe(device);
      expect(there.losses.slice(0, 50)).toBeAllclose(here.losses.slice(0, 50), 1e-4);
      expect(there.accuracy).toBe(1);
    },
    90_000,
  );
});
