// One process of the memory part: a model with random weights, and a few steps of one side. Prints JSON.
import { readFileSync } from "node:fs";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { AutoConfig, AutoModelForCausalLM } from "../../packages/transformers/dist/index.js";
import { openSteps, opt350m } from "./model.mjs";

const { side, blocks, sizes, adapter, runs } = JSON.parse(process.argv[2]);

/** The greatest resident set of this program, in bytes. */
const peakOf = () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;

const device = await onnxEngine("cpu");
const base = AutoModelForCausalLM.fromConfig(AutoConfig.fromJson(opt350m(blocks)), { seed: 1, device });
const { steps } = openSteps(base, [side], sizes, adapter, device);
for (let i = 0; i < runs; i++) {
  steps[side].prepare();
  await steps[side].step();
}
console.log(JSON.stringify({ peak: peakOf() }));
