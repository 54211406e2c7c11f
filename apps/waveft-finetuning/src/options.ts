import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** The command's settings, named as its flags: those of PEFT's WaveFT example, and our own. */
export interface FinetuneOptions {
  base_model?: string;
  data_path?: string;
  output_dir: string;
  batch_size: number;
  num_epochs: number;
  learning_rate: number;
  cutoff_len: number;
  val_set_size: number;
  eval_step: number;
  save_step: number;
  device_map: string;
  waveft_n_frequency: number;
  waveft_target_modules?: string;
  waveft_scaling: number;
  waveft_wavelet_family: string;
  waveft_use_idwt: boolean;
  dtype: "float32" | "float16" | "bfloat16" | "auto";
  seed?: number;
  device?: string;
  eval_data_path?: string;
  shuffle: boolean;
  max_steps: number;
  warmup_steps: number;
  logging_steps: number;
  random_loc_seed: number;
}

const dtypes = ["float32", "float16", "bfloat16", "auto"] as const;

const boolean = (text: string): boolean => {
  if (text !== "true" && text !== "false") throw new InvalidArgumentError("Give true or false.");
  return text === "true";
};

const number =
  (allowed: string, holds: (value: number) => boolean) =>
  (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || !holds(value)) throw new InvalidArgumentError(`Give ${allowed}.`);
    return value;
  };

const count = number("an integer of at least 1", (value) => Number.isSafeInteger(value) && value >= 1);
const countOrZero = number("an integer of at least 0", (value) => Number.isSafeInteger(value) && value >= 0);
const integer = number("an integer", Number.isSafeInteger);
const positive = number("a number above 0", (value) => value > 0);
const atLeastZero = number("a number of at least 0", (value) => value >= 0);
const steps = number(
  "an integer of at least 1, or -1 for as many as the epochs have",
  (value) => Number.isSafeInteger(value) && (value >= 1 || value === -1),
);

/** The command line, without an action. */
export const commandLine = (): Command =>
  new Command("waveft-finetuning")
    .description(
      "Fine-tunes a causal language model with WaveFT and saves the adapter in Hugging Face PEFT's files.\n" +
        "Without --base_model and --data_path it trains the small model that comes with it, on the data set that comes with it.",
    )
    .addOption(
      new Option(
        "--base_model <id|folder>",
        "model on the Hugging Face hub, or a local folder (default: the embedded model)",
      ),
    )
    .addOption(
      new Option(
        "--data_path <id|file>",
        "data set with instruction and output: on the hub, or a local .json, .jsonl, .csv or .parquet (default: the embedded data set; yahma/alpaca-cleaned when only a model is given)",
      ),
    )
    .addOption(
      new Option("--output_dir <folder>", "where the adapter, checkpoints and the report go").default(
        "waveft",
      ),
    )
    .addOption(new Option("--batch_size <n>", "examples of one update").default(16).argParser(count))
    .addOption(new Option("--num_epochs <n>", "passes over the data set").default(1).argParser(positive))
    .addOption(new Option("--learning_rate <x>", "peak learning rate").default(3e-4).argParser(atLeastZero))
    .addOption(new Option("--cutoff_len <n>", "tokens kept of an example").default(256).argParser(count))
    .addOption(
      new Option("--val_set_size <n>", "examples kept apart for evaluation; 0: none")
        .default(16)
        .argParser(countOrZero),
    )
    .addOption(new Option("--eval_step <n>", "updates between evaluations").default(100).argParser(count))
    .addOption(
      new Option("--save_step <n>", "updates between checkpoints, a multiple of eval_step")
        .default(100)
        .argParser(count),
    )
    .addOption(
      new Option("--device_map <where>", "the script's way to say where to run; --device is finer")
        .default("auto")
        .choices(["auto", "cpu"]),
    )
    .addOption(
      new Option("--waveft_n_frequency <n>", "trained coefficients of each layer")
        .default(2592)
        .argParser(count),
    )
    .addOption(
      new Option(
        "--waveft_target_modules <names>",
        'layers to adapt: "q_proj,v_proj" (ends of names), a regular expression of whole names, or all-linear (default: the method\'s for the model type)',
      ),
    )
    .addOption(
      new Option("--waveft_scaling <x>", "multiplies the update")
        .default(25)
        .argParser(number("a number", () => true)),
    )
    .addOption(
      new Option("--waveft_wavelet_family <name>", "wavelet, such as db1, sym4, coif2").default("db1"),
    )
    .addOption(
      new Option(
        "--waveft_use_idwt <bool>",
        "true: coefficients are in the wavelet domain; false: entries of the update",
      )
        .default(true)
        .argParser(boolean),
    )
    .addOption(
      new Option("--dtype <type>", "how the frozen weights are stored").default("float16").choices(dtypes),
    )
    .addOption(new Option("--seed <n>", "seed of the data set's order (default: 42)").argParser(integer))
    .addOption(
      new Option("--device <name>", "auto, onnx:cpu, gpu:webgpu, gpu:webasm, gpu:cpu, … (default: auto)"),
    )
    .addOption(
      new Option("--eval_data_path <id|file>", "evaluate on this data set, and train on all of data_path"),
    )
    .addOption(
      new Option("--shuffle <bool>", "false: no shuffling anywhere, neither split nor data set nor batches")
        .default(true)
        .argParser(boolean),
    )
    .addOption(
      new Option("--max_steps <n>", "updates in all; -1: as num_epochs says").default(-1).argParser(steps),
    )
    .addOption(
      new Option("--warmup_steps <n>", "updates over which the learning rate rises; below 1 a share of all")
        .default(100)
        .argParser(atLeastZero),
    )
    .addOption(new Option("--logging_steps <n>", "updates between log records").default(100).argParser(count))
    .addOption(
      new Option("--random_loc_seed <n>", "seed of the coefficients' places").default(777).argParser(integer),
    )
    .allowExcessArguments(false);

/** Settings from arguments, and which of them were given. Throws a `CommanderError` for a wrong one. */
export const parseOptions = (
  argv: readonly string[],
): { options: FinetuneOptions; given: ReadonlySet<string> } => {
  const command = commandLine()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  command.parse(argv, { from: "user" });
  const values = command.opts<Record<string, unknown>>();
  const given = new Set(Object.keys(values).filter((name) => command.getOptionValueSource(name) === "cli"));
  return { options: values as unknown as FinetuneOptions, given };
};

export { CommanderError };
