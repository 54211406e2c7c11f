export { Adam, type AdamOptions, AdamW, type AdamWOptions } from "./adam";
export { clipGradNorm, clipGradValue, globalNorm } from "./clip";
export type { Gradient } from "./gradient";
export type { Optimizer, OptimizerOptions, OptimizerState } from "./optimizer";
export {
  type CosineOptions,
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  inverseSqrtSchedule,
  linearSchedule,
  type OneCycleOptions,
  oneCycleSchedule,
  type PolynomialOptions,
  polynomialSchedule,
  type Schedule,
  type ScheduleOptions,
  schedules,
  stepSchedule,
  type WarmupStableDecayOptions,
  warmupStableDecaySchedule,
} from "./schedule";
export { SGD, type SGDOptions } from "./sgd";
