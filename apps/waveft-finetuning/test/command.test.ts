import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../src/main";
import { commandLine, parseOptions } from "../src/options";

const golden = fileURLToPath(new URL("./golden/", import.meta.url));
const models = fileURLToPath(new URL("../../../packages/transformers/test/golden/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "waveft-command-"));
const output = join(folder, "out");
const data = join(golden, "data.json");
afterAll(() => rmSync(folder, { recursive: true }));

let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const model = (change: (path: string) => void, from = "opt-pre"): string => {
  const copy = mkdtempSync(join(folder, "model-"));
  cpSync(join(models, from), copy, { recursive: true });
  change(copy);
  return copy;
};
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const tiny = [
  ["--base_model", join(models, "opt-pre")],
  ["--data_path", data],
  ["--output_dir", output],
  ["--val_set_size", "8"],
  ["--max_steps", "2"],
  ["--waveft_n_frequency", "32"],
].flat();
const run = (...flags: string[]): Promise<number> => main([...tiny, ...flags]);

describe("a run", () => {
  test("leaves the adapter, the state and a self-contained report", async () => {
    expect(await run("--logging_steps", "1")).toBe(0);
    for (const name of ["adapter_config.json", "adapter_model.safetensors", "README.md", "checkpoint-2"])
      expect(existsSync(join(output, name))).toBe(true);
    const state = JSON.parse(readFileSync(join(output, "trainer_state.json"), "utf8"));
    expect(state.log_history[0]).toMatchObject({
      step: 1,
      num_tokens: expect.any(Number),
      step_time: expect.any(Number),
    });
    const html = readFileSync(join(output, "report.html"), "utf8");
    expect(html).toContain("const curves = {");
    expect(html).not.toMatch(/(src|href)\s*=\s*["']?https?:/);
    expect(said.join("\n")).toMatch(/trainable params: [\d,]+ \|\| all params/);
    expect(said.join("\n")).toMatch(/before:[\s\S]*after:/);
    rmSync(output, { recursive: true });
  }, 60_000);
});

describe("a signal", () => {
  test("ends the run at an update, with the adapter so far, and the signal's exit code", async () => {
    const heard = () => process.listenerCount("SIGTERM");
    const before = heard();
    const finished = run("--max_steps", "5000", "--val_set_size", "0");
    await vi.waitFor(() => expect(said.join("\n")).toMatch(/step 1\/5000/), { timeout: 30_000, interval: 5 });
    process.emit("SIGTERM", "SIGTERM");
    expect(await finished).toBe(143);
    expect(said.at(-1)).toMatch(/^stopped by SIGTERM after update \d+; the adapter so far: /);
    expect(existsSync(join(output, "adapter_model.safetensors"))).toBe(true);
    expect(existsSync(join(output, "report.html"))).toBe(false);
    expect(heard()).toBe(before);
    rmSync(output, { recursive: true });
  }, 60_000);
});

describe("wrong input gives one sentence and exit code 2", () => {
  const wrong: [name: string, flags: () => string[], sentence: RegExp][] = [
    ["no such model", () => ["--base_model", join(folder, "none")], /no folder/],
    [
      "unsupported model type",
      () => [
        "--base_model",
        model((path) => writeFileSync(join(path, "config.json"), '{"model_type":"mamba"}')),
      ],
      /"mamba"; supported are/,
    ],
    [
      "no checkpoint",
      () => ["--base_model", model((path) => rmSync(join(path, "model.safetensors")))],
      /no checkpoint; one of/,
    ],
    [
      "corrupt checkpoint",
      () => ["--base_model", model((path) => writeFileSync(join(path, "model.safetensors"), "damaged"))],
      /not a safetensors file/,
    ],
    [
      "corrupt pickle",
      () => [
        "--base_model",
        model((path) => writeFileSync(join(path, "pytorch_model.bin"), "damaged"), "opt-post"),
      ],
      /pytorch_model\.bin is not a torch checkpoint/,
    ],
    [
      "no tokenizer",
      () => ["--base_model", model((path) => rmSync(join(path, "tokenizer.json")))],
      /no tokenizer: tokenizer\.json/,
    ],
    ["no data file", () => ["--data_path", join(folder, "none.json")], /no file or folder/],
    ["empty data file", () => ["--data_path", file("empty.jsonl", "")], /is empty/],
    [
      "broken line",
      () => ["--data_path", file("broken.jsonl", '{"instruction":"a","output":"b"}\n{"instruction')],
      /line 2/,
    ],
    [
      "records without fields",
      () => ["--data_path", file("text.json", '[{"text":"a"}]')],
      /record 1 has no text in "instruction"/,
    ],
    [
      "the base model's folder as the output's",
      () => {
        const copy = model(() => {});
        return ["--base_model", copy, "--output_dir", copy];
      },
      /output_dir .* holds a model \(config.json\), .* another folder/,
    ],
    ["too few records", () => ["--val_set_size", "1000"], /give --val_set_size below 60/],
    ["unknown wavelet", () => ["--waveft_wavelet_family", "db99"], /no wavelet named "db99"/],
    [
      "too many coefficients",
      () => ["--waveft_n_frequency", "100000"],
      /--waveft_n_frequency is 100000 .* give 1 to/,
    ],
    ["no coefficients", () => ["--waveft_n_frequency", "0"], /Give an integer of at least 1/],
    [
      "targets that match nothing",
      () => ["--waveft_target_modules", "query"],
      /its linear layers are .*q_proj/,
    ],
    ["a broken pattern", () => ["--waveft_target_modules", "(("], /not a valid regular expression/],
    [
      "unwritable output folder",
      () => ["--output_dir", join(data, "out")],
      /output_dir .* cannot be written to/,
    ],
    [
      "steps that do not fit",
      () => ["--save_step", "7", "--eval_step", "5"],
      /--save_step .* multiple of --eval_step/,
    ],
    ["a word for a boolean", () => ["--shuffle", "yes"], /Give true or false/],
    ["an unknown device", () => ["--device", "tpu"], /no device "tpu"; there are auto/],
    ["an unknown flag", () => ["--nonsense"], /unknown option/],
  ];
  for (const [name, flags, sentence] of wrong)
    test(name, async () => {
      expect(await run(...flags())).toBe(2);
      const errors = said.filter((line) => line.startsWith("error:"));
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(sentence);
      expect(errors[0]).not.toMatch(/\n|\bat .*\.ts:\d/);
      expect(existsSync(output)).toBe(false);
    });
});

describe("the command line", () => {
  test("explains every flag", () => {
    const help = commandLine().helpInformation();
    for (const { long, description } of commandLine().options) {
      expect(help).toContain(long);
      expect(description.length).toBeGreaterThan(10);
    }
  });

  test("has the defaults of PEFT's example", () => {
    expect(parseOptions([]).options).toMatchObject({
      output_dir: "waveft",
      batch_size: 16,
      num_epochs: 1,
      learning_rate: 3e-4,
      cutoff_len: 256,
      val_set_size: 16,
      eval_step: 100,
      save_step: 100,
      device_map: "auto",
      waveft_n_frequency: 2592,
      waveft_scaling: 25,
      waveft_wavelet_family: "db1",
      waveft_use_idwt: true,
      dtype: "float16",
      shuffle: true,
      random_loc_seed: 777,
    });
  });
});
