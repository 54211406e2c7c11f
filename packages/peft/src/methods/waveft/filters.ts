import { wavelet } from "@waveft/wavelet";
import type { WaveFTConfig } from "./config";
import { peftCoif4 } from "./peft-coif4";
import type { SynthesisFilters } from "./placement";

/** PEFT's own wavelets that give what their names say: db1–10, sym2–10, coif1–3. */
const RIGHT_IN_PEFT = /^(db([1-9]|10)|sym([2-9]|10)|coif[1-3])$/;

/** A file that PEFT wrote: ours carry a suffix. */
const isOfPeft = ({ peftVersion }: WaveFTConfig): boolean =>
  peftVersion !== null && !peftVersion.includes("waveft");

const isPeftCoif4 = (config: WaveFTConfig): boolean => config.waveletFamily === "coif4" && isOfPeft(config);

/** The reconstruction filters of a config's wavelet; for a coif4 adapter of PEFT, the taps that it was trained with. */
export const filtersOf = (config: WaveFTConfig): SynthesisFilters =>
  isPeftCoif4(config) ? withHighPass(peftCoif4) : wavelet(config.waveletFamily);

// recHi[k] = (−1)ᵏ recLo[L − 1 − k]
const withHighPass = (recLo: readonly number[]): SynthesisFilters => ({
  recLo,
  recHi: recLo.map((_, k) => (k % 2 === 0 ? 1 : -1) * recLo[recLo.length - 1 - k]!),
});

/** What a user should know of a config's wavelet. */
export const waveletWarnings = (config: WaveFTConfig): string[] => {
  const { waveletFamily: name, useIdwt, peftVersion } = config;
  if (!useIdwt || name === "haar" || RIGHT_IN_PEFT.test(name)) return [];
  if (isPeftCoif4(config))
    return [`this coif4 adapter is of PEFT ${peftVersion}, whose coif4 is no coiflet: its own taps are used`];
  return [
    `PEFT 0.21 ${name === "coif4" ? "has wrong filters for coif4" : `cannot run ${name}`}: in Python this adapter will not give the same outputs`,
  ];
};
