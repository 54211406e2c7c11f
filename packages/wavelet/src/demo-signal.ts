import type { Complex } from "./core/signal";
import { shown, WaveletError } from "./errors";

/** The names of WaveLab's test signals; upper and lower case are one. */
export type DemoSignalName = keyof typeof signals;

const { PI, abs, cos, exp, max, sign, sin, sqrt } = Math;

/** Where blocks begin and bumps peak. */
const places = [0.1, 0.13, 0.15, 0.23, 0.25, 0.4, 0.44, 0.65, 0.76, 0.78, 0.81];
const steps = [4, -5, 3, -4, 5, -4.2, 2.1, 4.3, -3.1, 2.1, -4.2];
const peaks = [4, 5, 3, 4, 5, 4.2, 2.1, 4.3, 3.1, 5.1, 4.2];
const widths = [0.005, 0.005, 0.006, 0.01, 0.01, 0.03, 0.01, 0.01, 0.005, 0.008, 0.005];

// Sines of a phase as large as n: the order of the products is PyWavelets', since its rounding shows in the result.
const tone = (n: number, rate: number, t: number) => sin(PI * (n * rate) * t);
const chirp = (n: number, rate: number, t: number, scale = PI) => sin(scale * t * (n * rate * t));
const quadChirp = (n: number, rate: number, t: number, scale = PI) => sin(scale * t * (n * rate * (t * t)));

const blocks = (t: number) => total(places, (place, i) => (steps[i]! * (1 + sign(t - place))) / 2);
const bumps = (t: number) =>
  total(places, (place, i) => peaks[i]! / (1 + abs((t - place) / widths[i]!)) ** 4);

const signals = {
  Blocks: sampled(blocks),
  Bumps: sampled(bumps),
  HeaviSine: sampled((t) => 4 * sin(4 * PI * t) - sign(t - 0.3) - sign(0.72 - t)),
  // The last t may be 1 and a rounding.
  Doppler: sampled((t) => sqrt(max(0, t * (1 - t))) * sin((2 * PI * 1.05) / (t + 0.05))),
  Ramp: sampled((t) => (t >= 0.37 ? t - 1 : t)),
  HiSine: sampled((t, n) => tone(n, 0.6902, t)),
  LoSine: sampled((t, n) => tone(n, 0.3333, t)),
  LinChirp: sampled((t, n) => chirp(n, 0.5, t)),
  TwoChirp: sampled((t, n) => chirp(n, 1, t) + chirp(n, 1, t, PI / 3)),
  QuadChirp: sampled((t, n) => quadChirp(n, 1, t, PI / 3)),
  MishMash: sampled((t, n) => quadChirp(n, 1, t, PI / 3) + tone(n, 0.6902, t) + chirp(n, 0.125, t)),
  WernerSorrows: sampled((t, n) => quadChirp(n, 0.5, t) + tone(n, 0.6902, t) + chirp(n, 1, t) + bumps(t)),
  HypChirps: hyperbolicChirps,
  LinChirps: linearChirps,
  Chirps: mixedChirps,
  Gabor: gabor,
  sineoneoverx: sineOfInverse,
  "Piece-Regular": piecewiseRegular,
  "Piece-Polynomial": piecewisePolynomial,
  Riemann: riemann,
} satisfies Record<string, (n: number) => Float64Array | Complex<Float64Array>>;

const fixedLengths: Readonly<Partial<Record<DemoSignalName, number>>> = { Gabor: 512, sineoneoverx: 1024 };

/**
 * A test signal of Donoho's WaveLab and Mallat's "Wavelet Tour", as `pywt.data.demo_signal`: n samples on (0, 1].
 *
 * @param name any case; "list" gives the names. @default "Bumps"
 * @param n how many samples; "Gabor" (512, complex) and "sineoneoverx" (1024) have a length of their own and take none.
 *   Every n from 1 on gives n finite samples, also where PyWavelets gives n + 1, NaN at the end, or an error.
 * @throws WaveletError for an unknown name, and for n missing, not allowed, or not an integer from 1 on
 */
