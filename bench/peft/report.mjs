// The results of `pnpm bench peft` as tables.
import { median } from "../autograd/measure.mjs";

export const goals = {
  /** A step by the frozen base's. */
  step: { qv: 1.05, all: 1.15 },
  /** PEFT's time of creating an adapter by ours. */
  creation: 20,
  /** Peak memory beyond the frozen base's. */
  memory: 0.05,
  /** The way taken by the fastest. */
  choice: 1.15,
};

const names = { frozen: "frozen base", qv: "q, v adapted", all: "all linear layers" };
const verdict = (holds) => (holds ? "met" : "MISSED");
const seconds = (value) => (value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`);
const times = (value) => (value === null ? "" : `${value.toFixed(3)}×`);

const table = (head, rows) => {
  const lines = [head, ...rows].map((row) => row.map((cell) => cell ?? ""));
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    );
  console.log();
};

export const printModel = ({ rows, versions, missing, difference, blocks, sizes }) => {
  console.log(
    `${blocks} blocks, ${sizes.batch} × ${sizes.length} tokens; ${missing === null ? `PEFT ${versions.peft}, torch ${versions.torch}; losses on one model and adapter differ by ${difference.toExponential(0)}` : `PEFT is left out: ${missing}; name a Python that has it with --python or WAVEFT_PYTHON`}`,
  );
  table(
    ["step", "ours", "by frozen", "PEFT", "by frozen", "PEFT / ours", "goal"],
    rows.map(({ side, ours, theirs, ratio, theirRatio, faster }) => [
      names[side],
      seconds(median(ours)),
      times(ratio),
      theirs.length === 0 ? "" : seconds(median(theirs)),
      times(theirRatio),
      times(faster),
      goals.step[side] === undefined ? "" : `≤ ${goals.step[side]}: ${verdict(ratio <= goals.step[side])}`,
    ]),
  );
  table(
    ["adapter created", "ours", "PEFT", "PEFT / ours", "goal"],
    rows
      .filter(({ creation }) => creation !== null)
      .map(({ side, creation, theirCreation }) => {
        const ratio = theirCreation === null ? null : theirCreation / creation;
        return [
          names[side],
          seconds(creation),
          theirCreation === null ? "" : seconds(theirCreation),
          ratio === null ? "" : `${ratio.toFixed(0)}×`,
          ratio === null ? "" : `≥ ${goals.creation}×: ${verdict(ratio >= goals.creation)}`,
        ];
      }),
  );
};

export const printMemory = ({ peaks, blocks }) =>
  table(
    [`peak memory, ${blocks} blocks`, "MB", "beyond frozen", "goal"],
    Object.entries(peaks).map(([side, peak]) => {
      const beyond = peak / peaks.frozen - 1;
      return [
        names[side],
        (peak / 1e6).toFixed(0),
        side === "frozen" ? "" : `${(100 * beyond).toFixed(1)} %`,
        side === "frozen" ? "" : `≤ 5 %: ${verdict(beyond <= goals.memory)}`,
      ];
    }),
  );

export const printStrategies = ({ rows }) =>
  table(
    ["wavelet", "taps", "coefficients", "frozen", "fastest", "by frozen", "taken", "by fastest"],
    rows.map(({ wavelet, taps, count, taken, frozen, times: ways }) => {
      const [best] = ways;
      const own = ways.find(({ name }) => name === taken);
      return [
        wavelet,
        String(taps),
        count.toLocaleString("en-US"),
        seconds(frozen),
        best.name,
        times(best.seconds / frozen),
        own === undefined || own === best ? (own === best ? "the same" : taken) : taken,
        own === undefined ? "" : `${(own.seconds / best.seconds).toFixed(2)}×`,
      ];
    }),
  );
