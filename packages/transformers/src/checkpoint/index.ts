export { type Checkpoint, type CheckpointTensorInfo, checkpointFiles, openCheckpoint } from "./checkpoint";
export { openTorchCheckpoint } from "./torch";
