/** The inner loops, which WebAssembly and TypeScript both have; arguments are places in a memory, in bytes, and counts. */

export interface AnalysisFunctions {
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
}

export interface SynthesisFunctions {
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
    half: number,
    taps: number,
    outEven: number,
    outOdd: number,
    count: number,
  ): void;
  /** The mean of even and odd, the odd ones `shift` bytes further on. */
  blend(
    a: number,
    d: number,
    shift: number,
    step: number,
    half: number,
    taps: number,
    out: number,
    count: number,
  ): void;
}
