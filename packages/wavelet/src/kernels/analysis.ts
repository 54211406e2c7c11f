import { analysis } from "./analysis.generated";
import { chooser, type Precision } from "./kernels";
import { plain } from "./plain";
import { plainAnalysis } from "./plain-analysis";
import { instantiate } from "./simd";
import type { AnalysisFunctions } from "./types";

export type AnalysisKernels = AnalysisFunctions & Precision;

/** The kernels of analysis for such data. */
export const analysisKernels = /* @__PURE__ */ chooser<AnalysisFunctions>(
  () => instantiate(analysis, ["analyseLines", "combine", "combineTurned"]),
  () => plain(plainAnalysis),
);
