/**
 * The part of NumPy's random module that Hugging Face `datasets` draws its orders from:
 * `numpy.random.default_rng(seed).permutation(n)`. Bit for bit equal to NumPy 2.4 (golden-tested).
 *
 * - PCG64 (XSL-RR 128/64): M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
 *   Algorithms for Random Number Generation", 2014.
 * - Seeding by SeedSequence: the constants are NumPy's; the hash follows O'Neill's `randutils`.
 * - Shuffling: Fisher–Yates from the end, with bounded integers by masking and rejection.
 */

const mask32 = 0xffff_ffffn;
const mask64 = (1n << 64n) - 1n;
const mask128 = (1n << 128n) - 1n;
const pcgMultiplier = 0x2360ed051fc65da44385df649fccf645n;

const poolSize = 4;
const hashInitA = 0x43b0d7e5;
const hashMultiplierA = 0x931e8875;
const hashInitB = 0x8b51f9dd;
const hashMultiplierB = 0x58f38ded;
const mixLeft = 0xca01f9dd;
const mixRight = 0x4973f715;

/** A hash whose multiplier moves on with every word, as SeedSequence defines it. */
function wordHash(start: number, multiplier: number): (word: number) => number {
  let constant = start;
  return (word) => {
    let value = word ^ constant;
    constant = Math.imul(constant, multiplier);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  };
}

function mix(left: number, right: number): number {
  const value = (Math.imul(mixLeft, left) - Math.imul(mixRight, right)) | 0;
  return (value ^ (value >>> 16)) >>> 0;
}

/** `SeedSequence(seed).generate_state(count, uint32)`. */
function seedWords(seed: bigint, count: number): number[] {
  const entropy: number[] = [];
  for (let rest = seed; rest > 0n || entropy.length === 0; rest >>= 32n) entropy.push(Number(rest & mask32));

  const hash = wordHash(hashInitA, hashMultiplierA);
  const pool = Array.from({ length: poolSize }, (_, i) => hash(entropy[i] ?? 0));
  for (let from = 0; from < poolSize; from++)
    for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  for (const word of entropy.slice(poolSize))
    for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, hash(word));

  const output = wordHash(hashInitB, hashMultiplierB);
  return Array.from({ length: count }, (_, i) => output(pool[i % poolSize]!));
}

/** A whole, non-negative seed of any size as a bigint, or a RangeError. */
function checkedSeed(seed: number | bigint): bigint {
  if (typeof seed === "number" && !Number.isSafeInteger(seed))
    throw new RangeError(`seed must be a whole number, but got ${seed}`);
  if (seed < 0) throw new RangeError(`seed must not be negative, but got ${seed}`);
  return BigInt(seed);
}

/** NumPy's `Generator(PCG64(seed))`, as `numpy.random.default_rng(seed)` makes it. */
export class Pcg64 {
  #state = 0n;
  readonly #increment: bigint;
  /** The upper half of the last 64-bit draw, kept for the next 32-bit one (-1: none). */
  #spare = -1;

  /**
   * @param seed whole and not negative; a bigint may be of any size
   * @throws RangeError for any other seed
   */
  constructor(seed: number | bigint) {
    const words = seedWords(checkedSeed(seed), 8).map(BigInt);
    const word64 = (i: number) => (words[2 * i + 1]! << 32n) | words[2 * i]!;
    this.#increment = ((((word64(2) << 64n) | word64(3)) << 1n) | 1n) & mask128;
    this.#step();
    this.#state = (this.#state + ((word64(0) << 64n) | word64(1))) & mask128;
    this.#step();
  }

  #step(): void {
    this.#state = (this.#state * pcgMultiplier + this.#increment) & mask128;
  }

  /** The next 64 bits. */
  nextUint64(): bigint {
    this.#step();
    const folded = ((this.#state >> 64n) ^ this.#state) & mask64;
    const rotation = this.#state >> 122n;
    return ((folded >> rotation) | (folded << (64n - rotation))) & mask64;
  }

  /** The next 32 bits: the lower, then the upper half of one 64-bit draw. */
  nextUint32(): number {
    if (this.#spare >= 0) {
      const word = this.#spare;
      this.#spare = -1;
      return word;
    }
    const draw = this.nextUint64();
    this.#spare = Number(draw >> 32n);
    return Number(draw & mask32);
  }

  /**
   * A whole number in 0…max, both included; max < 2³². NumPy's shuffling masks 32-bit draws to the bits of `max` and
   * rejects what is above it (its `integers` uses Lemire's method instead).
   */
  nextBounded(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffff_ffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.nextUint32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /**
   * `permutation(n)`: the numbers 0…n − 1, shuffled.
   *
   * @param length number of entries, 0 ≤ length < 2³²
   */
  permutation(length: number): Uint32Array {
    if (!Number.isSafeInteger(length) || length < 0 || length > 0xffff_ffff)
      throw new RangeError(`a permutation's length must be a whole number in 0…2^32 - 1, but got ${length}`);
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.nextBounded(i);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }
}

/** `numpy.random.default_rng(seed).permutation(length)`: the order in which `datasets` shuffles and splits. */
export function permutation(length: number, seed: number | bigint): Uint32Array {
  return new Pcg64(seed).permutation(length);
}
