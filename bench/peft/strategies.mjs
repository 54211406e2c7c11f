// Part 2: every way to compute one adapted layer, over filter lengths and numbers of coefficients.
import { onnxEngine } from "../../packages/engine-onnx/dist/index.js";
import { median, timedAlone } from "../autograd/measure.mjs";
import { makeAdapter, makeOperands, openStep } from "./layer.mjs";

const ways = ["merged", "factored product", "factored matrix"].flatMap((forward) =>
  ["product", "matrix"].map((gradient) => ({ forward, gradient })),
);

const choiceOf = ({ forward, gradient }) => {
  const [strategy, form = "product"] = forward.split(" ");
  return { strategy, forward: form, gradient };
};

const nameOf = ({ strategy, forward, gradient }) =>
  `${strategy === "merged" ? "merged" : `factored ${forward}`}, gradient by ${gradient}`;

/** What gathers one row of `tokens` numbers for every coefficient would need more memory than this many bytes. */
const tooMuch = 3e9;

export const strategies = async ({ size, wavelets, counts, runs }) => {
  const engine = await onnxEngine("cpu", {});
  const operands = makeOperands(size);
  const frozen = await openStep(engine, operands);
  const rows = [];
  for (const [wavelet, taps] of wavelets)
    for (const count of counts) {
      const adapter = makeAdapter(size, { wavelet, count });
      const taken = nameOf(adapter.choose(size.tokens));
      const sides = ways.flatMap((way) => {
        const choice = choiceOf(way);
        const gathers =
          choice.gradient === "product" || (choice.strategy === "factored" && choice.forward === "product");
        return gathers && count * size.tokens * 4 * 3 > tooMuch
          ? []
          : [{ choice, name: nameOf(choice), samples: [] }];
      });
      const base = [];
      for (const side of sides) {
        const step = await openStep(engine, operands, adapter, side.choice);
        await step.run();
        for (let round = 0; round < runs; round++) {
          base.push(await timedAlone(frozen.run));
          side.samples.push(await timedAlone(step.run));
        }
        await step.close();
      }
      const times = sides
        .map(({ name, samples }) => ({ name, seconds: median(samples) }))
        .sort((a, b) => a.seconds - b.seconds);
      rows.push({ wavelet, taps, count, taken, frozen: median(base), times });
      if (process.stderr.isTTY || process.env.VERBOSE) {
        const row = rows.at(-1);
        const ms = (s) => (s * 1000).toFixed(1);
        process.stderr.write(
          `${wavelet} n=${count} frozen ${ms(row.frozen)}; taken: ${taken}; ${times.map((t) => `${t.name} ${ms(t.seconds)}`).join("; ")}\n`,
        );
      }
    }
  await frozen.close();
  return { rows };
};