export function demoSignal(name: "list"): DemoSignalName[];
export function demoSignal(name: "Gabor"): Complex<Float64Array>;
export function demoSignal(name: Exclude<DemoSignalName, "Gabor">, n?: number): Float64Array;
export function demoSignal(name?: string, n?: number): Float64Array | Complex<Float64Array> | string[];
export function demoSignal(name = "Bumps", n?: number): Float64Array | Complex<Float64Array> | string[] {
  const names = Object.keys(signals) as DemoSignalName[];
  const asked = String(name).toLowerCase();
  if (asked === "list") return names;
  const found = names.find((each) => each.toLowerCase() === asked);
  if (found === undefined) {
    throw new WaveletError(`no demo signal ${shown(name)}; there are ${names.join(", ")}`, "data");
  }
  return signals[found](checkedSamples(found, n));
}

function checkedSamples(name: DemoSignalName, n: unknown): number {
  const fixed = fixedLengths[name];
  if (fixed !== undefined) {
    if (n === undefined || n === null) return fixed;
    throw new WaveletError(`"${name}" has ${fixed} samples; leave n out, got ${shown(n)}`, "length");
  }
  if (Number.isSafeInteger(n) && (n as number) >= 1) return n as number;
  throw new WaveletError(`"${name}" needs n, an integer from 1 on; got ${shown(n)}`, "length");
}

/** A formula of t at n places, as NumPy steps through them: the rounding decides on which side of a jump t falls. */
function sampled(formula: (t: number, n: number) => number): (n: number) => Float64Array {
  return (n) => generated(n, (i) => formula(1 / n + i * (1 / n), n));
}

function generated(n: number, value: (i: number) => number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = value(i);
  return out;
}

function total<T>(list: readonly T[], term: (item: T, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < list.length; i++) sum += term(list[i]!, i);
  return sum;
}

/** From 0 to 1 along a half wave of cosine, over `span` steps; a span of 0 stays at 0. */
function rise(i: number, span: number): number {
  return span === 0 ? 0 : (1 + sin(-PI / 2 + (i / span) * PI)) / 2;
}

/** Two chirps of hyperbolic frequency, faded in and out. */
function hyperbolicChirps(n: number): Float64Array {
  const length = roundedToEven(0.65 * n);
  const fade = Math.floor(length / 4);
  const start = Math.ceil(n / 10) - 1;
  const envelope = (i: number) => {
    if (i < 0 || i >= length) return 0;
    const edge = Math.min(i, length - 1 - i);
    return edge < fade ? rise(edge, fade - 1) : 1;
  };
  const hyperbola = (rate: number, t: number, end: number) =>
    t > 0.1 && t < end ? sin((rate * n * PI) / 1024 / (0.8 - t)) : 0;
  return generated(n, (i) => {
    const t = (1.001 + i) / n;
    return (hyperbola(15, t, 0.68) + hyperbola(5, t, 0.75)) * envelope(i - start);
  });
}

/** Two chirps of linear, parallel frequency under a half circle. */
function linearChirps(n: number): Float64Array {
  const b = (100 * n * PI) / 1024;
  const a = (250 * n * PI) / 1024;
  return generated(n, (i) => {
    const t = (i + 1) / n;
    return sqrt((t - 1 / n) * (1 - t)) * (cos(a * (t * t)) + cos(b * t + a * (t * t)));
  });
}

/** A linear chirp, a cubic one backwards, and two Gabor atoms, faded in and out. */
function mixedChirps(n: number): Float64Array {
  const atom = (rate: number, shift: number, i: number) => {
    const x = ((shift + i - n) / n) * 20;
    return exp((-(x * x) * 4 * n) / 1024) * cos((rate * PI * ((i + 1) / n) * n) / 1024);
  };
  const fade = Math.floor(n / 8);
  const tail = n - Math.floor((7 * n) / 8);
  const envelope = (i: number) => {
    const edge = Math.min(i, i < n - tail ? n : Math.min(n - 1 - i, fade - 1));
    return edge >= 0 && edge < fade ? rise(edge, n / 8 - 1) : 1;
  };
  return generated(n, (i) => {
    const rising = ((i + 1) / n) * 10 * PI;
    const falling = ((n - i) / n) * PI;
    const chirps = cos((rising * rising * n) / 1024) + cos(((30 * n) / 1024) * falling ** 3);
    const atoms = [atom(50, Math.floor(n / 2), i), atom(350, Math.floor(n / 8), i)] as const;
    return (chirps + atoms[0] + atoms[1]) * envelope(i);
  });
}

