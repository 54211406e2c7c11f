import { loadVulkan } from "@waveft/browser-test";
import { test } from "vitest";
import { makeGraph } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import * as ops from "../src/ops";
import { hostTensor } from "../src";
import { inputsLike } from "./op-cases";
test("x", async () => {
  loadVulkan();
  const engine = await gpuEngine("webgpu");
  const f = hostTensor([1, 2], [2, 1]);
  const [x] = inputsLike([f]);
  const big = ops.broadcastTo(x!, [2, 150_000_000]);
  const e = await engine.compile(makeGraph([x!], [ops.slice(big, [0, 0], [2, 3])]));
  const dev = (await (await import("gpu.js") as any).WebGPUContext.acquire()).device;
  console.log(typeof dev.addEventListener, dev instanceof EventTarget);
  try { dev.addEventListener?.("uncapturederror", (ev: any) => console.log("EVENT", ev.error.message.slice(0, 100))); } catch (err) { console.log("no", err); }
  try { console.log((await e.run([f]))[0]!.data); } catch (err) { console.log("threw", String(err).slice(0, 300)); }
}, 60000);
