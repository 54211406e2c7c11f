import type { Mode } from "./modes";

/** What a transform reads and writes: float32 or float64. */
export type FloatArray = Float32Array | Float64Array;

/**
 * Sample m of a signal extended past its ends, by samples of the signal:
 * x̃[m] = scale · x[index] + rises · (x[n − 1] − x[0]) + slope · (x[to] − x[from]).
 */
export interface ExtendedSample {
  index: number;
  scale: number;
  rises: number;
  slope: number;
  to: number;
  from: number;
}

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
  out: FloatArray,
  at = 0,
): void {
  fillExtension(extension(mode, n, m, count), x, { base, n, stride: width, width }, out, at);
}

/** Where samples m … m + count of a signal of n samples come from: the same for all lines of an array. */
export function extension(mode: Mode, n: number, m: number, count: number): ExtendedSample[] {
  const samples: ExtendedSample[] = [];
  for (let i = 0; i < count; i++) samples.push(locate(mode, n, m + i));
  return samples;
}

/** Rows of `width` samples, `stride` apart, the first of n at `base`. */
export interface Rows {
  readonly base: number;
  readonly n: number;
  readonly stride: number;
  readonly width: number;
}

/** The samples of `extension` (those from `from` to `to`) for these rows, row after row into `out`. */
export function fillExtension(
  samples: readonly ExtendedSample[],
  x: FloatArray,
  { base, n, stride, width }: Rows,
  out: FloatArray,
  at: number,
  from = 0,
  to = samples.length,
): void {
  for (let i = from; i < to; i++) {
    const sample = samples[i]!;
    const row = at + (i - from) * width;
    const index = base + sample.index * stride;
    const { scale } = sample;
    // A factor of 0 means "not there", which 0 · NaN would not.
    if (scale === 0) out.fill(0, row, row + width);
    else for (let c = 0; c < width; c++) out[row + c] = scale * x[index + c]!;
    if (sample.slope !== 0) addSlope(sample, x, { base, n, stride, width }, out, row);
  }
}

/** One by one and each rounded, as PyWavelets adds them, for the same rounding. */
function addSlope(
  { rises, slope, to, from }: ExtendedSample,
  x: FloatArray,
  { base, n, stride, width }: Rows,
  out: FloatArray,
  row: number,
): void {
  const round = isFloat32(out) ? Math.fround : same;
  const begin = base;
  const end = base + (n - 1) * stride;
  const high = base + to * stride;
  const low = base + from * stride;
  const turns = Math.abs(rises);
  const sign = Math.sign(rises);
  for (let c = 0; c < width; c++) {
    let value = out[row + c]!;
    if (turns > 0) {
      const rise = sign * round(x[end + c]! - x[begin + c]!);
      for (let turn = 0; turn < turns; turn++) value = round(value + rise);
    }
    out[row + c] = value + round(slope * round(x[high + c]! - x[low + c]!));
  }
}

function same(value: number): number {
  return value;
}

export function isFloat32(data: FloatArray): data is Float32Array {
  return data.BYTES_PER_ELEMENT === 4;
}

/** Where sample m comes from. One sample has no reflection; callers refuse it. */
function locate(mode: Mode, n: number, m: number): ExtendedSample {
  const out = { index: m, scale: 1, rises: 0, slope: 0, to: 0, from: 0 };
  if (m < 0 || m >= n) goBeyond(mode, n, m, out);
  return out;
}

function goBeyond(mode: Mode, n: number, m: number, out: ExtendedSample): void {
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
