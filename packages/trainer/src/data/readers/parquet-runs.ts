/** Values that a bit-packed run may hold beyond those that are wanted: writers fill up whole groups of eight. */
const padding = 512;

/**
 * Walks over values in Parquet's run-length and bit-packed hybrid encoding, and counts those equal to `wanted`.
 *
 * @param bytes where the runs lie
 * @param count values that the runs must hold
 * @param width bits of a value
 * @throws RangeError if the bytes end too early, or a run is longer than `count`: a decoder that believes it fills
 *   memory until the process ends
 */
export function countInRuns(bytes: Uint8Array, count: number, width: number, wanted = -1): number {
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new RangeError("runs that end too early");
    return bytes[at++]!;
  };
  let seen = 0;
  let equal = 0;
  while (seen < count) {
    const header = varInt(next);
    const left = count - seen;
    if (header % 2 === 0) {
      const run = header / 2;
      if (run > left) throw new RangeError(`a run of ${run} values where ${left} are left`);
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value += next() * 2 ** shift;
      if (value === wanted) equal += run;
      seen += run;
    } else {
      const run = ((header - 1) / 2) * 8;
      if (run > left + padding) throw new RangeError(`a run of ${run} values where ${left} are left`);
      if (wanted >= 0) equal += countPacked(bytes.subarray(at), Math.min(run, left), width, wanted);
      at += (run / 8) * width;
      seen += run;
    }
  }
  return equal;
}

/** How many of the first `count` bit-packed values, low bits first, equal `wanted`. */
function countPacked(bytes: Uint8Array, count: number, width: number, wanted: number): number {
  let equal = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      const place = i * width + bit;
      value |= ((bytes[place >> 3]! >> (place & 7)) & 1) << bit;
    }
    if (value === wanted) equal++;
  }
  return equal;
}

/** Unsigned LEB128, at most 32 bits. */
function varInt(next: () => number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = next();
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a run header of more than 32 bits");
}
