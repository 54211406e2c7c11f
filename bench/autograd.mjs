// @waveft/autograd and @waveft/engine-onnx, measured beside their real peers in one run.
//   pnpm bench autograd [--quick] [--only part] [--runs n] [--blocks n] [--dtype name] [--session json] [--profile]
//     [--json file]
// The graph is a stack of decoder blocks of OPT-350m's shape (width 1024, feed-forward 4096, 16 heads, 1024 positions)
// with frozen weights, forward and backward to its input, unless a line says "small" (128, 512, 4, 64) or --quick
// makes everything small. What is compared takes turns within one run, and medians count. GFLOP/s counts matrix
// products only, attention's in full though it is causal. A goal stands in the last column, with what came of it.
//
//   throughput  The stack as one plan on onnx:cpu, and ONNX Runtime's own MatMul of the linear layers' shapes (each
//               weighted as it occurs, operands fed in place, the result written in place). "of MatMul" is the ratio of
//               a stack's GFLOP/s to that of the products timed right after it. "with adapters" adds
//               low-rank adapters (rank 16) on query and value, with their gradients. --dtype float16 or bfloat16
//               stores the weights so; --profile tells the time op by op (it costs a run with ONNX Runtime's
//               profiling); --session takes ONNX Runtime's session options as JSON.
//   peers       tfjs and jax-js on wasm, in headless Chromium with shared memory (in Node neither has threads): loss and
//               gradient of one block. "× ours" is a time by that of onnx:cpu in Node, "× wasm" by that of onnx:wasm in
//               the same Chromium. "off by" is the relative difference of loss and gradient from ours; above 1e-3 is
//               an error. jax-js and ours take a thread a core; tfjs 4.22 takes one, whatever it is told.
//   launch      One plan against the sum of its ops: every op a plan of its own, run one after another on host tensors,
//               values let go after their last reader. "MB" is the growth of the resident set at its peak, of compiling
//               and running together. Each number is of processes of its own, three a way (see launch.mjs).
//   compile     From the function to a session on onnx:cpu, 24 blocks, in processes of their own.
//   gpu         What the built-in engine reaches without a GPU. No goal.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { opt350m, small } from "./autograd/blocks.mjs";
import { compileTime } from "./autograd/compile-time.mjs";
import { gpu } from "./autograd/gpu.mjs";
import { launch } from "./autograd/launch.mjs";
import { peers } from "./autograd/peers.mjs";
import { goals, printTable, rowsOf } from "./autograd/report.mjs";
import { runtimeVersion } from "./autograd/runtime.mjs";
import { throughput } from "./autograd/throughput.mjs";

const fail = (message) => {
  console.error(`error: ${message}`);
  process.exit(2);
};

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        runs: { type: "string" },
        blocks: { type: "string", default: "2" },
        dtype: { type: "string", default: "float32" },
        session: { type: "string", default: "{}" },
        profile: { type: "boolean", default: false },
        json: { type: "string" },
      },
    }).values;
  } catch (error) {
    return fail(error.message);
  }
};
const flags = readFlags();
const positive = (name, text) => {
  const number = Number(text);
  return Number.isInteger(number) && number > 0
    ? number
    : fail(`--${name} is a positive integer, not "${text}"`);
};
const { quick, dtype, profile } = flags;
if (!["float32", "float16", "bfloat16"].includes(dtype))
  fail(`--dtype is float32, float16 or bfloat16, not "${dtype}"`);
const readSession = () => {
  try {
    return JSON.parse(flags.session);
  } catch {
    return fail(`--session is JSON, for example '{"intraOpNumThreads":1}', not ${flags.session}`);
  }
};
const session = readSession();
const runs = positive("runs", flags.runs ?? (quick ? "3" : "7"));
const blocks = positive("blocks", flags.blocks);
const config = quick ? small : opt350m;
const sizes = { full: config, small };

const parts = {
  throughput: () => throughput({ config, blocks, runs, dtype, profile, session }),
  peers: () => peers({ config, blocks: 1, runs: Math.min(runs, 5) }),
  launch: () =>
    launch({
      runs: Math.min(runs, 5),
      processes: quick ? 1 : 3,
      cases: [
        ...(quick ? [] : [{ device: "onnx:cpu", size: "full" }]),
        ...["onnx:cpu", "gpu:webasm", "gpu:cpu"].map((device) => ({ device, size: "small" })),
      ].map((one) => ({ ...one, config: sizes[one.size], blocks: 1 })),
    }),
  compile: () => compileTime({ config, blocks: 24, runs: Math.min(runs, 5) }),
  gpu: () => gpu({ config: small, blocks: 2, runs }),
};
if (flags.only !== undefined && !Object.hasOwn(parts, flags.only))
  fail(`no part "${flags.only}"; there are ${Object.keys(parts).join(", ")}`);

const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? process.arch}`;
console.log(
  `${machine}; onnxruntime-node ${runtimeVersion}; ${quick ? "quick: all sizes small" : "OPT-350m shapes"}`,
);
const results = {};
for (const [name, run] of Object.entries(parts)) {
  if (flags.only !== undefined && flags.only !== name) continue;
  if (process.stderr.isTTY) process.stderr.write(`\r${name.padEnd(30)}`);
  try {
    results[name] = await run();
  } catch (error) {
    results[name] = { skipped: `${name}: failed (${error.message.split("\n")[0]})` };
    process.exitCode = 1;
  }
}
if (process.stderr.isTTY) process.stderr.write(`\r${"".padEnd(30)}\r`);
if (Object.values(results).some(({ rows }) => rows?.some(({ agrees }) => agrees === false)))
  process.exitCode = 1;
printTable(rowsOf(results, { quick }));
if (flags.json !== undefined)
  writeFileSync(
    flags.json,
    `${JSON.stringify({ machine, runtimeVersion, flags, goals, results }, null, 2)}\n`,
  );
