import { AutogradError } from "../errors";

/**
 * A stream of random numbers that a seed decides, the same on every machine and in every JavaScript engine: the
 * generator xoshiro128** (Blackman & Vigna 2018), and of floating point only + − × ÷ √, which IEEE 754 fixes to the
 * bit (logarithms and sines it does not).
 */
export class RandomStream {
  readonly #state: Uint32Array;
  #spare: number | null = null;

  /** @param seed any safe integer */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed))
      throw new AutogradError(`random: the seed is ${seed}; give an integer of at most 53 bits`);
    const low = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, (_, i) => scramble(low, Math.floor(seed / 2 ** 32), i));
  }

  /** The next 32 bits. */
  bits(): number {
    const s = this.#state;
    const [a, b, c, d] = [s[0]!, s[1]!, s[2]!, s[3]!];
    const x = a ^ c;
    const y = b ^ d;
    s[0] = a ^ y;
    s[1] = b ^ x;
    s[2] = x ^ (b << 9);
    s[3] = rotate(y, 11);
    return Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
  }

  /** Uniform in (0, 1): the middles of 2³² equal parts. */
  uniform(): number {
    return (this.bits() + 0.5) * 2 ** -32;
  }

  /** From N(0, 1), by Marsaglia's polar method: two from each point drawn inside the unit circle. */
  normal(): number {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return spare;
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const factor = Math.sqrt((-2 * logarithm(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** One word of the first state: seed words and place through multiply and shift rounds with odd constants. */
const scramble = (low: number, high: number, place: number): number => {
  let bits = 0x6a09e667;
  for (const word of [low, high, place]) {
    bits = Math.imul(bits ^ word, 0x7feb352d);
    bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
    bits ^= bits >>> 16;
  }
  return bits;
};

/** ln x of a number in (0, 1): x = m · 2ᵉ with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) as its series. */
const logarithm = (x: number): number => {
  let exponent = 0;
  let m = x;
  for (; m < Math.SQRT1_2; m *= 2) exponent--;
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * t * sum + exponent * Math.LN2;
};
