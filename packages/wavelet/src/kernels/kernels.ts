/**
 * The inner loops, on one fixed piece of memory: every address is a byte offset into it. There are two
 * implementations with the same results, `simd.ts` and `plain.ts`; assembly/ says what each function computes.
 */
export interface Kernels {
  readonly single: PrecisionKernels<Float32Array>;
  readonly double: PrecisionKernels<Float64Array>;
}

export interface PrecisionKernels<A extends Float32Array | Float64Array = Float32Array | Float64Array> {
  /** Bytes of one number. */
  readonly size: number;
  /** The whole memory. */
  readonly memory: A;
  /** Two filters over whole lines, every second sample. */
  analyseLines(
    x: number,
    lines: number,
    half: number,
    lo: number,
    hi: number,
    even: number,
    odd: number,
    outLo: number,
    outHi: number,
    count: number,
    turnFrom: number,
    turned: number,
  ): void;
  /** Two sums of F products for each of `count` neighbours: rows, or samples of one parity. */
  combine(
    even: number,
    odd: number,
    step: number,
    half: number,
    lo: number,
    hi: number,
    outLo: number,
    outHi: number,
    count: number,
  ): void;
  /** `combine`, with the first `turned` taps summed downwards. */
  combineTurned(
    even: number,
    odd: number,
    step: number,
    half: number,
    turned: number,
    lo: number,
    hi: number,
    outLo: number,
    outHi: number,
    count: number,
  ): void;
  /** Two bands into whole lines. */
  synthesiseLines(
    a: number,
    d: number,
    lines: number,
    half: number,
    taps: number,
    out: number,
    pairs: number,
  ): void;
  /** The four sums of synthesis for each of `count` neighbours. */
  weave(
    a: number,
    d: number,
    step: number,
    shift: number,
    half: number,
    taps: number,
    outEven: number,
    outOdd: number,
    count: number,
  ): void;
  /** out = (x + y) / 2. */
  average(x: number, y: number, out: number, count: number): void;
}

/** Bytes of the memory. It fits the second-level cache of today's processors, and it never grows. */
export const memoryBytes = 1 << 20;
