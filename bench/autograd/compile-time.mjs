// Part 4: what it takes until a stack of 24 blocks, forward + backward, can be launched on onnx:cpu.
import { inChild, median } from "./measure.mjs";

const phases = ["trace", "gradients", "lowering", "session"];

/** In new processes: nothing is compiled by V8, or cached by us, beforehand. */
export const compileTime = async ({ config, blocks, runs }) => {
  const samples = [];
  for (let i = 0; i < runs; i++) samples.push(await inChild("compile-child.mjs", { config, blocks }));
  const medianOf = (field) => median(samples.map((sample) => sample[field]));
  return {
    ...{ blocks, nodes: samples[0].nodes, total: medianOf("total"), load: medianOf("load"), samples },
    phases: Object.fromEntries(phases.map((phase) => [phase, medianOf(phase)])),
  };
};
