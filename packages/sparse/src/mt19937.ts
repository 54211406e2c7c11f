import { SparseError } from "./errors";

const stateSize = 624;
const middle = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), as `torch.Generator` runs it on the CPU:
 * seeded with the low 32 bits of the seed.
 */
export class Mt19937 {
  readonly #state = new Uint32Array(stateSize);
  readonly #block = new Uint32Array(stateSize);
  #position = stateSize;

  /** @param seed an integer in [−2⁶³, 2⁶⁴); beyond 2⁵³ give a bigint. */
  constructor(seed: number | bigint) {
    const state = this.#state;
    state[0] = lowBits(seed);
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** The next 32 random bits, an integer in [0, 2³²). */
  nextUint32(): number {
    if (this.#position === stateSize) {
      this.#refill();
      this.#position = 0;
    }
    return this.#block[this.#position++]!;
  }

  /**
   * The next 624 draws at once, for hot loops, in a buffer that the next call overwrites.
   * To be called before `nextUint32` or not at all: what that left of its block is dropped.
   */
  nextBlock(): Uint32Array {
    this.#refill();
    this.#position = stateSize;
    return this.#block;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < stateSize - middle; i++)
      state[i] = twist(state[i]!, state[i + 1]!) ^ state[i + middle]!;
    for (let i = stateSize - middle; i < stateSize - 1; i++) {
      state[i] = twist(state[i]!, state[i + 1]!) ^ state[i + middle - stateSize]!;
    }
    state[stateSize - 1] = twist(state[stateSize - 1]!, state[0]!) ^ state[middle - 1]!;

    const block = this.#block;
    for (let i = 0; i < stateSize; i++) {
      let y = state[i]!;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      block[i] = y ^ (y >>> 18);
    }
  }
}

function twist(high: number, low: number): number {
  const mixed = (high & 0x80000000) | (low & 0x7fffffff);
  return (mixed >>> 1) ^ (-(low & 1) & 0x9908b0df);
}

/** torch keeps the seed as 64 bits, negative ones in two's complement, and the generator takes the low half. */
function lowBits(seed: number | bigint): number {
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed)) {
    throw new SparseError(
      `sparse: the seed must be an integer (a bigint beyond 2^53), got ${describe(seed)}`,
      "seed",
    );
  }
  const wide = BigInt(seed);
  if (wide < -(2n ** 63n) || wide >= 2n ** 64n) {
    throw new SparseError(`sparse: the seed must lie in [-2^63, 2^64), got ${seed}`, "seed");
  }
  return Number(BigInt.asUintN(32, wide));
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : `${typeof value} ${JSON.stringify(value)}`;
}
