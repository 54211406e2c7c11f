import { takeLock } from "@waveft/safetensors";
import { TrainerError } from "./errors";
import { node } from "./node";

/** Milliseconds without a sign of life of its owner, which an update may take, until a lock may be taken over. */
const patience = 600_000;

/**
 * Takes an output folder for one run: two would remove each other's checkpoints. A folder of a process that is gone is
 * taken over.
 *
 * @returns what gives the folder back
 * @throws TrainerError while another run has it
 */
export const lockFolder = async (outputDir: string): Promise<() => Promise<void>> => {
  const lock = node("trainer: saving checkpoints").path.join(outputDir, ".trainer.lock");
  const held = await takeLock(lock, patience);
  if (held.isMine) return held.release;
  throw new TrainerError(
    `trainer: the output folder ${outputDir} is in use by process ${held.pid} on ${held.host}; wait for that run, or give another outputDir (if there is none, remove ${lock})`,
  );
};
