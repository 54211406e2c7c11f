// @waveft/wavelet beside PyWavelets and the npm package discrete-wavelets: their time over ours, so above 1 we are
// faster. Medians of alternating batches; mode symmetric, the greatest level (swt: level 3). PyWavelets gets its
// wavelet as an object, we by name; every result is compared before it is timed.
//   pnpm bench wavelet [--only regexp] [--rounds n] [--python path] [--json file] [--collect]
// CPython frees a result when nothing names it; we hand it back by `recycle`, or leave it to the collector (--collect).
// `--only` matches cells such as "dwt 1024 db4 float32".
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as library from "@waveft/wavelet";
import peer from "discrete-wavelets";
import { geometricMean, here, interleave } from "./interleave.mjs";
import { startPython } from "./python-peer.mjs";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "11" },
    python: { type: "string", default: process.env.WAVEFT_PYTHON ?? "python3" },
    json: { type: "string" },
    collect: { type: "boolean", default: false },
  },
});
const only = new RegExp(flags.only);
const rounds = Number(flags.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`error: --rounds must be a positive integer, got "${flags.rounds}"`);
  process.exit(2);
}

/** By name: an operation that is not exported is left out, and said so. */
const wavelets = { ...library };
const swtLevel = 3;
const grid = [
  ...[2 ** 10, 2 ** 16, 2 ** 20].flatMap((n) =>
    ["dwt", "idwt", "wavedec", "waverec", "swt"].map((op) => ({ op, shape: [n] })),
  ),
  ...[256, 1024].flatMap((n) => ["dwt2", "wavedec2"].map((op) => ({ op, shape: [n, n] }))),
];
const exported = (op) => typeof wavelets[op] === "function";
const skipped = [...new Set(grid.map(({ op }) => op))].filter((op) => !exported(op));

const cells = (rows, names, dtypes) =>
  rows
    .flatMap((row) => names.flatMap((wavelet) => dtypes.map((dtype) => ({ ...row, wavelet, dtype }))))
    .filter((cell) => exported(cell.op) && only.test(label(cell)));
const label = ({ op, shape, wavelet, dtype }) => `${op} ${shape.join("x")} ${wavelet} ${dtype}`;

/** The rule of wavelet_peer.py: numbers in [−1, 1), exact in float32. */
function signal(shape, dtype) {
  const data = new (dtype === "float32" ? Float32Array : Float64Array)(shape.reduce((a, b) => a * b));
  for (let i = 0; i < data.length; i++) {
    data[i] = ((((i + 1) * (i + 10) * 7919 + 104729) % 16381) - 8192) / 8192;
  }
  // What `ndarray(data, shape)` holds.
  return shape.length === 1 ? data : { data, shape, stride: [shape[1], 1], offset: 0 };
}

/** Makes, and hands back, a result. */
const ourCall = (cell) => {
  const call = ourPlainCall(cell);
  if (flags.collect) return call;
  return () => {
    const result = call();
    library.recycle(result);
    return result;
  };
};

/** The call that is timed, with everything it needs made beforehand. */
const ourPlainCall = ({ op, shape, wavelet, dtype }) => {
  const x = signal(shape, dtype);
  if (op === "idwt") {
    const { cA, cD } = wavelets.dwt(x, wavelet);
    return () => wavelets.idwt(cA, cD, wavelet);
  }
  if (op === "waverec") {
    const coefficients = wavelets.wavedec(x, wavelet);
    return () => wavelets.waverec(coefficients, wavelet);
  }
  if (op === "swt") return () => wavelets.swt(x, wavelet, { level: swtLevel });
  return () => wavelets[op](x, wavelet);
};

const peerCall = ({ op, shape, wavelet }) => {
  const x = Array.from(signal(shape, "float64"));
  if (op === "idwt") {
    const [a, d] = peer.dwt(x, wavelet);
    return () => peer.idwt(a, d, wavelet);
  }
  if (op === "waverec") {
    const coefficients = peer.wavedec(x, wavelet);
    return () => peer.waverec(coefficients, wavelet);
  }
  return () => peer[op](x, wavelet);
};

/** [count, sum, sum of squares] over all arrays of a result. */
function check(result) {
  const total = [0, 0, 0];
  const visit = (part) => {
    if (ArrayBuffer.isView(part) || typeof part[0] === "number") {
      total[0] += part.length;
      for (const value of part) {
        total[1] += value;
        total[2] += value * value;
      }
    } else if (part.data !== undefined && part.stride !== undefined) visit(part.data);
    else Object.values(part).forEach(visit);
  };
  visit(result);
  return total;
}

