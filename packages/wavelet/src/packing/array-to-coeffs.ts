import { readSignal, type Signal, type Transformed, writeSignal } from "../core/signal";
import { type Block, checkedBlock, cut } from "./block";
import { type CoeffsFormats, checkedFormat, inFormat } from "./coefficients";
import { bandName, mapBands, perBand, type ReadonlyPerBand } from "./per-band";

export type ArrayFormat = "wavedecn" | "wavedec" | "wavedec2";

export interface ArrayToCoeffsOptions<F extends ArrayFormat = ArrayFormat> {
  /** Whose coefficients to give back. @default "wavedecn" */
  readonly outputFormat?: F;
}

/**
 * The inverse of `coeffsToArray`, as `pywt.array_to_coeffs`.
 *
 * @param coeffSlices as `coeffsToArray` gave them
 * @returns copies of the bands, of the form and dtype of `arr` (PyWavelets: views into it)
 * @throws WaveletError for slices that are missing or outside of `arr`, and an `outputFormat` that is unknown or
 *   needs other keys
 */
export function arrayToCoeffs<S extends Signal, F extends ArrayFormat = "wavedecn">(
  arr: S,
  coeffSlices: ReadonlyPerBand<Block>,
  options: ArrayToCoeffsOptions<F> = {},
): CoeffsFormats<Transformed<S>>[F] {
  const format = checkedFormat<ArrayFormat>(options.outputFormat, ["wavedec", "wavedec2", "wavedecn"]);
  const x = readSignal(arr, "arr");
  const bands = mapBands(perBand(coeffSlices, "coeffSlices"), (block, level, key) =>
    writeSignal<S>(cut(x, checkedBlock(block, x.shape, bandName("coeffSlices", level, key)))),
  );
  return inFormat(bands, format as F);
}
