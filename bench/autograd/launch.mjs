// Part 3: one plan of forward + backward against the sum of its ops, each a plan of its own run one after another.
import { inChild, median } from "./measure.mjs";

/**
 * Every measurement is a process of its own, so that no way hides another's memory, and the ways take turns. On
 * ONNX Runtime the ops run with two settings, and each of their numbers is of the one that favours it: their time
 * without threads that spin (a session has threads of its own, which would disturb the next one's), their memory
 * without arenas. `cases`: { device, config, size (what to call it), blocks }.
 */
export const launch = async ({ cases, runs, processes }) => {
  const rows = [];
  for (const one of cases) {
    const ways = ["plan", "ops", ...(one.device === "onnx:cpu" ? ["frugalOps"] : [])];
    const samples = Object.fromEntries(ways.map((way) => [way, []]));
    for (let i = 0; i < processes; i++)
      for (const way of i % 2 === 0 ? ways : ways.toReversed())
        samples[way].push(await inChild("launch-child.mjs", { ...one, way, runs }));
    const over = (way, field) => median(samples[way].map((sample) => sample[field]));
    const side = (way, frugal = way) => ({
      seconds: over(way, "seconds"),
      compile: over(way, "compile"),
      megabytes: over(frugal, "megabytes"),
    });
    const plan = side("plan");
    const single = side("ops", ways.at(-1));
    rows.push({
      ...{ device: one.device, size: one.size, ops: samples.ops[0].count, plan, single, samples },
      faster: single.seconds / plan.seconds,
      smaller: single.megabytes / plan.megabytes,
      agrees: Math.abs(samples.ops[0].loss / samples.plan[0].loss - 1) < 1e-3,
    });
  }
  return { rows };
};
