import { wavelist } from "@waveft/wavelet";
import { configClass, type PeftFields, peftDefaults } from "../../config";
import { PeftError } from "../../errors";
import { count, type FieldType, finite, flag, integer, recordOf, text } from "../../field-types";

/** WaveFT's own fields, with PEFT's names in camelCase. */
export interface WaveFTFields extends PeftFields {
  /** Trainable coefficients of each layer, 1 … out·in (default 2592). */
  nFrequency: number;
  /** Multiplies ΔW (default 25). */
  scaling: number;
  /** A discrete wavelet of `@waveft/wavelet` (default `db1`). */
  waveletFamily: string;
  /** False: the coefficients are entries of ΔW itself (default true). */
  useIdwt: boolean;
  /** Seed of the coefficients' places (default 777). */
  randomLocSeed: number;
  /** Set by PEFT for layers that store their weight transposed. */
  fanInFanOut: boolean;
  /** Coefficients by layer: regular expressions that the name ends in → count. */
  nFrequencyPattern: Readonly<Record<string, number>>;
  /**
   * True: start from zeros, so that the adapted model is the base model; false: from random numbers of deviation
   * 0.01, drawn as torch draws them (see the option `seed`).
   */
  initWeights: boolean;
  /** Share nFrequency · layers out by the layers' sizes. */
  proportionalParameters: boolean;
}

const defaults: WaveFTFields = {
  ...peftDefaults,
  nFrequency: 2592,
  scaling: 25,
  waveletFamily: "db1",
  useIdwt: true,
  randomLocSeed: 777,
  fanInFanOut: false,
  nFrequencyPattern: {},
  initWeights: true,
  proportionalParameters: false,
};

const types = {
  nFrequency: count,
  scaling: finite,
  waveletFamily: text,
  useIdwt: flag,
  randomLocSeed: integer,
  fanInFanOut: flag,
  nFrequencyPattern: recordOf(count, "an object of integers of at least 1"),
  initWeights: flag,
  proportionalParameters: flag,
} satisfies Record<Exclude<keyof WaveFTFields, keyof PeftFields>, FieldType>;

const checkWavelet = (name: string): void => {
  const known = wavelist({ kind: "discrete" });
  if (!known.includes(name))
    throw new PeftError(`WaveFTConfig: no wavelet named "${name}"; there are ${known.join(", ")}`);
};

/** The configuration of a WaveFT adapter: every field of PEFT's, with its default and its check. */
export const WaveFTConfig = configClass<WaveFTFields>({
  name: "WaveFTConfig",
  peftType: "WAVEFT",
  defaults,
  types,
  check: ({ waveletFamily }) => checkWavelet(waveletFamily),
  // PEFT knows Haar's wavelet by its other name only.
  spell: ({ waveletFamily }) => (waveletFamily === "haar" ? { wavelet_family: "db1" } : {}),
});
export type WaveFTConfig = InstanceType<typeof WaveFTConfig>;
