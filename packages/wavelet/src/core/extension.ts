import type { Mode } from "./modes";

/**
 * Sample m of the signal extended past its ends, as a sum of its own samples:
 * x̃[m] = scale · x[index] + first · x[0] + last · x[n − 1].
 */
export interface ExtendedSample {
  index: number;
  scale: number;
  first: number;
  last: number;
}

/** Writes the sample at m, any integer, into `out`. A length of 1 has no reflection; callers refuse it. */
export function extendedSample(mode: Mode, n: number, m: number, out: ExtendedSample): void {
  out.index = m;
  out.scale = 1;
  out.first = 0;
  out.last = 0;
  if (m >= 0 && m < n) return;
  switch (mode) {
    case "zero":
      out.scale = 0;
      return;
    case "constant":
      out.index = m < 0 ? 0 : n - 1;
      return;
    case "periodic":
      out.index = modulo(m, n);
      return;
    case "periodization":
      out.index = Math.min(modulo(m, n + (n & 1)), n - 1);
      return;
    case "symmetric":
      fold(modulo(m, 2 * n), n, out);
      return;
    case "antisymmetric":
      fold(modulo(m, 2 * n), n, out);
      if (Math.floor(m / n) % 2 !== 0) out.scale = -1;
      return;
    case "reflect": {
      const at = modulo(m, 2 * n - 2);
      out.index = Math.min(at, 2 * n - 2 - at);
      return;
    }
    case "smooth":
      smooth(n, m, out);
      return;
    case "antireflect":
      antireflect(n, m, out);
  }
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}

function fold(at: number, n: number, out: ExtendedSample): void {
  out.index = at < n ? at : 2 * n - 1 - at;
}

/** The straight line through the last two samples; through one sample, the constant. */
function smooth(n: number, m: number, out: ExtendedSample): void {
  const left = m < 0;
  const steps = left ? -m : m - n + 1;
  if (n === 1) {
    out.index = 0;
    return;
  }
  out.index = left ? 1 : n - 2;
  out.scale = -steps;
  if (left) out.first = 1 + steps;
  else out.last = 1 + steps;
}

/** Reflections in a point at both ends; every two of them add twice the rise from end to end. */
function antireflect(n: number, m: number, out: ExtendedSample): void {
  const period = n - 1;
  const turns = Math.floor(m / period);
  const rest = m - turns * period;
  if (turns % 2 === 0) {
    out.index = rest;
    out.first = -turns;
    out.last = turns;
  } else {
    out.index = period - rest;
    out.scale = -1;
    out.first = 1 - turns;
    out.last = 1 + turns;
  }
}

const sample: ExtendedSample = { index: 0, scale: 1, first: 0, last: 0 };

/** What a transform reads: float32 or float64. */
export type FloatArray = Float32Array | Float64Array;

/** `count` extended samples of x[base … base + n) from position m on. */
export function extendLine(x: FloatArray, base: number, n: number, mode: Mode, m: number, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    extendedSample(mode, n, m + i, sample);
    // A factor of 0 means "not there", which 0 · NaN would not.
    if (sample.scale !== 0) out[i] = sample.scale * x[base + sample.index]!;
    if (sample.first !== 0) out[i] = out[i]! + sample.first * x[base]!;
    if (sample.last !== 0) out[i] = out[i]! + sample.last * x[base + n - 1]!;
  }
  return out;
}

/** The same for rows of `width` samples: extended rows m … m + count of the n rows from `base` on, into `out`. */
export function extendRows(
  x: FloatArray,
  base: number,
  n: number,
  width: number,
  mode: Mode,
  m: number,
  count: number,
  out: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    extendedSample(mode, n, m + i, sample);
    const row = at + i * width;
    out.fill(0, row, row + width);
    addRow(out, row, x, base + sample.index * width, width, sample.scale);
    addRow(out, row, x, base, width, sample.first);
    addRow(out, row, x, base + (n - 1) * width, width, sample.last);
  }
}

function addRow(out: Float64Array, at: number, x: FloatArray, from: number, width: number, scale: number): void {
  if (scale === 0) return;
  for (let c = 0; c < width; c++) out[at + c] = out[at + c]! + scale * x[from + c]!;
}
