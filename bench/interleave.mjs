// Two programs timed side by side: short batches in turn, so that whatever else the machine does meets both.

/** Batches last at least this long, in seconds. */
const shortest = 0.012;

/** A program that compiles itself while it runs gets so many milliseconds to do it; the other one as well. */
const warmUp = 300;

/**
 * Medians of the seconds per call. A side is `(calls) => seconds`, or a promise of them: it runs its call that often
 * and times only that loop.
 */
export async function interleave(sides, rounds) {
  const calls = [];
  for (const side of sides) calls.push(await calibrate(side));
  const samples = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // Every other round in reverse, so that neither always comes second.
    const order = round % 2 === 0 ? [...sides.keys()] : [...sides.keys()].reverse();
    for (const i of order) samples[i].push((await sides[i](calls[i])) / calls[i]);
  }
  return samples.map(median);
}

/** Warms a side up, and finds how many calls make a batch. */
async function calibrate(side) {
  for (const end = performance.now() + warmUp; performance.now() < end; ) await side(1);
  let calls = 1;
  while ((await side(calls)) < shortest) calls *= 2;
  return Math.max(1, Math.ceil((calls * shortest) / (await side(calls))));
}

/** A side that runs in this process. */
export const here = (call) => (calls) => {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return (performance.now() - start) / 1000;
};

export const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
