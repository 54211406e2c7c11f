// Ours on ONNX Runtime's wasm build, in the same browser as the peers.
import * as A from "@waveft/autograd";
import { onnxEngine } from "@waveft/engine-onnx";
import { makeBlocks } from "../ours.mjs";
import { serve } from "./page.mjs";

serve(async ({ config, blocks }) => {
  const url = "/ort/ort.wasm.min.mjs";
  const runtime = await import(url);
  const threads = navigator.hardwareConcurrency;
  const engine = await onnxEngine("wasm", { runtime, threads });
  const { graph, feeds } = makeBlocks(A, config, blocks);
  const executable = await engine.compile(graph);
  const launch = async () => {
    const [loss, dx] = await executable.run(feeds);
    return { loss: loss.data[0], dx: dx.data };
  };
  return { launch, about: { threads } };
});
