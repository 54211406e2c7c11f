import { type Dense, type Signal, sizeOf, type Transformed, writeSignal, zerosLike } from "../core/signal";
import { shown, WaveletError } from "../errors";
import { type Block, paste } from "./block";
import { type Axes, type PackableCoeffs, readCoeffs } from "./coefficients";
import { bandAt, mapBands, type PerBand } from "./per-band";

export interface CoeffsToArrayOptions {
  /** What fills places without a coefficient; null forbids such places. @default 0 */
  readonly padding?: number | null;
  /** The axes of the transform, in the order of the keys' letters. @default all */
  readonly axes?: Axes;
}

export interface CoeffsArray<T> {
  readonly coeffArr: T;
  /** Where each band is, keyed as `wavedecn` keys them: `coeffSlices[1].dd` is the coarsest diagonal. */
  readonly coeffSlices: PerBand<Block>;
}

/**
 * Coefficients of several levels in one array, as `pywt.coeffs_to_array`. Over two axes, with the coarsest level in
 * the corner:
 *
 *     cA   cV₂ │
 *     cH₂  cD₂ │  cV₁        cV is "ad" (high along the columns), cH is "da" (high down the rows)
 *     ─────────┼─────
 *        cH₁   │  cD₁
 *
 * Tiles fit without gaps if every level halves the data exactly (periodization, lengths a multiple of 2ⁿ); else
 * `padding` fills the gaps.
 *
 * @param coeffs of `wavedec` (of a vector), `wavedec2` or `wavedecn`; none may be missing
 * @returns a new array of the form and dtype of cA, and the place of each band in it for `arrayToCoeffs`
 * @throws WaveletError for missing bands, shapes that do not fit together, `axes` that are needed or do not match,
 *   complex details of a real cA, and gaps with padding null
 */
export function coeffsToArray<S extends Signal>(
  coeffs: PackableCoeffs<S>,
  options: CoeffsToArrayOptions = {},
): CoeffsArray<Transformed<S>> {
  const padding = checkedPadding(options.padding);
  const { bands, axes } = readCoeffs(coeffs, options.axes);
  const { shape, slices } = place(bands, axes);
  const [cA] = bands;
  const out = zerosLike(cA, shape);
  if (padding === null) checkTight(bands, shape);
  else out.parts[0]!.fill(padding);
  mapBands(bands, (band, level, key) => paste(band, out, bandAt(slices, level, key)!));
  return { coeffArr: writeSignal<S>(out), coeffSlices: slices };
}

/** Where the bands go, and the shape of the whole. */
function place(bands: PerBand<Dense>, axes: readonly number[]): { shape: number[]; slices: PerBand<Block> } {
  const [cA, ...details] = bands;
  const slices: PerBand<Block> = [cA.shape.map((length) => [0, length])];
  const shape = [...cA.shape];
  for (const [i, level] of details.entries()) {
    const own = Object.values(level)[0]!.shape;
    checkFits(own, shape, axes, i + 1);
    const block = (key: string): Block =>
      own.map((length, axis) => {
        const start = key[axes.indexOf(axis)] === "d" ? shape[axis]! : 0;
        return [start, start + length];
      });
    slices.push(Object.fromEntries(Object.keys(level).map((key) => [key, block(key)])));
    for (const axis of axes) shape[axis] = shape[axis]! + own[axis]!;
  }
  return { shape, slices };
}

/** Details lie beside all coarser bands: of no other length than these along the other axes, and not longer. */
function checkFits(
  own: readonly number[],
  coarser: readonly number[],
  axes: readonly number[],
  level: number,
): void {
  const fits = own.every((length, axis) =>
    axes.includes(axis) ? length <= coarser[axis]! : length === coarser[axis],
  );
  if (fits) return;
  throw new WaveletError(
    `coeffs[${level}] of shape [${own.join(", ")}] does not fit beside the coarser bands, [${coarser.join(", ")}] together`,
    "shape",
  );
}

function checkTight([cA, ...details]: PerBand<Dense>, shape: readonly number[]): void {
  const all = [cA, ...details.flatMap(Object.values<Dense>)];
  const count = all.reduce((sum, band) => sum + sizeOf(band.shape), 0);
  if (count === sizeOf(shape)) return;
  throw new WaveletError(
    `${count} coefficients leave gaps in an array of shape [${shape.join(", ")}]; give a padding to fill them`,
    "shape",
  );
}

function checkedPadding(padding: unknown): number | null {
  if (padding === undefined) return 0;
  if (padding === null || typeof padding === "number") return padding;
  throw new WaveletError(`padding must be a number or null, got ${shown(padding)}`, "data");
}
