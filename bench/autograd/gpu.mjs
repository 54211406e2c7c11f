// Part 5: what the built-in engine reaches without a GPU, for orientation.
import * as A from "../../packages/autograd/dist/index.js";
import { flopsOf } from "./blocks.mjs";
import { median, timed } from "./measure.mjs";
import { makeBlocks } from "./ours.mjs";

export const gpu = async ({ config, blocks, runs }) => {
  const sides = [];
  for (const device of ["gpu:webasm", "gpu:cpu"]) {
    const engine = await A.resolveDevice(device);
    const { graph, feeds } = makeBlocks(A, config, blocks);
    const executable = await engine.compile(graph);
    await executable.run(feeds);
    sides.push({ device, executable, feeds, samples: [] });
  }
  for (let round = 0; round < runs; round++)
    for (const { executable, feeds, samples } of sides)
      samples.push(await timed(() => executable.run(feeds)));
  const rows = sides.map(({ device, samples }) => ({
    ...{ device, seconds: samples },
    gflops: flopsOf(config, blocks) / median(samples) / 1e9,
  }));
  for (const { executable } of sides) await executable.dispose();
  return { blocks, rows };
};
