import { chooser, type Precision } from "./kernels";
import { plain } from "./plain";
import { plainSynthesis } from "./plain-synthesis";
import { instantiate } from "./simd";
import { synthesis } from "./synthesis.generated";
import type { SynthesisFunctions } from "./types";

export type SynthesisKernels = SynthesisFunctions & Precision;

/** The kernels of synthesis for such data. */
export const synthesisKernels = /* @__PURE__ */ chooser<SynthesisFunctions>(
  () => instantiate(synthesis, ["synthesiseLines", "weave", "blend"]),
  () => plain(plainSynthesis),
);
