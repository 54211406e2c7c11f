import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder: the command runs from `dist/`, tests from `src/`. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The model and the data set that come with the command. */
export const embedded = {
  model: join(root, "assets", "opt-mini"),
  data: join(root, "assets", "wordnet-alpaca", "data.jsonl"),
  /** Whether the checkpoint is there. */
  isComplete: () => existsSync(join(root, "assets", "opt-mini", "model.safetensors")),
};
