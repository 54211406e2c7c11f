export { AdaptedLinear, isAdaptedLinear } from "./adapted-linear";
export { type PeftConfig, type PeftFields, type TaskType, taskTypes } from "./config";
export { isPeftError, PeftError } from "./errors";
export type { LoadOptions } from "./files";
export type { AdapterMethod, InitOptions, LayerAdapter, TargetLayer } from "./method";
export { methods } from "./methods";
export { WaveFTConfig, type WaveFTFields } from "./methods/waveft/config";
export {
  type AdaptableModel,
  getPeftModel,
  type NewAdapterOptions,
  PeftModel,
  type PeftModelOptions,
  type TrainableCounts,
} from "./peft-model";
