import type { FilterBank } from "./core/filter-bank";
import { readSignal } from "./core/signal";
import { shown, WaveletError } from "./errors";

type Taps = ArrayLike<number>;

/** Four filters in PyWavelets' order. */
export type FilterList = readonly [decLo: Taps, decHi: Taps, recLo: Taps, recHi: Taps];

/** Four filters in whatever form they come. */
export type FilterBankLike = FilterBank | FilterList | { readonly filterBank: FilterList };

const names = ["decLo", "decHi", "recLo", "recHi"] as const;

/** Copies of the four filters; an odd number of taps gets a zero after its last, as in PyWavelets. */
export function readFilterBank(like: FilterBankLike): Record<(typeof names)[number], Float64Array> {
  const given = listed(like);
  const taps = names.map((name, i) => readTaps(given[i], name));
  const length = taps[0]!.length;
  if (taps.some((other) => other.length !== length)) {
    const lengths = names.map((name, i) => `${name} ${taps[i]!.length}`).join(", ");
    throw new WaveletError(`the four filters must have one length; got ${lengths}`, "wavelet");
  }
  const [decLo, decHi, recLo, recHi] = taps.map((filter) => {
    const even = new Float64Array(length + (length % 2));
    even.set(filter);
    return even;
  });
  return { decLo: decLo!, decHi: decHi!, recLo: recLo!, recHi: recHi! };
}

function listed(like: unknown): readonly unknown[] {
  const fields = typeof like === "object" && like !== null ? (like as Record<string, unknown>) : {};
  const list = names.some((name) => name in fields)
    ? names.map((name) => fields[name])
    : (fields.filterBank ?? like);
  if (Array.isArray(list) && list.length === 4) return list;
  throw new WaveletError(
    `a filter bank is an object with, or a list of, decLo, decHi, recLo and recHi; got ${
      Array.isArray(list) ? `a list of ${list.length}` : shown(list)
    }`,
    "wavelet",
  );
}

function readTaps(taps: unknown, name: string): ArrayLike<number> {
  const { parts, shape } = readSignal(taps, name);
  if (parts.length === 1 && shape.length === 1) return parts[0]!;
  throw new WaveletError(`${name} must be one row of real numbers`, "wavelet");
}
