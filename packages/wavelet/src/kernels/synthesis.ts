import { chooser, type Precision } from "./kernels";
import { plain } from "./plain";
import { plainSynthesis } from "./plain-synthesis";
import { instantiate } from "./simd";
import { synthesis } from "./synthesis.generated";

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

export type SynthesisKernels = SynthesisFunctions & Precision;

/** The kernels of synthesis for such data. */
export const synthesisKernels = /* @__PURE__ */ chooser<SynthesisFunctions>(
  () => instantiate(synthesis, ["synthesiseLines", "weave", "blend"]),
  () => plain(plainSynthesis),
);
