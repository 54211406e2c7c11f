// The results of all parts as one table: what, how much, in comparison, goal.
import { median } from "./measure.mjs";

export const goals = {
  /** A stack's GFLOP/s by those of ONNX Runtime's MatMul. */
  matmul: 0.85,
  /** Time of tfjs and jax-js by ours. */
  peers: 4,
  /** Seconds of compiling 24 blocks. */
  compile: 0.5,
};

const met = (holds) => (holds ? "met" : "MISSED");

const seconds = (value) =>
  value < 0.1
    ? `${(value * 1000).toPrecision(3)} ms`
    : `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
const rate = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} GFLOP/s`;

const throughputRows = ({ blocks, dtype, rows, product, products, profile }, { quick }) => [
  ...rows.map(({ wanted, seconds: samples, gflops, ratio }) => ({
    what: `${names[wanted]}, ${blocks} blocks${dtype === "float32" ? "" : `, ${dtype} weights`}`,
    where: "onnx:cpu",
    amount: [seconds(median(samples)), rate(gflops)],
    compared: `${ratio.toFixed(2)} of MatMul`,
    goal: wanted === "input" && !quick ? `≥ ${goals.matmul.toFixed(2)}: ${met(ratio >= goals.matmul)}` : "",
  })),
  { what: "MatMul, weighted", where: "ONNX Runtime", amount: ["", rate(product)] },
  ...products.map(({ size, seconds: samples, gflops }) => ({
    what: `  ${size[0]}×${size[1]} by ${size[1]}×${size[2]}`,
    where: "ONNX Runtime",
    amount: [seconds(median(samples)), rate(gflops)],
  })),
  ...(profile ?? []).slice(0, 12).map(({ op, calls, milliseconds }) => ({
    what: `  ${op}, ${calls} calls`,
    where: "profile",
    amount: [seconds(milliseconds / 1000)],
    compared: `${((100 * milliseconds) / profile.reduce((sum, one) => sum + one.milliseconds, 0)).toFixed(1)} %`,
  })),
];
const names = { input: "forward + backward", loss: "forward alone", adapters: "with adapters" };

const peerRows = ({ rows, left }, { quick }) => {
  const web = rows.find(({ name }) => name === "onnx:wasm");
  return [
    ...rows.map(({ name, ours, version, where, about, seconds: samples, gflops, ratio, error, agrees }) => {
      const time = median(samples);
      const toWeb = web === undefined ? "" : `, ${(time / median(web.seconds)).toFixed(1)}× wasm`;
      const goal = `≥ ${goals.peers}×: ${met(ratio >= goals.peers)}`;
      return {
        what: `one block, ${name} ${version}`,
        where:
          about.threads === undefined
            ? where
            : `${where}, ${about.threads} thread${about.threads > 1 ? "s" : ""}`,
        amount: [seconds(time), rate(gflops)],
        compared: `${ratio.toFixed(1)}× ours${toWeb}, off by ${error.toExponential(0)}`,
        goal: agrees ? (ours || quick ? "" : goal) : "ANOTHER RESULT",
      };
    }),
    ...left.map((what) => ({ what })),
  ];
};

const megabytes = (value) => `${value.toFixed(0)} MB`;

const launchRows = ({ rows }) =>
  rows.flatMap(({ device, size, ops, plan, single, faster, smaller, agrees }) => [
    {
      what: `one plan of ${ops} ops, ${size}`,
      where: device,
      amount: [seconds(plan.seconds), megabytes(plan.megabytes)],
      compared: `compiled in ${seconds(plan.compile)}`,
      goal: agrees ? "" : "ANOTHER RESULT",
    },
    {
      what: "  its ops one by one",
      where: device,
      amount: [seconds(single.seconds), megabytes(single.megabytes)],
      compared: `${faster.toFixed(1)}× time, ${smaller.toFixed(1)}× memory, compiled in ${seconds(single.compile)}`,
    },
  ]);

const compileRows = ({ blocks, nodes, total, load, phases }, { quick }) => [
  {
    what: `compile, ${blocks} blocks, ${nodes} nodes`,
    where: "onnx:cpu",
    amount: [seconds(total)],
    compared: `ONNX Runtime itself loads in ${seconds(load)}`,
    goal: quick ? "" : `< ${goals.compile} s: ${met(total < goals.compile)}`,
  },
  ...Object.entries(phases).map(([phase, time]) => ({
    what: `  ${phase}`,
    where: "onnx:cpu",
    amount: [seconds(time)],
    compared: `${((100 * time) / total).toFixed(0)} %`,
  })),
];

const gpuRows = ({ blocks, rows }) =>
  rows.map(({ device, seconds: samples, gflops }) => ({
    what: `forward + backward, ${blocks} blocks, small`,
    where: device,
    amount: [seconds(median(samples)), rate(gflops)],
  }));

const rowsOfPart = {
  throughput: throughputRows,
  peers: peerRows,
  launch: launchRows,
  compile: compileRows,
  gpu: gpuRows,
};

export const rowsOf = (results, options) =>
  Object.entries(results).flatMap(([part, result]) => [
    { title: part },
    ...(result.skipped === undefined ? rowsOfPart[part](result, options) : [{ what: result.skipped }]),
  ]);

export const printTable = (rows) => {
  const cells = rows.map(({ title, what = "", where, amount = [], compared, goal }) =>
    title === undefined ? [what, where, amount[0], amount[1], compared, goal] : null,
  );
  // A sentence about what is left out takes its whole line.
  const full = cells.filter((row) => row?.[1] !== undefined);
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(0, ...full.map((row) => (row[i] ?? "").length)));
  for (const [at, { title }] of rows.entries()) {
    const row = cells[at]?.map((cell, i) => {
      const pad = i === 2 || i === 3 ? "padStart" : "padEnd";
      return (cell ?? "")[pad](widths[i] ?? 0);
    });
    console.log(row === undefined ? `\n${title}` : `  ${row.join("  ").trimEnd()}`);
  }
};
