import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FinetuneResult } from "./finetune";
import { parseOptions } from "./options";
import { renderReport, writeReport } from "./report";

const hostile = '</script><script>alert("x")</script> & <b>';
const result = (): FinetuneResult => ({
  options: { ...parseOptions([]).options, output_dir: hostile },
  baseModel: hostile,
  dataPath: "data.json",
  device: "onnx:cpu",
  trainable: "trainable params: 64 || all params: 1,000 || trainable%: 6.4000",
  records: { train: 3, evaluation: 1 },
  state: {
    bestGlobalStep: 2,
    bestMetric: 1.25,
    bestModelCheckpoint: null,
    epoch: 1,
    globalStep: 2,
    logHistory: [
      { loss: 3, step: 2 },
      { eval_loss: 1.25, step: 2 },
      { train_runtime: 4, step: 2 },
    ],
    numInputTokensSeen: 400,
    totalFlos: 0,
  },
  losses: [
    [1, 3.5],
    [2, 2.5],
  ],
  lossBefore: 4.75,
  lossAfter: 1.25,
  isStopped: false,
  completions: [{ instruction: hostile, expected: hostile, before: hostile, after: hostile }],
});

describe("report.html", () => {
  it("holds both curves, with the loss before training at update 0", async () => {
    const html = await renderReport(result());
    const curves = /const curves = (\{.*\});/.exec(html)![1]!;
    expect(JSON.parse(curves)).toEqual({
      training: [
        [1, 3.5],
        [2, 2.5],
      ],
      evaluation: [
        [0, 4.75],
        [2, 1.25],
      ],
    });
    // 400 tokens in 4 s.
    expect(html).toContain("<b>100</b><span>tokens per second</span>");
  });

  it("asks no other file or host for anything", async () => {
    const html = await renderReport(result());
    expect(html).not.toMatch(/<(link|img|iframe|script)[^>]*\b(src|href)\b/i);
    expect(html).not.toMatch(/@import|url\(\s*["']?(?!data:)|\bfetch\(|XMLHttpRequest/);
  });

  it("shows texts as texts", async () => {
    const html = await renderReport(result());
    expect(html).not.toContain(hostile);
    expect(html).not.toContain("<script>alert");
    const shown = "&lt;/script&gt;&lt;script&gt;alert(";
    // Model, setting, and four times in the completions.
    expect(html.split(shown)).toHaveLength(7);
    expect(html.match(/<script>/g)).toHaveLength(2);
  });

  it("stays whole without an evaluation and without completions", async () => {
    const html = await renderReport({ ...result(), lossBefore: null, lossAfter: null, completions: [] });
    const page = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");
    expect(page).not.toMatch(/evaluation loss|Completions|undefined|NaN/);
  });

  it("is one file in the output folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waveft-report-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(await writeReport(folder, result())).toBe(join(folder, "report.html"));
    expect(readdirSync(folder)).toEqual(["report.html"]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/);
  });
});
