import { analysis } from "./analysis.generated";
import { chooser, type Precision } from "./kernels";
import { plain } from "./plain";
import { plainAnalysis } from "./plain-analysis";
import { instantiate } from "./simd";

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

export type AnalysisKernels = AnalysisFunctions & Precision;

/** The kernels of analysis for such data. */
export const analysisKernels = /* @__PURE__ */ chooser<AnalysisFunctions>(
  () => instantiate(analysis, ["analyseLines", "combine", "combineTurned"]),
  () => plain(plainAnalysis),
);
