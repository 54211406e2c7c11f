import type { Mode } from "./modes";

/** What a transform reads and writes: float32 or float64. */
export type FloatArray = Float32Array | Float64Array;

/**
 * Sample m of a signal extended past its ends, by samples of the signal:
 * x̃[m] = scale · x[index] + rises · (x[n − 1] − x[0]) + slope · (x[to] − x[from]).
 */
interface ExtendedSample {
  index: number;
  scale: number;
  rises: number;
  slope: number;
  to: number;
  from: number;
}

const sample: ExtendedSample = { index: 0, scale: 1, rises: 0, slope: 0, to: 0, from: 0 };

/**
 * Rows m … m + count of an extended signal of n rows, `width` samples each (1: a plain vector), into `out`.
 *
 * @param base where the signal begins in x
 * @param m any integer; rows inside the signal are copied
 */
export function extend(
  x: FloatArray,
  base: number,
  n: number,
  width: number,
  mode: Mode,
  m: number,
  count: number,
  out: Float64Array,
  at = 0,
): void {
  for (let i = 0; i < count; i++) {
    locate(mode, n, m + i, sample);
    const { scale, rises, slope } = sample;
    const index = base + sample.index * width;
    const to = base + sample.to * width;
    const from = base + sample.from * width;
    const end = base + (n - 1) * width;
    const row = at + i * width;
    for (let c = 0; c < width; c++) {
      // A factor of 0 means "not there", which 0 · NaN would not.
      let value = scale === 0 ? 0 : scale * x[index + c]!;
      // One by one, as PyWavelets adds them, for the same rounding.
      for (let turn = 0; turn < Math.abs(rises); turn++)
        value += Math.sign(rises) * (x[end + c]! - x[base + c]!);
      if (slope !== 0) value += slope * (x[to + c]! - x[from + c]!);
      out[row + c] = value;
    }
  }
}

/** Where sample m comes from. One sample has no reflection; callers refuse it. */
function locate(mode: Mode, n: number, m: number, out: ExtendedSample): void {
  out.index = m;
  out.scale = 1;
  out.rises = 0;
  out.slope = 0;
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
      out.index = Math.min(modulo(m, n + (n % 2)), n - 1);
      return;
    case "symmetric":
      out.index = folded(m, n);
      return;
    case "antisymmetric":
      out.index = folded(m, n);
      out.scale = Math.floor(m / n) % 2 === 0 ? 1 : -1;
      return;
    case "reflect": {
      const position = modulo(m, 2 * n - 2);
      out.index = Math.min(position, 2 * n - 2 - position);
      return;
    }
    case "smooth":
      followSlope(n, m, out);
      return;
    case "antireflect":
      turnAtEnds(n, m, out);
  }
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}

function folded(m: number, n: number): number {
  const position = modulo(m, 2 * n);
  return position < n ? position : 2 * n - 1 - position;
}

/** The straight line through the last two samples; through a single one, the constant. */
function followSlope(n: number, m: number, out: ExtendedSample): void {
  const left = m < 0;
  out.index = left ? 0 : n - 1;
  if (n === 1) return;
  out.slope = left ? -m : m - n + 1;
  out.to = out.index;
  out.from = left ? 1 : n - 2;
}

/** Half turns about the end points: each adds the rise from end to end, and the signal runs on, turned or not. */
function turnAtEnds(n: number, m: number, out: ExtendedSample): void {
  const left = m < 0;
  const near = left ? 0 : n - 1;
  const far = left ? n - 1 : 0;
  const beyond = left ? -m : m - n + 1;
  const turns = Math.ceil(beyond / (n - 1)) - 1;
  const steps = beyond - turns * (n - 1);
  const turned = turns % 2 === 0;
  out.index = near;
  out.rises = left ? -turns : turns;
  out.slope = turned ? -1 : 1;
  out.from = turned ? near : far;
  out.to = left === turned ? steps : n - 1 - steps;
}
