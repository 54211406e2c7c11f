import type { NdArray } from "ndarray";
import ndarray from "ndarray";

export function array(shape: readonly number[], values: ArrayLike<number>): NdArray<Float64Array> {
  return ndarray(Float64Array.from(values), [...shape]);
}

/** Row-major values, cut to a shape that is at most x's. */
export function cut(x: NdArray, shape: readonly number[] = x.shape): number[] {
  const places = shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
  return places.map((index) => x.get(...index));
}

/** The largest |value|. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The arrays of a list of bands, or of records of bands. */
export function arraysIn(bands: readonly unknown[]): (Float32Array | Float64Array)[] {
  return bands.flatMap((band) => {
    if (ArrayBuffer.isView(band)) return [band as Float64Array];
    const { data } = band as NdArray<Float64Array>;
    return data === undefined ? arraysIn(Object.values(band as Record<string, unknown>)) : [data];
  });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
