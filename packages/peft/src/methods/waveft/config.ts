import { wavelist } from "@waveft/wavelet";
import type { PeftConfig, PeftFields } from "../../config";
import { checkPeftFields, fieldsFromJson, fieldsToJson, peftDefaults } from "../../config";
import { PeftError } from "../../errors";
import { checkTypes, count, type FieldType, finite, flag, integer, recordOf, text } from "../../field-types";

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

const defaults = {
  ...peftDefaults,
  nFrequency: 2592,
  scaling: 25,
  waveletFamily: "db1",
  useIdwt: true,
  randomLocSeed: 777,
  fanInFanOut: false,
  nFrequencyPattern: {} as Readonly<Record<string, number>>,
  initWeights: true,
  proportionalParameters: false,
};

/** The configuration of a WaveFT adapter: every field of PEFT's, with its default and its check. */
export class WaveFTConfig implements PeftConfig, WaveFTFields {
  readonly peftType = "WAVEFT";
  taskType!: WaveFTFields["taskType"];
  baseModelNameOrPath!: WaveFTFields["baseModelNameOrPath"];
  revision!: WaveFTFields["revision"];
  inferenceMode!: boolean;
  autoMapping!: WaveFTFields["autoMapping"];
  peftVersion!: string | null;
  targetModules!: WaveFTFields["targetModules"];
  excludeModules!: WaveFTFields["excludeModules"];
  layersToTransform!: WaveFTFields["layersToTransform"];
  layersPattern!: WaveFTFields["layersPattern"];
  modulesToSave!: WaveFTFields["modulesToSave"];
  bias!: string;
  nFrequency!: number;
  scaling!: number;
  waveletFamily!: string;
  useIdwt!: boolean;
  randomLocSeed!: number;
  fanInFanOut!: boolean;
  nFrequencyPattern!: Readonly<Record<string, number>>;
  initWeights!: boolean;
  proportionalParameters!: boolean;
  /** Fields of a loaded file that this version does not know; they are written back. */
  readonly unknownFields: Readonly<Record<string, unknown>>;

  constructor(fields: Partial<WaveFTFields> = {}, unknownFields: Readonly<Record<string, unknown>> = {}) {
    const unfamiliar = Object.keys(fields).find((key) => !(key in defaults));
    if (unfamiliar !== undefined)
      throw new PeftError(
        `WaveFTConfig: no field "${unfamiliar}"; there are ${Object.keys(defaults).join(", ")}`,
      );
    Object.assign(this, defaults, fields);
    this.unknownFields = unknownFields;
    checkPeftFields(this, "WaveFTConfig");
    checkTypes<WaveFTFields>("WaveFTConfig", this, types);
    checkWavelet(this.waveletFamily);
  }

  /** From the fields of `adapter_config.json`; those that are not known are kept. */
  static fromJson(json: Readonly<Record<string, unknown>>): WaveFTConfig {
    const { fields, unknown } = fieldsFromJson(json, defaults);
    return new WaveFTConfig(fields, unknown);
  }

  toJson(): Record<string, unknown> {
    const fields = fieldsToJson(this, defaults);
    // PEFT knows Haar's wavelet by its other name only.
    const wavelet_family = this.waveletFamily === "haar" ? "db1" : this.waveletFamily;
    return { ...this.unknownFields, ...fields, wavelet_family, peft_type: this.peftType };
  }
}

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
