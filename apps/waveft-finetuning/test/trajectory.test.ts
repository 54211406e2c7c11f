import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { finetune } from "../src/finetune";
import { type FinetuneOptions, parseOptions } from "../src/options";

/** Python's loop on PEFT 0.21 (see golden/README.md): the same command must give the same curve. */
const golden = fileURLToPath(new URL("./golden/", import.meta.url));
const models = fileURLToPath(new URL("../../../packages/transformers/test/golden/", import.meta.url));

interface Trajectory {
  model: string;
  data: string;
  tolerance: number;
  grad_norm_tolerance: number;
  flags: Record<string, string | number | boolean | null>;
  loss: number[];
  grad_norm: number[];
  learning_rate: number[];
  epoch: number[];
  num_tokens: number[];
  eval: { step: number; eval_loss: number }[];
  best_global_step: number;
  final_eval_loss: number;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const optionsOf = ({ model, data, flags }: Trajectory, device: string, limit?: number): FinetuneOptions => {
  const output = mkdtempSync(join(tmpdir(), "waveft-"));
  folders.push(output);
  const given = Object.entries({
    ...flags,
    base_model: join(models, model),
    data_path: join(golden, data),
    eval_data_path: flags.eval_data_path === null ? null : join(golden, String(flags.eval_data_path)),
    output_dir: output,
    device,
    max_steps: limit ?? flags.max_steps,
  });
  const argv = given.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`--${name}`, String(value)],
  );
  return parseOptions(argv).options;
};

const read = (file: string): Trajectory => JSON.parse(readFileSync(join(golden, file), "utf8"));
const silent = (): void => undefined;

describe("losses of PEFT's loop", () => {
  for (const file of readdirSync(golden).filter((name) => name.startsWith("trajectory-")))
    test(file, async () => {
      const expected = read(file);
      const { state, lossAfter } = await finetune(optionsOf(expected, "onnx:cpu"), silent);
      const steps = state.logHistory.filter((record) => "loss" in record);
      const column = (name: string) => steps.map((record) => record[name]!);
      expect(column("loss")).toBeAllclose(expected.loss, expected.tolerance);
      expect(column("grad_norm")).toBeAllclose(expected.grad_norm, expected.grad_norm_tolerance);
      expect(column("learning_rate")).toBeAllclose(expected.learning_rate, 1e-12);
      expect(column("epoch")).toBeAllclose(expected.epoch, 1e-12);
      expect(column("num_tokens")).toEqual(expected.num_tokens);
      const evaluations = state.logHistory.filter((record) => "eval_loss" in record);
      expect(evaluations.map(({ step }) => step)).toEqual(expected.eval.map(({ step }) => step));
      expect(evaluations.map((record) => record.eval_loss!)).toBeAllclose(
        expected.eval.map((record) => record.eval_loss),
        expected.tolerance,
      );
      expect(state.bestGlobalStep).toBe(expected.best_global_step);
      expect([lossAfter!]).toBeAllclose([expected.final_eval_loss], expected.tolerance);
    }, 60_000);
});

describe("every engine gives the same losses", () => {
  for (const form of ["pre", "post"])
    for (const device of ["gpu:cpu", "gpu:webasm"])
      test(`${form} on ${device}`, async () => {
        const expected = read(`trajectory-${form}-db4.json`);
        const options = { ...optionsOf(expected, device, 4), eval_step: 4, save_step: 4 };
        const { state } = await finetune(options, silent);
        const losses = state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
        // The first 4 updates are all warm-up, whatever comes after; half the tolerance to Python, so the engines agree in all of it.
        expect(losses.slice(0, 4)).toBeAllclose(expected.loss.slice(0, 4), expected.tolerance / 2);
      }, 120_000);
});
