/**
 * Uniform numbers as a function of (seed, salt, place), in arithmetic that float32 does exactly: integers below
 * 2²², so that every engine draws the same numbers.
 *
 * The state is three residues modulo a prime p; one update is a ← a + k + b(b + k) mod p, a Feistel step with a
 * quadratic round function, whose keys k are hashed from a counter. The seed is mixed into the residues σ. A place
 * is low + p · high; from σ, every `low` and every `high` gets four residues and a fraction. The element is
 * (Σ low·high mod p + frac(low + high)) / p: the inner product of two such vectors decides in which of p equal
 * parts of [0, 1) the number lies, the fractions where in that part. So the mixing is done once for a row or a
 * column, and an element costs four products, which devices with a matrix product do at once. The salt is hashed into
 * the keys of `high` alone: draws of one seed are rows of one table, and a graph mixes the seed and the columns once.
 */
export const modulus = 1021;

/**
 * Updates reach 2p(p − 1) and inner products 4(p − 1)², both below 2²², where ⌊(t + ½) · (1/p)⌋ is the
 * quotient exactly.
 */
export const inverseModulus = 1 / modulus;

/** A float32 just above 1/p: where products are rounded correctly, ⌊t · this⌋ is the quotient of all t below 2²². */
export const inverseAbove = Math.fround(1 / modulus + 2 ** -34);

/** One residue as a fraction. */
export const fraction = 2 ** -10;

/** The last factor: a float32, so that every engine rounds alike. */
export const scale = Math.fround(1 / modulus);

/** Residues 0 and 1 are taken after these updates, all three after as many as there are keys. */
export const firstUpdates = 12;
const allUpdates = 18;

/** Keys of each mixing. */
export interface RandomKeys {
  readonly seed: readonly number[];
  readonly low: readonly number[];
  /** The only ones that differ by salt. */
  readonly high: readonly number[];
}

export const randomKeys = (salt: number): RandomKeys => ({
  ...commonKeys,
  high: keysOf(salt, 2, allUpdates),
});

const keysOf = (salt: number, stream: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => hash(salt, stream * 64 + i) % modulus);

/** 32 bits from a salt and a counter: multiply and shift rounds with odd constants. */
const hash = (salt: number, counter: number): number => {
  const high = Math.floor(salt / 2 ** 32);
  let bits = 0x9e3779b9;
  for (const word of [salt, high, counter]) {
    bits = Math.imul(bits ^ word, 0x2c1b3c6d);
    bits = Math.imul(bits ^ (bits >>> 15), 0x297a2d39);
    bits ^= bits >>> 16;
  }
  return bits >>> 0;
};

const commonKeys = { seed: keysOf(0, 0, firstUpdates), low: keysOf(0, 1, allUpdates) };
