import type { Dtype, TensorData } from "@waveft/safetensors";

export interface CheckpointTensorInfo {
  /** As safetensors spells it: `"F32"`, `"BF16"`, … */
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** The tensors of a model on disk, whatever the format. Nothing but names and shapes is in memory. */
export interface Checkpoint {
  names(): string[];
  has(name: string): boolean;
  /** Throws `TransformersError` for an unknown name. */
  info(name: string): CheckpointTensorInfo;
  /** One tensor, row-major, in memory of its own. */
  read(name: string): Promise<TensorData>;
  close(): Promise<void>;
}
