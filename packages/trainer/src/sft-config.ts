import { TrainerError } from "./errors";
import {
  checkTrainingFields,
  resolveFields,
  type TrainingFields,
  trainingDefaults,
} from "./training-arguments";

/** The settings of supervised fine-tuning, with the names and defaults of TRL's `SFTConfig`. */
export interface SFTFields extends TrainingFields {
  /** The column that holds the text. */
  datasetTextField: string;
  /** Tokens kept of each text, from its start; null: all. */
  maxLength: number | null;
}

const sftDefaults: SFTFields = {
  ...trainingDefaults,
  learningRate: 2e-5,
  loggingSteps: 10,
  datasetTextField: "text",
  maxLength: 1024,
};

/**
 * The settings of `SFTTrainer`, checked. `maxSeqLength` is the old name of `maxLength`. TRL's defaults are true for
 * `bf16`, which is refused, and for `gradientCheckpointing`, which is off here until it is asked for.
 */
export type SFTConfig = Readonly<SFTFields>;
export const SFTConfig = class {
  constructor(options: Partial<SFTFields> & { maxSeqLength?: number | null } = {}) {
    const { maxSeqLength, ...given } = options;
    if (maxSeqLength !== undefined) {
      if (given.maxLength !== undefined && given.maxLength !== maxSeqLength)
        throw new TrainerError("SFTConfig: maxSeqLength is the old name of maxLength; give one of them");
      given.maxLength = maxSeqLength;
    }
    const fields = resolveFields("SFTConfig", sftDefaults, given);
    checkTrainingFields("SFTConfig", fields);
    const { maxLength, datasetTextField } = fields;
    if (maxLength !== null && (!Number.isSafeInteger(maxLength) || maxLength < 1))
      throw new TrainerError(`SFTConfig: maxLength is ${maxLength}; give an integer of at least 1, or null`);
    if (typeof datasetTextField !== "string" || datasetTextField === "")
      throw new TrainerError(`SFTConfig: datasetTextField is ${datasetTextField}; give the name of a column`);
    Object.assign(this, fields);
  }
} as new (
  options?: Partial<SFTFields> & { maxSeqLength?: number | null },
) => SFTConfig;