/** Both sides must have done the same work. */
function compare(cell, ours, theirs) {
  const tolerance = cell.dtype === "float32" ? 1e-4 : 1e-9;
  const scale = Math.sqrt(theirs[0] * theirs[2]); // bounds the sum
  const same =
    ours[0] === theirs[0] &&
    Math.abs(ours[1] - theirs[1]) <= tolerance * scale &&
    Math.abs(ours[2] - theirs[2]) <= tolerance * theirs[2];
  if (same) return;
  console.error(`error: ${label(cell)}: other results than the peer's, [${ours}] against [${theirs}]`);
  process.exitCode = 1;
}

const results = { pywavelets: [], "discrete-wavelets": [] };
async function measure(list, cell, ours, theirs) {
  const [our, their] = await interleave([here(ours), theirs], rounds);
  list.push({ ...cell, ours: our, theirs: their, ratio: their / our });
  if (process.stderr.isTTY) process.stderr.write(`\r${label(cell).padEnd(50)}`);
}

async function besidePyWavelets() {
  const script = fileURLToPath(new URL("wavelet_peer.py", import.meta.url));
  let python;
  try {
    python = await startPython(flags.python, script);
  } catch (error) {
    console.log(
      `\nPyWavelets is left out: ${error.message}; name a Python that has it with --python or WAVEFT_PYTHON.`,
    );
    return;
  }
  const { versions } = python;
  const names = ["haar", "db4", "sym8", "db20", "bior4.4"];
  for (const cell of cells(grid, names, ["float32", "float64"])) {
    const { op, shape, dtype, wavelet } = cell;
    const answer = await python.ask({ op, shape, dtype, wavelet, level: swtLevel });
    const ours = ourCall(cell);
    compare(cell, check(ours()), answer.check);
    await measure(results.pywavelets, cell, ours, async (calls) => (await python.ask({ calls })).seconds);
  }
  python.stop();
  print(
    `PyWavelets ${versions.PyWavelets} (Python ${versions.Python}, NumPy ${versions.NumPy})`,
    results.pywavelets,
  );
}

async function besideDiscreteWavelets() {
  const linear = ({ op, shape: [n] }) => n <= 2 ** 10 || !["idwt", "waverec"].includes(op);
  const rows = grid.filter((cell) => typeof peer[cell.op] === "function" && linear(cell));
  for (const cell of cells(rows, ["haar", "db4"], ["float64"])) {
    const [ours, theirs] = [ourCall(cell), peerCall(cell)];
    compare(cell, check(ours()), check(theirs()));
    await measure(results["discrete-wavelets"], cell, ours, here(theirs));
  }
  print("discrete-wavelets (plain arrays; ours Float64Array)", results["discrete-wavelets"]);
  console.log("Its inverses are timed up to 2^10: they copy the whole signal for every coefficient.");
}

function print(title, list) {
  if (process.stderr.isTTY) process.stderr.write(`\r${"".padEnd(50)}\r`);
  if (list.length === 0) {
    console.log(`\nNo cell beside ${title} matches ${only}`);
    return;
  }
  const columns = [...new Set(list.map(column))];
  const rows = [...new Set(list.map(row))];
  console.log(`\nTime of ${title} / ours`);
  console.log(["".padEnd(18), ...columns.map((name) => name.padStart(12))].join(""));
  for (const name of rows) {
    const line = columns.map((other) => list.find((cell) => row(cell) === name && column(cell) === other));
    console.log([name.padEnd(18), ...line.map((cell) => shown(cell?.ratio).padStart(12))].join(""));
  }
  const mean = (name, some) =>
    some.length > 0 && console.log(`geometric mean, ${name}: ${shown(geometricMean(some.map(ratio)))}`);
  const [flat, plane] = [1, 2].map((axes) => list.filter(({ shape }) => shape.length === axes));
  mean(`all ${list.length} cells`, list);
  if (flat.length > 0 && plane.length > 0) {
    mean("1-D", flat);
    mean("2-D", plane);
  }
  const below = list.filter((cell) => cell.ratio < 1).toSorted((a, b) => a.ratio - b.ratio);
  console.log(
    `below 1: ${below.map((cell) => `${label(cell)} (${shown(cell.ratio)})`).join(", ") || "no cell"}`,
  );
  const least = list.reduce((a, b) => (a.ratio <= b.ratio ? a : b));
  console.log(`minimum: ${shown(least.ratio)} (${label(least)})`);
}
const row = ({ op, shape }) => `${op} ${shape.join("x")}`;
const column = ({ wavelet, dtype }) => `${wavelet} ${dtype.replace("float", "f")}`;
const ratio = (cell) => cell.ratio;
const shown = (number) => (number === undefined ? "" : number < 100 ? number.toFixed(2) : number.toFixed(0));

console.log(`Node ${process.versions.node}, ${cpus()[0]?.model ?? process.arch}, ${rounds} rounds`);
if (skipped.length > 0) console.log(`Not exported, so left out: ${skipped.join(", ")}`);
await besidePyWavelets();
await besideDiscreteWavelets();
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
