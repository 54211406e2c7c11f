import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@waveft/safetensors";
import { Eta } from "eta";
import type { FinetuneResult } from "./finetune";
import { template } from "./report-template";

/** Writes `report.html`, one file that needs no other: curves, settings, completions. Returns its path. */
export const writeReport = async (folder: string, result: FinetuneResult): Promise<string> => {
  const path = join(folder, "report.html");
  const html = await renderReport(result);
  await writeFileAtomic(path, [new TextEncoder().encode(html)]);
  return path;
};

/** The report's HTML. */
export const renderReport = async (result: FinetuneResult): Promise<string> => {
  const plot = dirname(createRequire(import.meta.url).resolve("uplot/package.json"));
  const [script, style] = await Promise.all(
    ["uPlot.iife.min.js", "uPlot.min.css"].map((file) => readFile(join(plot, "dist", file), "utf8")),
  );
  const { logHistory } = result.state;
  const curves = {
    training: result.losses,
    evaluation: [
      ...(result.lossBefore === null ? [] : [[0, result.lossBefore]]),
      ...logHistory.flatMap(({ step, eval_loss }) => (eval_loss === undefined ? [] : [[step, eval_loss]])),
    ],
  };
  const summary = logHistory.findLast((record) => "train_runtime" in record);
  const tokens = result.state.numInputTokensSeen;
  return new Eta({ autoTrim: false }).renderString(template, {
    ...result,
    script,
    style,
    // "<" cannot end the script element early.
    curves: JSON.stringify(curves).replaceAll("<", "\\u003c"),
    seconds: summary?.train_runtime ?? 0,
    tokens,
    settings: Object.entries(result.options).map(([name, value]) => [`--${name}`, String(value)]),
  });
};
