import { type Dense, discard } from "./signal";

/** Two bands along each of `count` axes, one axis after the other. `split` gets the number of the axis. */
export function splitEach(
  x: Dense,
  count: number,
  split: (band: Dense, i: number) => readonly [lo: Dense, hi: Dense],
): Readonly<Record<string, Dense>> {
  let bands: [string, Dense][] = [["", x]];
  for (let i = 0; i < count; i++) {
    bands = bands.flatMap(([key, band]) => {
      const [lo, hi] = split(band, i);
      if (i > 0) discard(band);
      return [
        [`${key}a`, lo],
        [`${key}d`, hi],
      ];
    });
  }
  return Object.fromEntries(bands);
}

/** The inverse of `splitEach`, the last axis first. */
export function joinEach(
  bands: Readonly<Record<string, Dense | undefined>>,
  count: number,
  join: (lo: Dense | undefined, hi: Dense | undefined, i: number) => Dense | undefined,
): Dense | undefined {
  const rebuild = (key: string): Dense | undefined => {
    if (key.length === count) return bands[key];
    const [lo, hi] = [rebuild(`${key}a`), rebuild(`${key}d`)];
    const joined = join(lo, hi, key.length);
    // Those of the last axis are the caller's.
    if (key.length + 1 < count) for (const band of [lo, hi]) if (band !== undefined) discard(band);
    return joined;
  };
  return rebuild("");
}
