/**
 * Taps as base64, half the size of decimals: of all float64 numbers, filter after filter, first the lowest byte, then
 * the next, up to the highest.
 *
 * @param names of the filters
 * @param length of the filter with such a number in its name
 */
export function packed(
  names: readonly string[],
  length: (number: number) => number,
  base64: string,
): Readonly<Record<string, readonly number[]>> {
  const planes = atob(base64);
  const count = planes.length / 8;
  const view = new DataView(new ArrayBuffer(planes.length));
  for (let i = 0; i < planes.length; i++)
    view.setUint8((i % count) * 8 + Math.floor(i / count), planes.charCodeAt(i));
  const taps: Record<string, readonly number[]> = {};
  let at = 0;
  for (const name of names) {
    const filter = Array.from({ length: length(numberOf(name)) }, (_, j) =>
      view.getFloat64((at + j) * 8, true),
    );
    taps[name] = filter;
    at += filter.length;
  }
  return taps;
}

/** `prefix` with the numbers from `first` to `last`. */
export function numbered(prefix: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${prefix}${first + i}`);
}

/** The number at the end of a name. */
export function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0]);
}
