/**
 * The inner loops work on one fixed piece of memory: every address is a byte offset into it. There are two
 * implementations with the same results, in WebAssembly (assembly/ says what each function computes) and, where there
 * is no SIMD, in TypeScript.
 */
export interface Precision<A extends Float32Array | Float64Array = Float32Array | Float64Array> {
  /** Bytes of one number. */
  readonly size: number;
  /** The whole memory. */
  readonly memory: A;
}

/** The same functions for float32 and float64. */
export interface Kernels<Functions> {
  readonly single: Functions & Precision<Float32Array>;
  readonly double: Functions & Precision<Float64Array>;
}

/** Bytes of the memory. It fits the second-level cache of today's processors, and it never grows. */
export const memoryBytes = 1 << 20;

let forced: "simd" | "plain" | undefined;

/** Takes these kernels from now on, or again the best; for tests. */
export function useKernels(kind: "simd" | "plain" | undefined): void {
  forced = kind;
}

/** What gives the kernels for such data; they are made at the first call. */
export function chooser<Functions>(
  simd: () => Kernels<Functions> | undefined,
  plain: () => Kernels<Functions>,
): (data: Float32Array | Float64Array) => Functions & Precision {
  let best: Kernels<Functions> | undefined;
  let other: Kernels<Functions> | undefined;
  const make = () => {
    if (forced === "plain") {
      other ??= plain();
      return other;
    }
    best ??= simd() ?? (forced === "simd" ? undefined : plain());
    if (best === undefined) throw new Error("wavelet: there is no WebAssembly with SIMD here");
    return best;
  };
  return (data) => (data.BYTES_PER_ELEMENT === 4 ? make().single : make().double);
}
