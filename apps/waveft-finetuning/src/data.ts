import { loadDataset } from "@waveft/trainer";
import type { FinetuneOptions } from "./options";
import { type InstructionRecord, readRecords } from "./prompt";
import { shuffleSeeds } from "./script-seeds";
import { UsageError } from "./usage-error";

/** Seed of the split between training and evaluation in PEFT's example. */
const SPLIT_SEED = 42;

export interface Records {
  readonly train: readonly InstructionRecord[];
  readonly evaluation: readonly InstructionRecord[];
}

/** Loads the records and divides them as PEFT's example does. */
export const loadRecords = async (dataPath: string, options: FinetuneOptions): Promise<Records> => {
  const { eval_data_path: evalPath, val_set_size: size, shuffle } = options;
  const all = await loadDataset(dataPath, { split: "train" });
  readRecords(dataPath, all);
  const held = evalPath === undefined ? null : await loadDataset(evalPath, { split: "train" });
  if (held === null && size >= all.length)
    throw new UsageError(
      `${dataPath} has ${all.length} records, of which val_set_size takes ${size}; give --val_set_size below ${all.length}`,
    );
  const parts =
    held !== null
      ? { train: all, test: held }
      : size === 0
        ? { train: all, test: null }
        : all.trainTestSplit({ testSize: size, seed: SPLIT_SEED, shuffle });
  const seeds = shuffleSeeds(options.seed ?? SPLIT_SEED);
  const train = shuffle ? parts.train.shuffle({ seed: seeds.train }) : parts.train;
  const test = shuffle ? parts.test?.shuffle({ seed: seeds.evaluation }) : parts.test;
  return {
    train: readRecords(dataPath, train),
    evaluation: readRecords(evalPath ?? dataPath, test ?? []),
  };
};
