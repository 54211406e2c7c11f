import { WaveletError } from "../errors";
import { correlate, withMargins } from "./correlate";
import { isFloat32 } from "./extension";
import { multiply, PowerOfTwoFft, powerOfTwoFrom } from "./fft";
import { layoutAlong } from "./layout";
import { type Dense, sizeOf } from "./signal";

/** The integral of a wavelet from its lower bound on, at evenly spaced points: one part if real, two if complex. */
export interface Integral {
  readonly parts: readonly Float64Array[];
  readonly x: Float64Array;
}

export type CwtMethod = "conv" | "fft";

/**
 * The continuous wavelet transform along one axis, scales first:
 * −√scale · Δ(x ∗ conj ∫ψ stretched by the scale and turned around), the middle of it.
 */
export function cwt(
  x: Dense,
  scales: Float64Array,
  integral: Integral,
  method: CwtMethod,
  axis: number,
): Dense {
  const { outer, length, inner } = layoutAlong(x.shape, axis);
  const single = isFloat32(x.parts[0]!);
  const size = sizeOf(x.shape);
  const empty = () => new (single ? Float32Array : Float64Array)(scales.length * size);
  const out = Array.from({ length: Math.max(x.parts.length, integral.parts.length) }, empty);
  const stretch = stretcher(integral, single);
  const rows = Array.from({ length: outer * inner }, (_, row) => {
    const start = Math.floor(row / inner) * length * inner + (row % inner);
    return x.parts.map((part) => Float64Array.from({ length }, (_, i) => part[start + i * inner]!));
  });
  const window = Array.from({ length: out.length }, () => new Float64Array(length + 4));
  const convolver = method === "fft" ? spectral(rows) : direct(rows);
  for (const [s, scale] of scales.entries()) {
    const psi = stretch(scale);
    const taps = psi[0]!.length;
    if (taps < 2) {
      throw new WaveletError(`the scale ${scale} is too small for this wavelet; take a greater one`, "scale");
    }
    const convolve = convolver(psi, Math.floor((taps - 2) / 2));
    const factor = -Math.sqrt(scale);
    for (let row = 0; row < rows.length; row++) {
      convolve(row, window);
      const start = s * size + Math.floor(row / inner) * length * inner + (row % inner);
      for (const [part, values] of window.entries()) {
        const to = out[part]!;
        for (let i = 0; i < length; i++) to[start + i * inner] = factor * (values[i + 1]! - values[i]!);
      }
    }
  }
  return { parts: out, shape: [scales.length, ...x.shape], vector: false };
}

/** conj ∫ψ at the nearest grid points below 0, 1, 2, … of the stretched axis, in the signal's precision. */
function stretcher({ parts, x }: Integral, single: boolean): (scale: number) => Float64Array[] {
  const round = single ? Math.fround : (value: number) => value;
  const first = round(x[0]!);
  const range = round(round(x.at(-1)!) - first);
  const step = round(round(x[1]!) - first);
  const conjugate = parts.map((part, i) => part.map((value) => round(i === 0 ? value : -value)));
  return (scale) => {
    const points = Math.ceil(scale * range + 1);
    let taps = 0;
    while (taps < points && Math.floor(taps / (scale * step)) < x.length) taps++;
    return conjugate.map((part) => {
      const stretched = new Float64Array(taps);
      for (let i = 0; i < taps; i++) stretched[i] = part[Math.floor(i / (scale * step))]!;
      return stretched;
    });
  };
}

/** Of a wavelet: of a row, row ∗ reversed ψ from sample `first` on, as many samples as the row has and one more. */
type Convolver = (
  psi: readonly Float64Array[],
  first: number,
) => (row: number, out: readonly Float64Array[]) => void;

type Rows = readonly (readonly Float64Array[])[];

function direct(rows: Rows): Convolver {
  const padded = rows.map((parts) => parts.map(withMargins));
  return ([psiRe, psiIm], first) =>
    (row, out) => {
      for (const values of out) values.fill(0);
      const [re, im] = padded[row]!;
      correlate(re!, psiRe!, first, 1, out[0]!);
      if (im !== undefined) correlate(im, psiRe!, first, 1, out[1]!);
      if (psiIm !== undefined) correlate(re!, psiIm, first, 1, out[1]!);
      if (im !== undefined && psiIm !== undefined) correlate(im, psiIm, first, -1, out[0]!);
    };
}

function spectral(rows: Rows): Convolver {
  let fft = new PowerOfTwoFft(1);
  let spectra: Pair[] = [];
  return ([psiRe, psiIm], first) => {
    const length = rows[0]![0]!.length;
    const size = powerOfTwoFrom(length + psiRe!.length - 1);
    if (size !== fft.size) {
      fft = new PowerOfTwoFft(size);
      spectra = rows.map(([re, im]) => spectrum(fft, re!, im));
    }
    const kernel = spectrum(fft, psiRe!.toReversed(), psiIm?.toReversed());
    const product = [new Float64Array(size), new Float64Array(size)] as const;
    return (row, out) => {
      product[0].set(kernel[0]);
      product[1].set(kernel[1]);
      multiply(...product, ...spectra[row]!);
      fft.inverse(...product);
      for (const [part, values] of out.entries()) {
        values.set(product[part]!.subarray(first, first + length + 1));
      }
    };
  };
}

type Pair = readonly [re: Float64Array, im: Float64Array];

function spectrum(fft: PowerOfTwoFft, re: Float64Array, im: Float64Array | undefined): Pair {
  const pair = [new Float64Array(fft.size), new Float64Array(fft.size)] as const;
  pair[0].set(re);
  if (im !== undefined) pair[1].set(im);
  fft.forward(...pair);
  return pair;
}
