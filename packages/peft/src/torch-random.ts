import type { DType } from "@waveft/autograd";
import { Mt19937 } from "@waveft/sparse";
import { decoded, encoded } from "./storage";

/** The seed of torch's generator in a process that never calls `torch.manual_seed`. */
const TORCH_SEED = 67280421310721;

/** Random vectors in float32 as torch draws them on the CPU, one after the other from one generator. */
export interface TorchRandom {
  /** `torch.randn(count)`. */
  normal(count: number): Float32Array;
  /** `torch.empty(count).uniform_(-bound, bound)`. */
  uniform(count: number, bound: number): Float32Array;
}

/** Zeros in place of random numbers. */
const zeros: TorchRandom = {
  normal: (count) => new Float32Array(count),
  uniform: (count) => new Float32Array(count),
};

/** @param seed what `torch.manual_seed` was given; by default that of a process that never calls it; null: zeros */
export const torchRandom = (seed: number | null = TORCH_SEED): TorchRandom => {
  if (seed === null) return zeros;
  const generator = new Mt19937(seed);
  const one = singleNormals(generator);
  return {
    normal: (count) =>
      count < BLOCK ? Float32Array.from({ length: count }, one) : normalBlocks(generator, count),
    uniform: (count, bound) => {
      const [low, span] = [Math.fround(-bound), Math.fround(Math.fround(bound) - Math.fround(-bound))];
      return Float32Array.from(
        { length: count },
        () => Math.fround((generator.nextUint32() & 0xffffff) * 2 ** -24) * span + low,
      );
    },
  };
};

/** torch fills vectors of this length or more in blocks. */
const BLOCK = 16;

/**
 * The vector is filled with uniform numbers of 24 bits, then each block of 16 becomes normal by Box and Muller's
 * method, place j with place j + 8. An incomplete last block is drawn again as the last 16 places.
 */
const normalBlocks = (generator: Mt19937, count: number): Float32Array => {
  const uniform = () => (generator.nextUint32() & 0xffffff) * 2 ** -24;
  const values = Float32Array.from({ length: count }, uniform);
  const transform = (from: number): void => {
    for (let j = from; j < from + BLOCK / 2; j++) {
      const radius = Math.sqrt(-2 * Math.log(1 - values[j]!));
      const angle = 2 * Math.PI * values[j + BLOCK / 2]!;
      values[j] = radius * Math.cos(angle);
      values[j + BLOCK / 2] = radius * Math.sin(angle);
    }
  };
  for (let from = 0; from + BLOCK <= count; from += BLOCK) transform(from);
  if (count % BLOCK !== 0) {
    for (let j = count - BLOCK; j < count; j++) values[j] = uniform();
    transform(count - BLOCK);
  }
  return values;
};

/** Shorter vectors take pairs made of two uniform numbers of 53 bits; an odd one is kept for the next vector. */
const singleNormals = (generator: Mt19937): (() => number) => {
  const uniform = () => {
    const high = generator.nextUint32() & 0x1fffff;
    return (high * 2 ** 32 + generator.nextUint32()) * 2 ** -53;
  };
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const angle = 2 * Math.PI * uniform();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform()));
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
};

/** PEFT makes new adapters in the base weight's dtype before it trains them in float32. */
export const roundedTo = (dtype: DType, values: Float32Array): Float32Array =>
  decoded(dtype, encoded(dtype, values));
