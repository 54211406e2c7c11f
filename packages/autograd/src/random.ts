/**
 * Uniform numbers as a function of (seed, salt, place), in arithmetic that float32 does exactly: integers below
 * 2²², so that every engine draws the same numbers. The state is residues modulo a prime; one update is
 * a ← a + b(b + k) mod p, a Feistel step with a quadratic round function, whose keys k are hashed from the salt.
 *
 * The seed is mixed into three residues σ. A place is low + p · high; from σ, each `low` gets a pair of residues,
 * and each `high` another; their sums mod p take the last three updates. So the long work is done once for a row
 * or a column, and an element costs five reductions.
 */
export const modulus = 1447;

/** What one update adds at most: (p − 1) + (p − 1)(2p − 2) < 2²², where ⌊(t + ½)/p⌋ is exact in float32. */
export const inverseModulus = 1 / modulus;

/** Two residues are one of p² equally likely numbers; the factor is a float32, so every engine rounds alike. */
export const scale = Math.fround(1 / (modulus * modulus));

const mixUpdates = 12;

/** Keys of each mixing, for one salt. */
export interface RandomKeys {
  readonly seed: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly last: readonly number[];
}

export const randomKeys = (salt: number): RandomKeys => {
  const keys = (stream: number, count: number) =>
    Array.from({ length: count }, (_, i) => hash(salt, stream * 64 + i) % modulus);
  return { seed: keys(0, mixUpdates), low: keys(1, mixUpdates), high: keys(2, mixUpdates), last: keys(3, 3) };
};

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

/** Residues 0 … 2 after a mixing; residue (r + 1) mod 3 drives the update of residue r. */
const mix = (residues: readonly number[], keys: readonly number[]): number[] => {
  const state = residues.map((residue) => residue % modulus);
  keys.forEach((key, i) => {
    const [a, b] = [i % 3, (i + 1) % 3];
    state[a] = (state[a]! + state[b]! * (state[b]! + key)) % modulus;
  });
  return state;
};

/** The numbers that `randomUniform` draws, computed on the host. */
export const randomUniformHost = (seed: number, salt: number, size: number): Float32Array => {
  const keys = randomKeys(salt);
  const [s0, s1, s2] = mix(
    [seed, Math.floor(seed / modulus), Math.floor(seed / (modulus * modulus))],
    keys.seed,
  ) as [number, number, number];
  const highs = Array.from({ length: Math.ceil(size / modulus) }, (_, high) =>
    mix([high + s1, Math.floor(high / modulus) + s2, s0], keys.high),
  );
  const lows = Array.from({ length: Math.min(size, modulus) }, (_, low) => mix([low + s0, s1, s2], keys.low));
  const [k0, k1, k2] = keys.last as [number, number, number];
  return Float32Array.from({ length: size }, (_, place) => {
    const low = lows[place % modulus]!;
    const high = highs[Math.floor(place / modulus)]!;
    let a = (low[0]! + high[0]!) % modulus;
    let b = (low[1]! + high[1]!) % modulus;
    a = (a + b * (b + k0)) % modulus;
    b = (b + a * (a + k1)) % modulus;
    a = (a + b * (b + k2)) % modulus;
    return (a * modulus + b) * scale;
  });
};
