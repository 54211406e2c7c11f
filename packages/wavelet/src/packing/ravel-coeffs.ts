import { type Dense, type Signal, sizeOf, type Transformed, writeSignal, zerosLike } from "../core/signal";
import type { Slice } from "../core/slices";
import { type Axes, type PackableCoeffs, readCoeffs } from "./coefficients";
import type { Flat } from "./forms";
import { bandAt, mapBands, type PerBand } from "./per-band";

export interface RavelCoeffsOptions {
  /** The axes of the transform; needed where it left some out. @default all */
  readonly axes?: Axes;
}

export interface RaveledCoeffs<T> {
  /** All coefficients, one after the other. */
  readonly coeffArr: T;
  /** From where to where each band is in it, keyed as `wavedecn` keys them. */
  readonly coeffSlices: PerBand<Slice>;
  /** The shape of each band, keyed alike. */
  readonly coeffShapes: PerBand<readonly number[]>;
}

/**
 * Coefficients of several levels in one vector, as `pywt.ravel_coeffs`: cA, then level after level from coarse to
 * fine, in each the bands in the order of their keys (ad, da, dd), each row-major.
 *
 * @param coeffs of `wavedec` (of a vector), `wavedec2` or `wavedecn`, or of `swt`, `swt2` and `swtn` with
 *   `trimApprox`; none may be missing
 * @returns a new vector of cA's dtype, and what `unravelCoeffs` needs
 * @throws WaveletError for missing bands, bands of a level that differ in shape, `axes` that are needed or do not
 *   match, and complex details of a real cA
 */
export function ravelCoeffs<S extends Signal>(
  coeffs: PackableCoeffs<S>,
  options: RavelCoeffsOptions = {},
): RaveledCoeffs<Transformed<Flat<S>>> {
  const bands = sortedByKey(readCoeffs(coeffs, options.axes).bands);
  let size = 0;
  const slices = mapBands(bands, ({ shape }): Slice => {
    const start = size;
    size += sizeOf(shape);
    return [start, size];
  });
  const out: Dense = { ...zerosLike(bands[0], [size]), vector: true };
  mapBands(bands, ({ parts }, level, key) => {
    const [start] = bandAt(slices, level, key)!;
    for (const [p, part] of parts.entries()) out.parts[p]!.set(part, start);
  });
  return {
    coeffArr: writeSignal<Flat<S>>(out),
    coeffSlices: slices,
    coeffShapes: mapBands(bands, ({ shape }) => [...shape]),
  };
}

function sortedByKey([cA, ...details]: PerBand<Dense>): PerBand<Dense> {
  const inOrder = (a: readonly [string, Dense], b: readonly [string, Dense]) => (a[0] < b[0] ? -1 : 1);
  return [cA, ...details.map((level) => Object.fromEntries(Object.entries(level).toSorted(inOrder)))];
}
