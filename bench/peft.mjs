// @waveft/peft beside PEFT with torch, and beside its own frozen base, in one run; WaveFT in float32 on onnx:cpu.
//   pnpm bench peft [--only part] [--quick] [--runs n] [--blocks n] [--batch n] [--length n] [--coefficients n]
//     [--wavelet name] [--threads n] [--python path] [--json file]
// A model of opt-350m's shape with random weights; a step is forward and backward over the loss of all tokens.
//
//   model       Steps of the frozen base, with q and v adapted, and with all linear layers, here and in PEFT: all take
//               turns within a round, "by frozen" is of one round, and medians count. Ours before a step: the host
//               writes the merged weights anew, as after an optimizer's step. And the time of creating the adapters.
//               At the end both compute the loss of one model and adapter that Python wrote.
//   memory      Peak of the resident set of processes that run three steps of one side each.
//   strategies  One 1024 × 1024 layer at 1,024 tokens, every way to compute it over filter lengths and numbers of
//               coefficients: which is fastest, and which is taken.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { printMemory, printModel, printStrategies } from "./peft/report.mjs";
import { strategies } from "./peft/strategies.mjs";
import { memory, wholeModel } from "./peft/whole-model.mjs";

const fail = (message) => {
  console.error(`error: ${message}`);
  process.exit(2);
};

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        runs: { type: "string", default: "5" },
        blocks: { type: "string" },
        batch: { type: "string", default: "4" },
        length: { type: "string", default: "256" },
        coefficients: { type: "string", default: "2592" },
        wavelet: { type: "string", default: "db1" },
        threads: { type: "string" },
        python: { type: "string", default: process.env.WAVEFT_PYTHON ?? "python3" },
        json: { type: "string" },
      },
    }).values;
  } catch (error) {
    return fail(error.message);
  }
};
const flags = readFlags();
const positive = (name) => {
  const number = Number(flags[name]);
  return Number.isInteger(number) && number > 0
    ? number
    : fail(`--${name} is a positive integer, not "${flags[name]}"`);
};

const runs = positive("runs");
const blocks = flags.blocks === undefined ? (flags.quick ? 2 : 24) : positive("blocks");
const sizes = { batch: positive("batch"), length: positive("length"), vocabulary: 50272 };
const adapter = { count: positive("coefficients"), wavelet: flags.wavelet, merged: flags.wavelet === "db1" };
const threads = flags.threads === undefined ? undefined : positive("threads");

const wavelets = { db1: 2, db2: 4, db4: 8, db10: 20, sym20: 40, db38: 76 };
const grid = flags.quick
  ? {
      wavelets: [
        ["db1", 2],
        ["db10", 20],
      ],
      counts: [2592, 100_000],
    }
  : { wavelets: Object.entries(wavelets), counts: [100, 2592, 10_000, 100_000, 1_000_000] };

const parts = {
  model: async () => {
    const result = await wholeModel({ blocks, sizes, adapter, runs, python: flags.python, threads });
    printModel(result);
    return result;
  },
  memory: async () => {
    const result = await memory({ blocks, sizes, adapter });
    printMemory(result);
    return result;
  },
  strategies: async () => {
    const result = await strategies({ size: { out: 1024, width: 1024, tokens: 1024 }, ...grid, runs });
    printStrategies(result);
    return result;
  },
};
if (flags.only !== undefined && !Object.hasOwn(parts, flags.only))
  fail(`no part "${flags.only}"; there are ${Object.keys(parts).join(", ")}`);

const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? process.arch}`;
console.log(`${machine}\n`);
const results = {};
for (const [name, run] of Object.entries(parts))
  if (flags.only === undefined || flags.only === name) results[name] = await run();
if (flags.json !== undefined)
  writeFileSync(flags.json, `${JSON.stringify({ machine, flags, results }, null, 2)}\n`);
