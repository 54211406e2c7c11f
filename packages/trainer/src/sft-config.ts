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
  /** What TRL computes in bfloat16 is computed in float32 here, whatever this says. */
  bf16: boolean;
  /** Accepted; a step keeps its activations here. */
  gradientCheckpointing: boolean;
}

const sftDefaults: SFTFields = {
  ...trainingDefaults,
  learningRate: 2e-5,
  loggingSteps: 10,
  datasetTextField: "text",
  maxLength: 1024,
  bf16: true,
  gradientCheckpointing: true,
};

/** The settings of `SFTTrainer`. `maxSeqLength` is the old name of `maxLength`. */
export class SFTConfig {
  readonly fields: SFTFields;

  constructor(options: Partial<SFTFields> & { maxSeqLength?: number | null } = {}) {
    const { maxSeqLength, ...fields } = options;
    if (maxSeqLength !== undefined) {
      if (fields.maxLength !== undefined && fields.maxLength !== maxSeqLength)
        throw new TrainerError("SFTConfig: maxSeqLength is the old name of maxLength; give one of them");
      fields.maxLength = maxSeqLength;
    }
    this.fields = resolveFields("SFTConfig", sftDefaults, fields);
    checkTrainingFields("SFTConfig", this.fields);
    const { maxLength, datasetTextField } = this.fields;
    if (maxLength !== null && (!Number.isSafeInteger(maxLength) || maxLength < 1))
      throw new TrainerError(`SFTConfig: maxLength is ${maxLength}; give an integer of at least 1, or null`);
    if (typeof datasetTextField !== "string" || datasetTextField === "")
      throw new TrainerError(`SFTConfig: datasetTextField is ${datasetTextField}; give the name of a column`);
  }
}
