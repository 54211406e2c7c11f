import { firstUpdates, fraction, modulus, randomKeys, scale } from "../src/random";

/** Update i changes residue i mod 3 by the next one. */
const mix = (state: number[], keys: readonly number[], from: number, to: number): void => {
  for (let i = from; i < to; i++) {
    const [a, b] = [i % 3, (i + 1) % 3];
    state[a] = (state[a]! + keys[i]! + state[b]! * (state[b]! + keys[i]!)) % modulus;
  }
};

/** Four residues and a fraction. */
const vector = (start: readonly number[], keys: readonly number[]): number[] => {
  const state = start.map((residue) => residue % modulus);
  mix(state, keys, 0, firstUpdates);
  const [first, second] = state;
  mix(state, keys, firstUpdates, keys.length);
  return [first!, second!, state[0]!, state[1]!, state[2]! * fraction];
};

/** What `randomUniform` must draw, written from the description in src/random.ts: float32 in [0, 1). */
export const randomUniformHost = (seed: number, salt: number, size: number): Float32Array => {
  const keys = randomKeys(salt);
  const rest = Math.floor(seed / modulus);
  const state = [seed % modulus, rest % modulus, Math.floor(rest / modulus)];
  mix(state, keys.seed, 0, firstUpdates);
  const [s0, s1, s2] = state as [number, number, number];
  const lows = Array.from({ length: Math.min(size, modulus) }, (_, low) =>
    vector([low + s0, s1, s2], keys.low),
  );
  const highs = Array.from({ length: Math.ceil(size / modulus) }, (_, high) =>
    vector([high + s1, Math.floor(high / modulus) + s2, s0], keys.high),
  );
  const drawn = new Float32Array(size);
  for (let place = 0; place < size; place++) {
    const low = lows[place % modulus]!;
    const high = highs[Math.floor(place / modulus)]!;
    const part = low[0]! * high[0]! + low[1]! * high[1]! + low[2]! * high[2]! + low[3]! * high[3]!;
    drawn[place] = ((part % modulus) + ((low[4]! + high[4]!) % 1)) * scale;
  }
  return drawn;
};
