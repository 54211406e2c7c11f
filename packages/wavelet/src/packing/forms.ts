import type { NdArray } from "ndarray";
import type { Complex } from "../core/signal";

/** Coefficients of S in one row: a typed array, or a pair. */
export type Flat<S> =
  S extends Complex<infer R>
    ? Complex<Flat<R>>
    : S extends Float32Array | NdArray<Float32Array>
      ? Float32Array
      : Float64Array;

/** Coefficients of S in two or more dimensions: an ndarray, or a pair. */
export type Stacked<S> =
  S extends Complex<infer R>
    ? Complex<Stacked<R>>
    : S extends Float32Array | NdArray<Float32Array>
      ? NdArray<Float32Array>
      : NdArray<Float64Array>;
