// Part 1: the stack as one plan on onnx:cpu beside ONNX Runtime's own MatMul of the same shapes.
import * as A from "../../packages/autograd/dist/index.js";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { flopsOf, productsOf, random } from "./blocks.mjs";
import { median, timedAlone } from "./measure.mjs";
import { adapterFlops, makeBlocks, makeParameters } from "./ours.mjs";
import { openProduct } from "./runtime.mjs";

/** Each round runs all products and all stacks in turn; a ratio is of one round, and the median counts. */
export const throughput = async ({ config, blocks, runs, dtype, profile, session }) => {
  const engine = await onnxEngine("cpu", { session });
  const parameters = makeParameters(A, config, blocks, { dtype });
  const stacks = [];
  for (const wanted of ["input", "loss", "adapters"]) {
    const { graph, feeds } = makeBlocks(A, config, blocks, { wanted, parameters, dtype });
    const flops =
      flopsOf(config, blocks, wanted !== "loss") + (wanted === "adapters" ? adapterFlops(config, blocks) : 0);
    stacks.push({ wanted, flops, feeds, executable: await engine.compile(graph), samples: [] });
  }
  const products = [];
  for (const { size, times } of productsOf(config)) {
    const [m, k, n] = size;
    const { run, close } = await openProduct(A, size, random(m * k, 1), random(k * n, 2));
    products.push({ size, times, run, close, flops: 2 * m * k * n, samples: [] });
  }
  for (let round = 0; round <= runs; round++) {
    for (const { executable, feeds, samples } of stacks) {
      samples.push(await timedAlone(() => executable.run(feeds)));
      for (const product of products)
        product.samples.push((await timedAlone(() => repeat(product.run, product.times))) / product.times);
    }
    // The first round warms up.
    if (round === 0) for (const { samples } of [...stacks, ...products]) samples.length = 0;
  }
  const work = products.reduce((total, { flops, times }) => total + flops * times, 0);
  // As many samples of the products as of all stacks together: those taken after a stack are its neighbours.
  const productRates = products[0].samples.map(
    (_, i) => work / products.reduce((total, { samples, times }) => total + samples[i] * times, 0),
  );
  const rows = stacks.map(({ wanted, flops, samples }, at) => {
    const rates = samples.map((seconds) => flops / seconds);
    const ratios = rates.map((rate, round) => rate / productRates[round * stacks.length + at]);
    return { wanted, flops, seconds: samples, gflops: median(rates) / 1e9, ratio: median(ratios) };
  });
  const times = profile ? await profileOf(stacks[0]) : null;
  for (const { executable } of stacks) await executable.dispose();
  for (const { close } of products) await close();
  return {
    blocks,
    dtype,
    rows,
    product: median(productRates) / 1e9,
    products: products.map(({ size, flops, samples }) => ({
      size,
      seconds: samples,
      gflops: flops / median(samples) / 1e9,
    })),
    profile: times,
  };
};

const repeat = async (run, times) => {
  for (let i = 0; i < times; i++) await run();
};

/** Milliseconds op by op, where the engine can tell. */
const profileOf = async ({ executable, feeds }) =>
  executable.profile === undefined ? null : executable.profile(feeds);
