import type { FinetuneOptions } from "./options";

/** Settings by the names that libraries give them, and the flags that set them. */
const flags: Readonly<Record<string, keyof FinetuneOptions>> = {
  nFrequency: "waveft_n_frequency",
  targetModules: "waveft_target_modules",
  scaling: "waveft_scaling",
  waveletFamily: "waveft_wavelet_family",
  randomLocSeed: "random_loc_seed",
  outputDir: "output_dir",
  saveSteps: "save_step",
  evalSteps: "eval_step",
  warmupSteps: "warmup_steps",
  learningRate: "learning_rate",
};

/** A library's sentence in the words of the command line. */
export const withFlagNames = (message: string): string =>
  message.replace(/\b[a-zA-Z]+\b/g, (word) => (Object.hasOwn(flags, word) ? `--${flags[word]}` : word));
