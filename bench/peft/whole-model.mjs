// Part 1: a step of the whole model, frozen and adapted, beside PEFT with torch on the same weights and adapters.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { PeftModel } from "../../packages/peft/dist/index.js";
import { AutoConfig, AutoModelForCausalLM } from "../../packages/transformers/dist/index.js";
import { inChild, median, timedAlone } from "../autograd/measure.mjs";
import { startPython } from "../python-peer.mjs";
import { creations, openSteps, opt350m, stepOf, targetsOf } from "./model.mjs";

const sides = ["frozen", "qv", "all"];

/** PEFT's side, or null with the reason where Python has not got it. */
const openPeer = async (python, { blocks, threads, adapter }) => {
  try {
    const peer = await startPython(python, fileURLToPath(new URL("../peft_peer.py", import.meta.url)));
    const ask = async (request) => {
      const answer = await peer.ask(request);
      if (answer.error !== undefined) throw new Error(`${request.op}: ${answer.error}`);
      return answer;
    };
    await ask({ op: "build", blocks, threads });
    const creation = {};
    const { count: n, wavelet } = adapter;
    for (const side of ["qv", "all"]) {
      const samples = [];
      for (let i = 0; i < creations; i++) {
        const request = { op: "adapt", targets: targetsOf[side], n, wavelet, name: side, fresh: true };
        samples.push((await ask(request)).seconds);
      }
      creation[side] = median(samples);
    }
    for (const [i, side] of ["qv", "all"].entries())
      await ask({ op: "adapt", targets: targetsOf[side], n, wavelet, name: side, fresh: i === 0 });
    return { versions: peer.versions, creation, ask, stop: () => peer.stop() };
  } catch (error) {
    return { missing: error.message };
  }
};

/** Losses of both sides on the same small model and adapter, which Python wrote: the comparison is of equals. */
const agreement = async (peer, sizes, adapter, device) => {
  const folder = mkdtempSync(join(tmpdir(), "waveft-bench-"));
  try {
    await peer.ask({ op: "build", blocks: 1, config: { vocab_size: sizes.vocabulary } });
    const { count: n, wavelet } = adapter;
    await peer.ask({ op: "adapt", targets: targetsOf.all, n, wavelet, name: "default", fresh: true });
    const { batch, length } = sizes;
    const { loss } = await peer.ask({ op: "step", adapter: "default", batch, length });
    await peer.ask({ op: "save", folder });
    const base = await AutoModelForCausalLM.fromPretrained(join(folder, "base"), { device });
    const model = await PeftModel.fromPretrained(base, join(folder, "adapter"), { onWarning: () => {} });
    const ours = await stepOf(model, [], sizes, device)();
    return Math.abs(ours - loss) / Math.abs(loss);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const wholeModel = async ({ blocks, sizes, adapter, runs, python, threads }) => {
  const device = await onnxEngine("cpu", threads === undefined ? {} : { threads });
  const base = AutoModelForCausalLM.fromConfig(AutoConfig.fromJson(opt350m(blocks)), { seed: 1, device });
  const { steps, creation } = openSteps(base, ["qv", "all", "frozen"], sizes, adapter, device);
  const peer = await openPeer(python, { blocks, threads, adapter });
  const ours = Object.fromEntries(sides.map((side) => [side, []]));
  const theirs = Object.fromEntries(sides.map((side) => [side, []]));
  for (let round = 0; round <= runs; round++)
    for (const side of sides) {
      steps[side].prepare();
      const seconds = await timedAlone(steps[side].step);
      if (round > 0) ours[side].push(seconds);
      if (peer.ask === undefined) continue;
      const { batch, length } = sizes;
      const answer = await peer.ask({ op: "step", adapter: side === "frozen" ? null : side, batch, length });
      if (round > 0) theirs[side].push(answer.seconds);
    }
  const difference = peer.ask === undefined ? null : await agreement(peer, sizes, adapter, device);
  peer.stop?.();
  /** Of each round, then the median. */
  const ratio = (samples, side) =>
    samples.frozen.length === 0
      ? null
      : median(samples[side].map((seconds, i) => seconds / samples.frozen[i]));
  return {
    blocks,
    sizes,
    versions: peer.versions ?? null,
    missing: peer.missing ?? null,
    difference,
    rows: sides.map((side) => ({
      side,
      ours: ours[side],
      theirs: theirs[side],
      ratio: ratio(ours, side),
      theirRatio: ratio(theirs, side),
      faster: theirs[side].length === 0 ? null : median(theirs[side].map((s, i) => s / ours[side][i])),
      creation: creation[side] ?? null,
      theirCreation: peer.creation?.[side] ?? null,
    })),
  };
};

/** Greatest resident sets of processes that run a few steps of one side each. */
export const memory = async ({ blocks, sizes, adapter }) => {
  const peaks = {};
  for (const side of sides)
    peaks[side] = (await inChild("../peft/memory-child.mjs", { side, blocks, sizes, adapter, runs: 3 })).peak;
  return { blocks, peaks };
};
