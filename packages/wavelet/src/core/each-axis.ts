import type { Dense } from "./signal";

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
  const rebuild = (key: string): Dense | undefined =>
    key.length === count ? bands[key] : join(rebuild(`${key}a`), rebuild(`${key}d`), key.length);
  return rebuild("");
}
