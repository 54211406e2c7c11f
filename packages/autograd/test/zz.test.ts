import { expect, test } from "vitest";
import { makeGraph } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { inputsLike, runOnce } from "./golden-cases";
import { choicesFrom, disagreements, randomGraph } from "./random-graphs";

test("probe", async () => {
  const cpu = await gpuEngine("cpu");
  const wasm = await gpuEngine("webasm");
  const ops = new Map<string, number>();
  let nan = 0;
  let bad = 0;
  const t0 = Date.now();
  for (let seed = 1000; seed <= 1700; seed++) {
    const choices = choicesFrom(seed);
    try {
      const g = randomGraph(choices);
      const ins = inputsLike(g.feeds);
      const outs = g.build(...ins);
      for (const node of makeGraph(ins, outs).nodes) ops.set(node.op, (ops.get(node.op) ?? 0) + 1);
      const values = await runOnce(cpu, g.feeds, g.build);
      if (values.some((v) => [...v.data].some((x) => !Number.isFinite(x)))) {
        nan++;
        console.log(seed, "not finite");
      }
      const big = Math.max(...values.flatMap((v) => [...v.data].map(Math.abs)));
      if (big > 1e4) console.log(seed, "big", big);
      const d = await disagreements(wasm, cpu, choices);
      if (d.length) {
        bad++;
        console.log(seed, d.join("; "));
      }
    } catch (e) {
      bad++;
      console.log(seed, String(e).slice(0, 300));
    }
  }
  console.log(
    [...ops]
      .sort((a, b) => b[1] - a[1])
      .map(([a, b]) => `${a} ${b}`)
      .join(", "),
  );
  console.log({ nan, bad, ms: Date.now() - t0 });
}, 300000);
