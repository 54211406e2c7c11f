// One process of part 4. Prints JSON: seconds of each phase.
import * as A from "../../packages/autograd/dist/index.js";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { timed } from "./measure.mjs";
import { makeBlocks, makeParameters } from "./ours.mjs";
import { loadRuntime } from "./runtime.mjs";

const { config, blocks } = JSON.parse(process.argv[2]);
// All blocks share one block's numbers: compiling reads none of them.
const parameters = makeParameters(A, config, blocks, { shared: true });

const seconds = { session: 0 };
/** ONNX Runtime with a stopwatch. */
const watched = (runtime) => {
  const create = async (...args) => {
    let session;
    seconds.session += await timed(async () => {
      session = await runtime.InferenceSession.create(...args);
    });
    return session;
  };
  return { ...runtime, InferenceSession: { create } };
};
let engine;
// Once in a process, whatever is compiled: not in the total.
seconds.load = await timed(async () => {
  engine = await onnxEngine("cpu", { runtime: watched(loadRuntime()) });
});
const { graph } = makeBlocks(A, config, blocks, { parameters, seconds });
const engineTime = await timed(() => engine.compile(graph));
seconds.lowering = engineTime - seconds.session;
seconds.total = seconds.trace + seconds.gradients + engineTime;
console.log(JSON.stringify({ ...seconds, nodes: graph.nodes.length }));
process.exit();
