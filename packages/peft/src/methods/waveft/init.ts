import { Mt19937 } from "@waveft/sparse";

/** Standard deviation of a random start (PEFT's `init_weights=False`). */
const DEVIATION = Math.fround(0.01);

/** The seed of torch's generator in a process that never calls `torch.manual_seed`. */
export const TORCH_SEED = 67280421310721;

/**
 * Standard normal numbers times 0.01, as `torch.randn(count) * 0.01` gives them in float32 on the CPU, one vector
 * after the other from one generator.
 *
 * @param seed what `torch.manual_seed` was given
 */
export const smallNormals = (seed: number): ((count: number) => Float32Array) => {
  const generator = new Mt19937(seed);
  const one = singleNormals(generator);
  return (count) => {
    const values = count < BLOCK ? Float32Array.from({ length: count }, one) : normalBlocks(generator, count);
    return values.map((value) => value * DEVIATION);
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
