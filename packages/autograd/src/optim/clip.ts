import { AutogradError } from "../errors";
import { arraysOf, type Gradient } from "./gradient";

/** ‖g‖₂ over all gradients together; 0 where there are none. */
export const globalNorm = (gradients: readonly Gradient[]): number =>
  normOf(arraysOf("globalNorm", gradients));

/**
 * Scales all gradients in place so that their global norm is at most `maxNorm`, by
 * min(1, maxNorm / (norm + 1e-6)) as torch does, where also a norm of NaN makes all gradients NaN, and an infinite
 * one all finite elements 0. Returns the norm before.
 *
 * @throws AutogradError when a gradient is not float32, or maxNorm is no number from 0
 */
export const clipGradNorm = (gradients: readonly Gradient[], maxNorm: number): number => {
  if (!(maxNorm >= 0)) throw new AutogradError(`clipGradNorm: maxNorm is ${maxNorm}; give 0 or more`);
  const arrays = arraysOf("clipGradNorm", gradients);
  const norm = normOf(arrays);
  const scale = maxNorm / (norm + 1e-6);
  if (!(scale >= 1)) for (const array of arrays) for (let i = 0; i < array.length; i++) array[i]! *= scale;
  return norm;
};

/**
 * Moves all elements into [−maxValue, maxValue], in place; NaN stays.
 *
 * @throws AutogradError when a gradient is not float32, or maxValue is no number from 0
 */
export const clipGradValue = (gradients: readonly Gradient[], maxValue: number): void => {
  if (!(maxValue >= 0)) throw new AutogradError(`clipGradValue: maxValue is ${maxValue}; give 0 or more`);
  for (const array of arraysOf("clipGradValue", gradients))
    for (let i = 0; i < array.length; i++) array[i] = Math.min(maxValue, Math.max(-maxValue, array[i]!));
};

const normOf = (arrays: readonly Float32Array[]): number => {
  let total = 0;
  for (const array of arrays) for (let i = 0; i < array.length; i++) total += array[i]! * array[i]!;
  return Math.sqrt(total);
};
