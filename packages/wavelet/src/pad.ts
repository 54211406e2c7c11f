import { extension, fillExtension } from "./core/extension";
import { layoutAlong } from "./core/layout";
import { checkedMode, type Mode } from "./core/modes";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal, zerosLike } from "./core/signal";
import { copyOf } from "./core/slices";
import { shown, WaveletError } from "./errors";

/**
 * How many samples to add: one number for every side, `[before, after]` for every axis, or a list of one
 * `[before, after]` (or `[both]`) for all axes or for each.
 */
export type PadWidths = number | readonly number[] | readonly (readonly number[])[];

/**
 * A signal with its extension at both ends of every axis, as `pywt.pad`: what the transforms see past the borders.
 * With periodization an axis of odd length first repeats its last sample.
 *
 * @param x any signal; float32 stays float32, all else gives float64 (PyWavelets keeps integers)
 * @returns a new array, `before + after` longer along each axis; an axis of one sample is repeated by the modes
 *   that have nothing to reflect
 * @throws WaveletError for an unknown mode, empty or non-numeric data, and widths that are negative, not integers or
 *   not one per axis
 */
export function pad<S extends Signal>(x: S, padWidths: PadWidths, mode: Mode): Transformed<S> {
  const checked = checkedMode(mode);
  const data = readSignal(x, "x");
  const padded = checkedWidths(padWidths, data.shape.length).reduce(
    (out, [before, after], axis) => padAlong(out, axis, before, after, checked),
    data,
  );
  return writeSignal<S>(padded === data ? copyOf(data) : padded);
}

function padAlong(x: Dense, axis: number, before: number, after: number, mode: Mode): Dense {
  const { outer, length, inner } = layoutAlong(x.shape, axis);
  const single = length === 1 && (mode === "reflect" || mode === "antireflect");
  const beyond = after + (mode === "periodization" ? length % 2 : 0);
  if (before + beyond === 0) return x;
  const sides = [
    { at: 0, samples: extension(single ? "constant" : mode, length, -before, before) },
    { at: before + length, samples: extension(single ? "constant" : mode, length, length, beyond) },
  ];
  const total = before + length + beyond;
  const out = zerosLike(x, x.shape.with(axis, total));
  for (const [p, part] of x.parts.entries()) {
    const padded = out.parts[p]!;
    for (let block = 0; block < outer; block++) {
      const base = block * length * inner;
      const start = block * total;
      padded.set(part.subarray(base, base + length * inner), (start + before) * inner);
      for (const { at, samples } of sides) {
        const rows = { base, n: length, stride: inner, width: inner };
        fillExtension(samples, part, rows, padded, (start + at) * inner);
      }
    }
  }
  return out;
}

/** Before and after, for each axis. */
function checkedWidths(widths: unknown, dimensions: number): [before: number, after: number][] {
  const list: readonly unknown[] = Array.isArray(widths) ? widths : [widths];
  const rows = list.some(Array.isArray) ? list : [list];
  const pairs = rows.map((row) => checkedPair(row, widths));
  if (pairs.length === dimensions) return pairs;
  if (pairs.length === 1) return Array.from({ length: dimensions }, () => pairs[0]!);
  throw new WaveletError(
    `give one [before, after] for all ${dimensions} axes or one for each; got ${pairs.length} in padWidths`,
    "length",
  );
}

function checkedPair(row: unknown, widths: unknown): [before: number, after: number] {
  const numbers: readonly unknown[] = Array.isArray(row) ? row : [row];
  const fit = numbers.every((width) => Number.isSafeInteger(width) && (width as number) >= 0);
  if (fit && (numbers.length === 1 || numbers.length === 2)) {
    return [numbers[0] as number, numbers.at(-1) as number];
  }
  throw new WaveletError(
    `padWidths must be an integer from 0 on, [before, after], or a list of such pairs; got ${shown(widths)}`,
    "length",
  );
}
