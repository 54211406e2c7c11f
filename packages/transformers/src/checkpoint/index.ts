export { checkpointFiles, openCheckpoint } from "./checkpoint";
export { openTorchCheckpoint } from "./torch";
export type { Checkpoint, CheckpointTensorInfo } from "./types";
