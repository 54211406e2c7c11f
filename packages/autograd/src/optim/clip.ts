/** ‖g‖₂ over all gradients together. */
export const globalNorm = (gradients: readonly Float32Array[]): number => {
  let total = 0;
  for (const gradient of gradients) for (const value of gradient) total += value * value;
  return Math.sqrt(total);
};

/**
 * Scales all gradients in place so that their global norm is at most `maxNorm`, by
 * min(1, maxNorm / (norm + 1e-6)) as torch does; returns the norm before.
 */
export const clipGradNorm = (gradients: readonly Float32Array[], maxNorm: number): number => {
  const norm = globalNorm(gradients);
  const scale = maxNorm / (norm + 1e-6);
  if (scale < 1)
    for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
  return norm;
};
