import { shown, WaveletError } from "../errors";
import { warn } from "../warn";
import { type FilterBank, filterLength } from "./filter-bank";
import { checkedDistinctAxes, perAxis } from "./layout";
import { checkedLength } from "./lengths";
import { checkedMode, type Mode } from "./modes";
import { type Dense, isFloat32, readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { copyOf, type Slice, sliceAlong, writeBlock } from "./slices";

/** What `FswavedecnResult` is made of; the lists run parallel to `axes`. */
export interface SeparableCoeffs<S> {
  /** Every coefficient: along each axis of the transform [cA, cDn, …, cD1], one after the other. */
  readonly coeffs: Transformed<S>;
  /** For each axis of the transform, where cA, cDn, …, cD1 lie along it. */
  readonly coeffSlices: readonly (readonly Slice[])[];
  readonly wavelets: readonly FilterBank[];
  readonly modes: readonly Mode[];
  /** The axes of the transform, counted from the first. */
  readonly axes: readonly number[];
}

/**
 * The coefficients of a fully separable transform, as `pywt.FswavedecnResult`. A band has a key of one number per
 * transformed axis: 0 for cA along it, 1 for cDn (the coarsest detail), … , n for cD1.
 */
export class FswavedecnResult<S extends Signal = Signal> implements SeparableCoeffs<S> {
  readonly coeffSlices: readonly (readonly Slice[])[];
  readonly wavelets: readonly FilterBank[];
  readonly modes: readonly Mode[];
  readonly axes: readonly number[];
  readonly #dense: Dense;
  readonly #coeffs: Transformed<S>;

  /** Takes the coefficients over, if they are float32 or float64 and row-major; copies them if not. */
  constructor({ coeffs, coeffSlices, wavelets, modes, axes }: SeparableCoeffs<S>) {
    this.#dense = readSignal(coeffs, "coeffs");
    this.#coeffs = writeSignal<S>(this.#dense);
    this.axes = checkedDistinctAxes(axes, this.ndim);
    this.wavelets = perAxis(wavelets, this.ndimTransform, "wavelet");
    for (const bank of this.wavelets) filterLength(bank);
    this.modes = perAxis(modes, this.ndimTransform, "mode").map(checkedMode);
    this.coeffSlices = checkedSlices(coeffSlices, this.#dense.shape, this.axes);
  }

  /** Every coefficient in one array. Setting copies values into it; the shape must be the same. */
  get coeffs(): Transformed<S> {
    return this.#coeffs;
  }

  set coeffs(values: Signal) {
    this.#write(
      this.#dense.shape.map((length) => [0, length]),
      readSignal(values, "coeffs"),
    );
  }

  /** The band that is low-pass along every axis: `get([0, …, 0])`. */
  get approx(): Transformed<S> {
    return this.get(this.axes.map(() => 0));
  }

  set approx(values: Signal) {
    this.#write(this.#place(this.axes.map(() => 0)), readSignal(values, "approx"));
  }

  /** How many levels along each axis of the transform. */
  get levels(): number[] {
    return this.coeffSlices.map((slices) => slices.length - 1);
  }

  /** The wavelets' names; undefined for one that has none. */
  get waveletNames(): (string | undefined)[] {
    return this.wavelets.map((bank) =>
      "name" in bank && typeof bank.name === "string" ? bank.name : undefined,
    );
  }

  /** Dimensions of the data. */
  get ndim(): number {
    return this.#dense.shape.length;
  }

  /** How many axes were transformed. */
  get ndimTransform(): number {
    return this.axes.length;
  }

  /** The keys of all bands but the approximation, in lexicographic order. */
  detailKeys(): number[][] {
    let keys: number[][] = [[]];
    for (const slices of this.coeffSlices)
      keys = keys.flatMap((key) => slices.map((_, level) => [...key, level]));
    return keys.slice(1);
  }

  /**
   * A copy of one band.
   *
   * @throws WaveletError for a key that no band has
   */
  get(key: readonly number[]): Transformed<S> {
    const band = this.#place(key).reduce<Dense>(
      (rest, [start, stop], axis) => sliceAlong(rest, axis, start, stop),
      this.#dense,
    );
    return writeSignal<S>(copyOf(band));
  }

  /**
   * Replaces one band, in `coeffs` too. Into float32 coefficients values are rounded, with a warning.
   *
   * @throws WaveletError for a key that no band has, another shape, or complex values among real coefficients
   */
  set(key: readonly number[], values: Signal): void {
    const place = this.#place(key);
    const band = readSignal(values, "the band");
    this.#write(place, band);
    if (isFloat32(this.#dense.parts[0]!) && !isFloat32(band.parts[0]!)) {
      warn(`the band [${key.join(", ")}] is float64 and was rounded to float32, which the coefficients are`);
    }
  }

  /** Where a band lies along every axis of the data. */
  #place(key: readonly number[]): Slice[] {
    const levels = this.levels;
    const fits =
      Array.isArray(key) &&
      key.length === levels.length &&
      levels.every((level, i) => Number.isInteger(key[i]) && key[i] >= 0 && key[i] <= level);
    if (!fits) {
      throw new WaveletError(
        `a band's key has a number from 0 to the levels of each transformed axis, here up to [${levels.join(", ")}]; got ${shown(key)}`,
        "data",
      );
    }
    return this.#dense.shape.map((length, axis) => {
      const i = this.axes.indexOf(axis);
      return i < 0 ? [0, length] : this.coeffSlices[i]![key[i]!]!;
    });
  }

  #write(place: readonly Slice[], values: Dense): void {
    const shape = place.map(([start, stop]) => stop - start);
    if (values.shape.join() !== shape.join()) {
      throw new WaveletError(
        `the shape of these coefficients is [${shape.join(", ")}]; got [${values.shape.join(", ")}]`,
        "shape",
      );
    }
    if (values.parts.length > this.#dense.parts.length) {
      throw new WaveletError("these coefficients are real; got complex values", "data");
    }
    const parts = this.#dense.parts.map(
      (part, p) =>
        values.parts[p] ?? new (isFloat32(part) ? Float32Array : Float64Array)(values.parts[0]!.length),
    );
    writeBlock(
      this.#dense,
      place.map(([start]) => start),
      { ...values, parts },
    );
  }
}

/** Slices that follow one another along their axis from its first sample to its last. */
function checkedSlices(
  coeffSlices: readonly (readonly Slice[])[],
  shape: readonly number[],
  axes: readonly number[],
): readonly (readonly Slice[])[] {
  if (!Array.isArray(coeffSlices) || coeffSlices.length !== axes.length) {
    throw new WaveletError(
      `coeffSlices must have a list for each of the ${axes.length} transformed axes`,
      "shape",
    );
  }
  for (const [i, slices] of coeffSlices.entries()) {
    let end = 0;
    for (const [start, stop] of slices) {
      if (start !== end) throw misplaced(i);
      end = checkedLength(stop, `the end of a slice of axis ${axes[i]}`, start + 1);
    }
    if (end !== shape[axes[i]!]) throw misplaced(i);
  }
  return coeffSlices;

  function misplaced(i: number): WaveletError {
    return new WaveletError(
      `coeffSlices[${i}] must divide all ${shape[axes[i]!]} samples of axis ${axes[i]}; got ${shown(coeffSlices[i])}`,
      "shape",
    );
  }
}
