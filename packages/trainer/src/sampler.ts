import { randperm } from "@waveft/sparse";

/**
 * Order of the examples in an epoch: that of `torch.randperm(count)` seeded with seed + epoch, which is what
 * accelerate's sampler draws; without shuffling, the data set's own.
 */
export const epochOrder = (count: number, epoch: number, seed: number | null): number[] =>
  seed === null ? Array.from({ length: count }, (_, i) => i) : Array.from(randperm(count, seed + epoch));

/** Consecutive groups of `size`, the last one perhaps smaller. */
export const batchesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
