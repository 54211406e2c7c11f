/** Factor of the learning rate at update `step` (from 0). */
export type Schedule = (step: number) => number;

/** Rises from 0 over `warmupSteps` updates, then falls to 0 at `totalSteps`, both in straight lines. */
export const linearSchedule = (warmupSteps: number, totalSteps: number): Schedule =>
  warmedUp(warmupSteps, (step) => Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps)));

/** Rises in a straight line over `warmupSteps`, then stays 1. */
export const constantSchedule = (warmupSteps = 0): Schedule => warmedUp(warmupSteps, () => 1);

export interface CosineOptions {
  /** Waves until `totalSteps` (default ½: once down). */
  numCycles?: number;
  /** Factor at the bottom of the wave (default 0). */
  minFactor?: number;
}

/** Rises in a straight line over `warmupSteps`, then follows a cosine until `totalSteps`, where it stays. */
export const cosineSchedule = (
  warmupSteps: number,
  totalSteps: number,
  { numCycles = 0.5, minFactor = 0 }: CosineOptions = {},
): Schedule =>
  warmedUp(warmupSteps, (step) => {
    const wave = cosine(2 * numCycles * progressAt(step, warmupSteps, totalSteps));
    return wave * (1 - minFactor) + minFactor;
  });

/**
 * Rises in a straight line over `warmupSteps`, then falls `numCycles` times (default 1) from 1 to 0 by half a cosine,
 * the last time until `totalSteps`.
 */
export const cosineRestartsSchedule = (
  warmupSteps: number,
  totalSteps: number,
  { numCycles = 1 }: { numCycles?: number } = {},
): Schedule =>
  warmedUp(warmupSteps, (step) => {
    const progress = progressAt(step, warmupSteps, totalSteps);
    return progress >= 1 ? 0 : cosine((numCycles * progress) % 1);
  });

export interface PolynomialOptions {
  /** Power of the remaining part of the run (default 1: a straight line). */
  power?: number;
  /** Factor at `totalSteps` and after (default 0); transformers' `lr_end` by the learning rate. */
  endFactor?: number;
}

/** Rises in a straight line over `warmupSteps`, then falls to `endFactor` as a power of what remains. */
export const polynomialSchedule = (
  warmupSteps: number,
  totalSteps: number,
  { power = 1, endFactor = 0 }: PolynomialOptions = {},
): Schedule =>
  warmedUp(warmupSteps, (step) => {
    if (step >= totalSteps) return endFactor;
    const remaining = 1 - progressAt(step, warmupSteps, totalSteps);
    return (1 - endFactor) * remaining ** power + endFactor;
  });

/**
 * Rises in a straight line over `warmupSteps`, then falls as 1/√(step), in the measure of `timescale` (default
 * `warmupSteps`, or 10,000 where there are none).
 */
export const inverseSqrtSchedule = (
  warmupSteps: number,
  { timescale = warmupSteps || 10_000 }: { timescale?: number } = {},
): Schedule => warmedUp(warmupSteps, (step) => Math.sqrt(timescale / (step + timescale - warmupSteps)));

export interface WarmupStableDecayOptions {
  /** Updates of the fall at the end (default a tenth of `totalSteps`, rounded up). */
  decaySteps?: number;
  /** Factor at the start and at the end (default 0). */
  minFactor?: number;
}

/**
 * Rises in a straight line over `warmupSteps`, stays 1, and falls over the last `decaySteps` until `totalSteps` by half
 * a cosine (Hu et al., arXiv 2404.06395). Where the two overlap, the fall is joined where the warm-up ends.
 */
export const warmupStableDecaySchedule = (
  warmupSteps: number,
  totalSteps: number,
  { decaySteps = Math.ceil(totalSteps / 10), minFactor = 0 }: WarmupStableDecayOptions = {},
): Schedule => {
  const scaled = (factor: number) => factor * (1 - minFactor) + minFactor;
  const decayStart = totalSteps - decaySteps;
  return (step) => {
    if (step < warmupSteps) return scaled(step / warmupSteps);
    if (step >= totalSteps) return minFactor;
    return step < decayStart ? 1 : scaled(cosine(progressAt(step, decayStart, totalSteps)));
  };
};

/** Multiplied by `gamma` (default 0.1) after every `stepSize` updates, as torch's StepLR. */
export const stepSchedule =
  (stepSize: number, gamma = 0.1): Schedule =>
  (step) =>
    gamma ** Math.floor(step / stepSize);

/** Multiplied by `gamma` after every update, as torch's ExponentialLR. */
export const exponentialSchedule =
  (gamma: number): Schedule =>
  (step) =>
    gamma ** step;

export interface OneCycleOptions {
  /** Part of the run that rises (default 0.3). */
  rising?: number;
  /** The first factor is 1 / divFactor (default 25). */
  divFactor?: number;
  /** The last factor is the first / finalDivFactor (default 10⁴). */
  finalDivFactor?: number;
}

/**
 * Rises to 1 and falls again, both by half a cosine, as torch's OneCycleLR (Smith & Topin, arXiv 1708.07120): the
 * learning rate is its `max_lr`. Momentum is not cycled.
 */
export const oneCycleSchedule = (
  totalSteps: number,
  { rising = 0.3, divFactor = 25, finalDivFactor = 1e4 }: OneCycleOptions = {},
): Schedule => {
  const top = rising * totalSteps - 1;
  const first = 1 / divFactor;
  const between = (from: number, to: number, part: number) => to + (from - to) * cosine(part);
  return (step) =>
    step <= top
      ? between(first, 1, top === 0 ? 1 : step / top)
      : between(1, first / finalDivFactor, Math.min(1, (step - top) / Math.max(1, totalSteps - 1 - top)));
};

/** Options of the schedules that `schedules` makes; each reads its own. */
export interface ScheduleOptions extends CosineOptions, PolynomialOptions, WarmupStableDecayOptions {
  timescale?: number;
}

/** The schedules of transformers' `lr_scheduler_type` that are functions of the step, by its names. */
export const schedules = {
  linear: linearSchedule,
  cosine: cosineSchedule,
  cosine_with_restarts: cosineRestartsSchedule,
  cosine_with_min_lr: cosineSchedule,
  polynomial: polynomialSchedule,
  constant: () => constantSchedule(),
  constant_with_warmup: (warmupSteps) => constantSchedule(warmupSteps),
  inverse_sqrt: (warmupSteps, _totalSteps, options = {}) => inverseSqrtSchedule(warmupSteps, options),
  warmup_stable_decay: warmupStableDecaySchedule,
} satisfies Record<string, (warmupSteps: number, totalSteps: number, options?: ScheduleOptions) => Schedule>;

/** A straight line from 0 to 1 over the warm-up, then `after`. */
const warmedUp =
  (warmupSteps: number, after: Schedule): Schedule =>
  (step) =>
    step < warmupSteps ? step / warmupSteps : after(step);

/** Part of the way from one step to another, 0 … 1; where they are the same, all of it after the first. */
const progressAt = (step: number, from: number, to: number): number =>
  Math.min(1, (step - from) / Math.max(1, to - from));

/** Half a wave from 1 (at 0) to 0 (at 1), and on. */
const cosine = (part: number): number => 0.5 * (1 + Math.cos(Math.PI * part));
