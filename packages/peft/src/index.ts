export type { AdaptableModel } from "./adaptable-model";
export { AdaptedLinear, isAdaptedLinear } from "./adapted-linear";
export {
  AutoPeftModelForCausalLM,
  AutoPeftModelForSequenceClassification,
  type AutoPeftOptions,
} from "./auto-peft-model";
export { type PeftConfig, type PeftFields, type TaskType, taskTypes } from "./config";
export type { TrainableCounts } from "./counts";
export { type DefaultTargets, defaultTargetsOf } from "./default-targets";
export { isPeftError, PeftError } from "./errors";
export type { AdapterFiles, AdapterSource, LoadOptions } from "./files";
export type {
  AdapterMethod,
  Choice,
  InitOptions,
  LayerAdapter,
  Strategy,
  TargetLayer,
  WeightView,
} from "./method";
export { methods } from "./methods";
export { LoraConfig, type LoraFields } from "./methods/lora";
export { WaveFTConfig, type WaveFTFields } from "./methods/waveft/config";
export {
  getPeftModel,
  type MergeAdapterOptions,
  type NewAdapterOptions,
  PeftModel,
  type PeftModelOptions,
} from "./peft-model";
export { getLayerStatus, getModelStatus, type LayerStatus, type ModelStatus, type Regular } from "./status";
export type { StrategyChoice } from "./strategy";
