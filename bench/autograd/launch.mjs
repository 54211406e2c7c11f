// Part 3: one plan of forward + backward against the sum of its ops, each a plan of its own run one after another.
import { inChild, median } from "./measure.mjs";

/**
 * Every measurement is a process of its own, so that neither way hides the other's memory, and the ways take turns.
 * `cases`: { device, config, size (what to call it), blocks }.
 */
export const launch = async ({ cases, runs, processes }) => {
  const rows = [];
  for (const one of cases) {
    const samples = { plan: [], ops: [] };
    for (let i = 0; i < processes; i++)
      for (const way of i % 2 === 0 ? ["plan", "ops"] : ["ops", "plan"])
        samples[way].push(await inChild("launch-child.mjs", { ...one, way, runs }));
    const over = (way, field) => median(samples[way].map((sample) => sample[field]));
    const side = (way) => ({
      seconds: over(way, "seconds"),
      compile: over(way, "compile"),
      megabytes: over(way, "megabytes"),
    });
    const [plan, ops] = [side("plan"), side("ops")];
    rows.push({
      ...{ device: one.device, size: one.size, ops: samples.ops[0].count, plan, single: ops, samples },
      faster: ops.seconds / plan.seconds,
      smaller: ops.megabytes / plan.megabytes,
      agrees: Math.abs(samples.ops[0].loss / samples.plan[0].loss - 1) < 1e-3,
    });
  }
  return { rows };
};
