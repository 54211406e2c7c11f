/**
 * Random tokenizer.json against Python's tokenizers: `PYTHON=python3 pnpm test:deep`, with RUNS cases of a kind.
 * With GOLDEN=write it writes the cases that `pipeline.test.ts` reads instead.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { answer, type PipelineCase } from "../support/pipeline-answers";
import { file, kinds, text } from "../support/tokenizer-files";

const python = process.env.PYTHON;
const writes = process.env.GOLDEN === "write";
const numRuns = writes ? 45 : Number(process.env.RUNS ?? 2000);
const peer = new URL("../../../../reference/transformers/tokenizers_peer.py", import.meta.url);
const golden = new URL("../golden/tokenizers/pipeline.json", import.meta.url);

const answers = (cases: readonly PipelineCase[]): unknown[] => {
  const options = { input: JSON.stringify(cases), maxBuffer: 2 ** 30 };
  return JSON.parse(spawnSync(python!, [fileURLToPath(peer)], options).stdout.toString());
};

/**
 * Of added tokens that a normaliser makes the same, Python takes one or the other; such files are some in a thousand
 * here, and nobody's elsewhere.
 */
describe.skipIf(python === undefined)("random tokenizer.json against Python", () => {
  const rows: Record<string, unknown[]> = {};
  test.each(Object.entries(kinds))("%s", { timeout: 600_000 }, (name, parts) => {
    const seed = writes ? { seed: 11 } : {};
    const cases = fc
      .sample(fc.tuple(parts, text), { numRuns, ...seed })
      .map(([given, sample]) => ({ json: file(given), text: sample }));
    const expected = answers(cases);
    rows[name] = [];
    let differing = 0;
    for (const [i, { json, text }] of cases.entries()) {
      const own = answer({ json, text });
      // Python's library breaks down on some replacements of nothing.
      if (expected[i] === "refused") continue;
      const agrees = JSON.stringify(own) === JSON.stringify(expected[i]);
      if (agrees) rows[name].push({ json, text, expected: expected[i] });
      else if (name !== "added tokens" || differing++ > numRuns * 0.003)
        expect([json, text, own]).toEqual([json, text, expected[i]]);
    }
  });

  afterAll(() => {
    if (writes) writeFileSync(golden, JSON.stringify(rows));
  });
});
