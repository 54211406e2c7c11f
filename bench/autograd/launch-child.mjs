// One process of part 3: a block stack as one plan, or op by op on host tensors. Prints JSON.
import { readFileSync } from "node:fs";
import * as A from "../../packages/autograd/dist/index.js";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { median, timed } from "./measure.mjs";
import { makeBlocks } from "./ours.mjs";

const { device, way, config, blocks, runs } = JSON.parse(process.argv[2]);

/** Nodes as graphs of one op: computed inputs are fed, parameters and constants stay what they are. */
const alone = async (engine, node) => {
  const fed = [...new Set(node.inputs)].filter(({ op }) => op !== "parameter" && op !== "constant");
  const leaves = fed.map(({ shape, dtype }, index) => new A.Tensor("input", [], { index }, shape, dtype));
  const inputs = node.inputs.map((input) => leaves[fed.indexOf(input)] ?? input);
  const { op, attributes, shape, dtype, definition } = node;
  const single = new A.Tensor(op, inputs, attributes, shape, dtype, definition);
  return { node, fed, executable: await engine.compile(A.makeGraph(leaves, [single])) };
};

/** Runs op after op; a value is let go after its last reader, as an eager library would. */
const opByOp = async (engine, graph) => {
  const steps = [];
  for (const node of graph.nodes) if (node.definition !== null) steps.push(await alone(engine, node));
  const lastReader = new Map(steps.flatMap((step) => step.fed.map((input) => [input, step])));
  const kept = new Set(graph.outputs);
  const run = async (feeds) => {
    const values = new Map(graph.inputs.map((input, i) => [input, feeds[i]]));
    for (const step of steps) {
      const [value] = await step.executable.run(step.fed.map((input) => values.get(input)));
      values.set(step.node, value);
      for (const input of step.fed)
        if (lastReader.get(input) === step && !kept.has(input)) values.delete(input);
    }
    return graph.outputs.map((output) => values.get(output));
  };
  return { run, count: steps.length };
};

/** Session options that favour many sessions; ours among them, which these replace. */
const withoutSpinning = {
  extra: {
    session: { intra_op: { allow_spinning: "0" } },
    optimization: { disable_specified_optimizers: "ConstantFolding" },
  },
};
const openEngine = () => {
  if (device !== "onnx:cpu" || way === "plan") return A.resolveDevice(device);
  return onnxEngine("cpu", { session: withoutSpinning, memory: way === "frugalOps" ? "low" : "fast" });
};

/** The greatest resident set of this program, in bytes. What Node tells counts its parent's too on Linux. */
const peakOf = () => {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
};

const engine = await openEngine();
const { graph, feeds } = makeBlocks(A, config, blocks);
const before = process.memoryUsage.rss();
let side;
const compile = await timed(async () => {
  side = way === "plan" ? await engine.compile(graph) : await opByOp(engine, graph);
});
const [loss] = await side.run(feeds);
const samples = [];
for (let i = 0; i < runs; i++) samples.push(await timed(() => side.run(feeds)));
console.log(
  JSON.stringify({
    ...{ compile, seconds: median(samples), megabytes: (peakOf() - before) / 2 ** 20 },
    ...{ count: side.count, loss: loss.data[0] },
  }),
);
process.exit();
