export { AdamW, type AdamWOptions } from "./adamw";
export { clipGradNorm, globalNorm } from "./clip";
export { constantSchedule, cosineSchedule, linearSchedule, type Schedule } from "./schedule";
