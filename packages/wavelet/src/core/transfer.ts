import type { Precision } from "../kernels/kernels";
import type { FloatArray, Rows } from "./extension";
import type { Layout } from "./layout";

/** Arrays with fewer neighbours than this along the inner axes are taken line by line, not row by row. */
export const narrow = 16;

/** Coefficients of a piece: enough to hide the cost of a call, few enough for the first-level cache. */
export const longest = 2048;

/** Places for so many numbers each in the kernels' memory, from byte `free` on; the last is the next free byte. */
export function arrange({ size }: Precision, counts: readonly number[], free = 64): number[] {
  const places = [free];
  let next = free;
  for (const count of counts) {
    next = Math.ceil((next + count * size) / 64) * 64;
    places.push(next);
  }
  return places;
}

/** Numbers that fit into the kernels' memory after byte `free`, less what rounding up five places may take. */
export function roomFrom({ memory, size }: Precision, free: number): number {
  return memory.length - (free + 5 * 64) / size;
}

/**
 * How many lines to take at once, 1 at least.
 *
 * @param count coefficients of a line
 * @param once numbers that are needed for all lines together
 * @param each numbers that are needed for each line
 */
export function linesTogether(
  kernels: Precision,
  free: number,
  count: number,
  once: number,
  each: number,
): number {
  const fitting = Math.floor((roomFrom(kernels, free) - once) / each);
  return Math.max(1, Math.min(Math.floor(longest / count), fitting));
}

/** Line `line` of an array, as rows of one sample. */
export function lineOf({ length, inner }: Layout, line: number): Rows {
  const base = inner === 1 ? line * length : Math.floor(line / inner) * length * inner + (line % inner);
  return { base, n: length, stride: inner, width: 1 };
}

/** Rows m … m + count of x into memory, from number `at` on. */
export function load(
  x: FloatArray,
  { base, stride, width }: Rows,
  m: number,
  count: number,
  memory: FloatArray,
  at: number,
): void {
  const from = base + m * stride;
  if (width === stride) memory.set(x.subarray(from, from + count * width), at);
  else if (width === 1) for (let i = 0; i < count; i++) memory[at + i] = x[from + i * stride]!;
  else {
    for (let i = 0; i < count; i++) {
      const row = from + i * stride;
      memory.set(x.subarray(row, row + width), at + i * width);
    }
  }
}

/** Rows k … k + count of the periodic continuation of x into memory. */
export function loadWrapped(
  x: FloatArray,
  rows: Rows,
  k: number,
  count: number,
  memory: FloatArray,
  at: number,
): void {
  for (let done = 0; done < count; ) {
    const from = (((k + done) % rows.n) + rows.n) % rows.n;
    const now = Math.min(count - done, rows.n - from);
    load(x, rows, from, now, memory, at + done * rows.width);
    done += now;
  }
}

/** The opposite of `load`. */
export function store(
  memory: FloatArray,
  at: number,
  y: FloatArray,
  { base, stride, width }: Rows,
  m: number,
  count: number,
): void {
  const to = base + m * stride;
  if (width === stride) y.set(memory.subarray(at, at + count * width), to);
  else if (width === 1) for (let i = 0; i < count; i++) y[to + i * stride] = memory[at + i]!;
  else {
    for (let i = 0; i < count; i++) {
      y.set(memory.subarray(at + i * width, at + (i + 1) * width), to + i * stride);
    }
  }
}
