import type { Coeffs1 } from "../core/multilevel";
import { readSignal, type Signal, sizeOf, type Transformed, writeSignal } from "../core/signal";
import type { Slice } from "../core/slices";
import type { Coeffs2 } from "../core/wavedec2";
import type { CoeffsN } from "../core/wavedecn";
import { shown, WaveletError } from "../errors";
import { checkedShape, checkedSlice } from "./block";
import { checkedFormat, inFormat } from "./coefficients";
import type { Flat, Stacked } from "./forms";
import { bandAt, bandName, mapBands, perBand, type ReadonlyPerBand } from "./per-band";

/** What `unravelCoeffs` gives: typed arrays for vectors, ndarrays for all else. */
export interface UnraveledFormats<S> {
  readonly wavedec: Coeffs1<Transformed<Flat<S>>>;
  readonly swt: Coeffs1<Transformed<Flat<S>>>;
  readonly wavedec2: Coeffs2<Transformed<Stacked<S>>>;
  readonly swt2: Coeffs2<Transformed<Stacked<S>>>;
  readonly wavedecn: CoeffsN<Transformed<Flat<S>> | Transformed<Stacked<S>>>;
  readonly swtn: CoeffsN<Transformed<Flat<S>> | Transformed<Stacked<S>>>;
}

export interface UnravelCoeffsOptions<F extends keyof UnraveledFormats<unknown>> {
  /** Whose coefficients to give back; those of the stationary transforms are trimmed. @default "wavedecn" */
  readonly outputFormat?: F;
}

const layouts = {
  wavedec: "wavedec",
  swt: "wavedec",
  wavedec2: "wavedec2",
  swt2: "wavedec2",
  wavedecn: "wavedecn",
  swtn: "wavedecn",
} as const;

/**
 * The inverse of `ravelCoeffs`, as `pywt.unravel_coeffs`.
 *
 * @param arr a vector
 * @param coeffSlices as `ravelCoeffs` gave them
 * @param coeffShapes likewise
 * @returns copies of the bands (PyWavelets: views into `arr`)
 * @throws WaveletError for slices and shapes that are missing, outside of `arr` or do not belong together, and an
 *   `outputFormat` that is unknown, needs other keys, or is "wavedec" or "swt" for bands that are no vectors
 */
export function unravelCoeffs<S extends Signal, F extends keyof UnraveledFormats<S> = "wavedecn">(
  arr: S,
  coeffSlices: ReadonlyPerBand<Slice>,
  coeffShapes: ReadonlyPerBand<readonly number[]>,
  options: UnravelCoeffsOptions<F> = {},
): UnraveledFormats<S>[F] {
  const format = layouts[checkedFormat(options.outputFormat, Object.keys(layouts) as F[])];
  const x = readSignal(arr, "arr");
  if (x.shape.length > 1)
    throw new WaveletError(`arr must be a vector, got shape ${shown(x.shape)}`, "shape");
  const shapes = perBand(coeffShapes, "coeffShapes");
  const slices = perBand(coeffSlices, "coeffSlices");
  if (shapes.length !== slices.length) {
    throw new WaveletError(
      `coeffSlices and coeffShapes must have one length, got ${slices.length} and ${shapes.length}`,
      "shape",
    );
  }
  const bands = mapBands(slices, (given, level, key) => {
    const name = bandName("coeffSlices", level, key);
    const [start, stop] = checkedSlice(given, x.shape[0]!, name);
    const shape = checkedShape(bandAt(shapes, level, key), bandName("coeffShapes", level, key));
    if (sizeOf(shape) !== stop - start) {
      throw new WaveletError(
        `${name} has ${stop - start} coefficients, which do not fill the shape [${shape.join(", ")}]`,
        "shape",
      );
    }
    const band = { parts: x.parts.map((part) => part.slice(start, stop)), shape };
    if (format === "wavedec2" || (format === "wavedecn" && shape.length > 1)) {
      return writeSignal<Stacked<S>>({ ...band, vector: false });
    }
    if (shape.length === 1) return writeSignal<Flat<S>>({ ...band, vector: true });
    throw new WaveletError(
      `outputFormat "${options.outputFormat}" is for vectors; ${name} has shape [${shape.join(", ")}], take "wavedecn"`,
      "shape",
    );
  });
  // Checked by the tests of the types.
  return inFormat(bands, format) as UnraveledFormats<S>[F];
}
