/** Factor of the learning rate at update `step` (from 0). */
export type Schedule = (step: number) => number;

/** Rises from 0 over `warmupSteps` updates, then falls to 0 at `totalSteps`, both in straight lines. */
export const linearSchedule =
  (warmupSteps: number, totalSteps: number): Schedule =>
  (step) =>
    step < warmupSteps
      ? step / Math.max(1, warmupSteps)
      : Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));

/** Rises in a straight line over `warmupSteps`, then half a cosine down to 0 at `totalSteps`. */
export const cosineSchedule =
  (warmupSteps: number, totalSteps: number): Schedule =>
  (step) => {
    if (step < warmupSteps) return step / Math.max(1, warmupSteps);
    const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress))));
  };

/** Rises in a straight line over `warmupSteps`, then stays 1. */
export const constantSchedule =
  (warmupSteps = 0): Schedule =>
  (step) =>
    step < warmupSteps ? step / Math.max(1, warmupSteps) : 1;
