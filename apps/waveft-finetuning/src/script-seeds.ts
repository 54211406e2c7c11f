/**
 * The seeds with which PEFT's example shuffles its two data sets. It names none, so `datasets` takes a word of
 * NumPy's global generator (MT19937): of the freshly seeded state word 0, which is the seed itself; and after
 * one draw, when the state was twisted and two words were used, word 2.
 */
export const shuffleSeeds = (seed: number): { readonly train: number; readonly evaluation: number } => {
  const state = seededWords(seed, 400);
  const joined = ((state[2]! & 0x80000000) | (state[3]! & 0x7fffffff)) >>> 0;
  const twisted = state[399]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  return { train: state[0]!, evaluation: twisted >>> 0 };
};

/** The first words of MT19937's state after seeding (Matsumoto and Nishimura, 1998). */
const seededWords = (seed: number, count: number): Uint32Array => {
  const words = new Uint32Array(count);
  words[0] = seed;
  for (let i = 1; i < count; i++) {
    const previous = words[i - 1]! ^ (words[i - 1]! >>> 30);
    words[i] = Math.imul(1812433253, previous) + i;
  }
  return words;
};
