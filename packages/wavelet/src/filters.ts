import { type Dense, readSignal, type Signal, type Transformed, writeSignal } from "./core/signal";
import { shown, WaveletError } from "./errors";

/**
 * The quadrature mirror filter, as `pywt.qmf`: turned round, every second tap with the other sign,
 * g[k] = (−1)ᵏ h[F − 1 − k].
 *
 * @param filter a vector of taps, real or complex; float32 stays float32, all else gives float64
 * @throws WaveletError for a filter that is empty, not numeric, or not a vector
 */
export function qmf<S extends Signal>(filter: S): Transformed<S> {
  const taps = readVector(filter, "filter");
  return writeSignal<S>({ ...taps, parts: taps.parts.map(mirrored) });
}

/**
 * The orthogonal filter bank of a scaling filter, as `pywt.orthogonal_filter_bank`: recLo is the filter scaled to the
 * sum √2, recHi its quadrature mirror, and the decomposition filters are both turned round. It is a wavelet for every
 * transform of this package; whether the filter is in fact orthogonal is not checked.
 *
 * @param scalingFilter an even number of real taps
 * @throws WaveletError for an odd number of taps, and as `qmf` does
 */
export function orthogonalFilterBank(
  scalingFilter: Signal,
): Readonly<Record<"decLo" | "decHi" | "recLo" | "recHi", Float64Array>> {
  const { parts } = readVector(scalingFilter, "scalingFilter");
  const [taps, imaginary] = parts;
  if (imaginary !== undefined || taps!.length % 2 !== 0) {
    throw new WaveletError(
      `scalingFilter must be an even number of real taps; got ${imaginary ? "complex ones" : taps!.length}`,
      "wavelet",
    );
  }
  const wide = Float64Array.from(taps!);
  const sum = wide.reduce((all, tap) => all + tap, 0);
  const recLo = wide.map((tap) => (Math.SQRT2 * tap) / sum);
  const recHi = qmf(recLo);
  return { decLo: recLo.toReversed(), decHi: recHi.toReversed(), recLo, recHi };
}

function readVector(filter: Signal, what: string): Dense {
  const taps = readSignal(filter, what);
  if (taps.shape.length === 1) return taps;
  throw new WaveletError(`${what} must be a vector, got shape ${shown(taps.shape)}`, "shape");
}

function mirrored(taps: Dense["parts"][number]): Dense["parts"][number] {
  const out = taps.toReversed();
  for (let k = 1; k < out.length; k += 2) out[k] = -out[k]!;
  return out;
}