/** Two complex Gabor atoms: a slow one in the middle, a fast one at three quarters. */
function gabor(n: number): Complex<Float64Array> {
  const atoms = [
    { shift: n / 2, rate: n / 16 },
    { shift: n / 4, rate: n / 4 },
  ];
  const part = (wave: (phase: number) => number) =>
    generated(n, (i) =>
      total(atoms, ({ shift, rate }) => {
        const x = ((shift + i - n) * 5) / n;
        return 3 * exp(-(x * x) * 20) * wave(rate * PI * ((i + 1) / n));
      }),
    );
  return { re: part(cos), im: part(sin) };
}

/** sin(1.5 / x) about 0, where x is 0.01 of a step. */
function sineOfInverse(n: number): Float64Array {
  return generated(n, (i) => sin(1.5 / ((i + 1 - n / 2 || 1 / 100) / (n - 1))));
}

/** A bell, bumps, two exponential cusps, a step and a third one; its mean is 0. */
function piecewiseRegular(n: number): Float64Array {
  const part = (of: number) => Math.floor(n / of);
  const [half, third, fifth, seventh, twelfth, twentieth] = [2, 3, 5, 7, 12, 20].map(part) as Six;
  const peaks = signals.Bumps(n);
  const bell = (i: number) => -70 * exp(-(((i + 1) / third - 0.5) ** 2) / (2 * (6 / 40) ** 2));
  const out = new Float64Array(n);
  fill(out, 0, third, (i) => (i >= seventh && i < fifth ? 0.5 : 1) * bell(i));
  fill(out, third, half, (i) => -15 * peaks[third + i]!);
  const cusp = (i: number) => -exp(4 * ((i + 1) / twelfth));
  fill(out, half, half + twelfth, cusp);
  fill(out, half + twelfth, half + 2 * twelfth, (i) => cusp(twelfth - 1 - i));
  const step = half + 2 * twelfth + twentieth;
  const last = step + 2 * twentieth;
  fill(out, step, last, () => -25);
  fill(out, last, last + seventh, (i) => exp(4 * ((i + 1) / seventh)) - exp(4));
  mirrorRest(out, 5 * fifth);
  const mean = total(Array.from(out), (value) => value) / n;
  return out.map((value) => mean - value);
}

/** Five polynomials of up to the third degree, with two plateaus over them; its mean is 0. */
function piecewisePolynomial(n: number): Float64Array {
  const [fifth, tenth, twentieth] = [5, 10, 20].map((of) => Math.floor(n / of)) as [number, number, number];
  const pieces = [
    (t: number) => 20 * (t ** 3 + t * t + 4),
    (t: number) => 10 * t ** 3 + 45,
    (t: number) => 40 * (2 * t ** 3 + t) + 100,
    (t: number) => 16 * (t * t) + 8 * t + 16,
    (t: number) => 20 * (t + 4),
  ];
  const backwards = [1, 4];
  const out = new Float64Array(n);
  for (const [p, piece] of pieces.entries()) {
    const t = (i: number) => (backwards.includes(p) ? fifth - i : i + 1) / fifth;
    fill(out, p * fifth, (p + 1) * fifth, (i) => piece(t(i)));
  }
  mirrorRest(out, 5 * fifth);
  out.fill(10, twentieth, twentieth + tenth);
  out.fill(150, n - tenth, n + twentieth - tenth);
  const mean = total(Array.from(out), (value) => value) / n;
  return out.map((value) => value - mean);
}

type Six = [number, number, number, number, number, number];

/** The values from `start` to `stop`, by their distance from `start`. */
function fill(out: Float64Array, start: number, stop: number, value: (i: number) => number): void {
  for (let i = start; i < stop; i++) out[i] = value(i - start);
}

/** What fifths leave over at the end repeats the beginning, backwards. */
function mirrorRest(out: Float64Array, start: number): void {
  out.set(out.slice(0, out.length - start).reverse(), start);
}

/** Riemann's function, continuous and hardly anywhere smooth: Σ_k cos(2π (k² − 1) m / n) / (k n), k² ≤ n. */
function riemann(n: number): Float64Array {
  const wave = generated(n, (m) => cos((2 * PI * m) / n));
  const out = new Float64Array(n);
  for (let k = 1; k * k <= n; k++) {
    const frequency = k * k - 1;
    for (let m = 0, at = 0; m < n; m++, at = (at + frequency) % n) out[m] = out[m]! + wave[at]! / (k * n);
  }
  return out;
}

/** The nearest integer; a half goes to the even one. */
function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}
