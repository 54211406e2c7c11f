import { wavelist } from "@waveft/wavelet";
import type { PeftConfig, PeftFields } from "../../config";
import { checkPeftFields, fieldsFromJson, fieldsToJson, peftDefaults } from "../../config";
import { PeftError } from "../../errors";

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
  /** True: start from zeros, so that the adapted model is the base model; false: small random numbers. */
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
      throw new PeftError(`WaveFTConfig: no field "${unfamiliar}"; there are ${Object.keys(defaults).join(", ")}`);
    Object.assign(this, defaults, fields);
    this.unknownFields = unknownFields;
    checkPeftFields(this);
    checkWaveFTFields(this);
  }

  static fromJson(json: Readonly<Record<string, unknown>>): WaveFTConfig {
    const { fields, unknown } = fieldsFromJson(json, defaults);
    return new WaveFTConfig(fields, unknown);
  }

  toJson(): Record<string, unknown> {
    return { ...this.unknownFields, ...fieldsToJson(this, defaults), peft_type: this.peftType };
  }
}

const checkWaveFTFields = (config: WaveFTConfig): void => {
  const { nFrequency, scaling, waveletFamily, randomLocSeed, bias, modulesToSave } = config;
  if (!Number.isInteger(nFrequency) || nFrequency < 1)
    throw new PeftError(`WaveFTConfig: nFrequency is ${nFrequency}; give an integer of at least 1`);
  if (typeof scaling !== "number" || !Number.isFinite(scaling))
    throw new PeftError(`WaveFTConfig: scaling is ${String(scaling)}; give a finite number`);
  if (!Number.isInteger(randomLocSeed))
    throw new PeftError(`WaveFTConfig: randomLocSeed is ${String(randomLocSeed)}; give an integer`);
  const names = wavelist();
  if (!names.includes(waveletFamily))
    throw new PeftError(`WaveFTConfig: no wavelet named "${waveletFamily}"; there are ${names.join(", ")}`);
  if (bias !== "none")
    throw new PeftError(`WaveFTConfig: bias is "${bias}"; only "none" can be trained here: biases stay frozen`);
  if (modulesToSave !== null && modulesToSave.length > 0)
    throw new PeftError(
      `WaveFTConfig: modulesToSave is [${modulesToSave.join(", ")}]; whole modules stay frozen here: leave it null`,
    );
};
