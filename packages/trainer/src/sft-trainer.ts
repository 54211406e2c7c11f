import type { TrainerCallback } from "./callbacks";
import { ignoredLabel, type TokenizedExample } from "./data";
import { TrainerError } from "./errors";
import { SFTConfig, type SFTFields } from "./sft-config";
import type { TrainableModel } from "./trainable-model";
import { Trainer } from "./trainer";

/** What is needed of a tokenizer: `AutoTokenizer`'s result has it. */
export interface TextTokenizer {
  readonly eosToken: string | null;
  encode(text: string): number[];
}

/** Rows of records: a `Dataset`. */
export interface TextSource {
  readonly length: number;
  at(index: number): Readonly<Record<string, unknown>> | undefined;
}

export interface SFTTrainerOptions {
  model: TrainableModel;
  args?: SFTConfig;
  /** Rows with a text in the column `datasetTextField`, or already with `inputIds`. */
  trainDataset: TextSource;
  evalDataset?: TextSource | null;
  /** The tokenizer. */
  processingClass: TextTokenizer;
  /** Makes the text of a row, instead of `datasetTextField`. */
  formattingFunc?: (row: Readonly<Record<string, unknown>>) => string;
  callbacks?: readonly TrainerCallback[];
}

/**
 * Supervised fine-tuning on texts: each is ended by the end-of-sequence token, tokenized and cut, as in TRL. Rows
 * with `inputIds` are only cut, and dropped when all their labels are ignored.
 */
export class SFTTrainer extends Trainer {
  constructor(options: SFTTrainerOptions) {
    const { model, args = new SFTConfig(), callbacks = [] } = options;
    const read = (name: string, source: TextSource) => tokenizeTexts(name, source, options, args);
    super({
      model,
      args,
      trainDataset: read("trainDataset", options.trainDataset),
      evalDataset: options.evalDataset ? read("evalDataset", options.evalDataset) : null,
      callbacks,
    });
  }
}

const tokenizeTexts = (
  name: string,
  source: TextSource,
  { processingClass, formattingFunc }: SFTTrainerOptions,
  { datasetTextField, maxLength }: SFTFields,
): TokenizedExample[] => {
  const end = processingClass.eosToken ?? "";
  return Array.from({ length: source.length }, (_, i) => {
    const row = source.at(i) ?? {};
    const { inputIds, labels } = row as Partial<TokenizedExample>;
    if (inputIds !== undefined && inputIds !== null)
      return { inputIds: cut(inputIds, maxLength), labels: labels ? cut(labels, maxLength) : undefined };
    const text = formattingFunc === undefined ? row[datasetTextField] : formattingFunc(row);
    if (typeof text !== "string") throw noText(name, i, row, formattingFunc ? null : datasetTextField);
    return { inputIds: cut(processingClass.encode(text.endsWith(end) ? text : text + end), maxLength) };
  }).filter(
    ({ labels }) => labels === undefined || Array.from(labels).some((label) => label !== ignoredLabel),
  );
};

const cut = (values: ArrayLike<number>, maxLength: number | null): ArrayLike<number> =>
  maxLength === null || values.length <= maxLength ? values : Array.from(values).slice(0, maxLength);

const noText = (name: string, i: number, row: object, field: string | null): TrainerError =>
  new TrainerError(
    field === null
      ? `SFTTrainer: formattingFunc gave no text for row ${i} of the ${name}; it must return a string`
      : `SFTTrainer: row ${i} of the ${name} has no text in "${field}"; its columns are ${Object.keys(row).join(", ") || "none"}; set datasetTextField`,
  );
