import type { TrainerCallback } from "./callbacks";
import type { TokenizedExample } from "./data";
import { TrainerError } from "./errors";
import type { TrainableModel } from "./model-loss";
import { SFTConfig, type SFTFields } from "./sft-config";
import { Trainer } from "./trainer";

/** What is needed of a tokenizer: `AutoTokenizer`'s result has it. */
export interface TextTokenizer {
  readonly eosToken: string | null | undefined;
  encode(text: string, options?: { truncation?: boolean; maxLength?: number }): number[];
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

/** Supervised fine-tuning on texts: each is ended by the end-of-sequence token, tokenized and cut. */
export class SFTTrainer extends Trainer {
  constructor(options: SFTTrainerOptions) {
    const { model, args = new SFTConfig(), callbacks = [] } = options;
    const read = (name: string, source: TextSource) => tokenizeTexts(name, source, options, args.fields);
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
): TokenizedExample[] =>
  Array.from({ length: source.length }, (_, i) => {
    const row = source.at(i) ?? {};
    if (Array.isArray(row.inputIds)) return { inputIds: row.inputIds as number[] };
    const text = formattingFunc === undefined ? row[datasetTextField] : formattingFunc(row);
    if (typeof text !== "string")
      throw new TrainerError(
        `SFTTrainer: row ${i} of the ${name} has no text in "${datasetTextField}"; its columns are ${Object.keys(row).join(", ")}; set datasetTextField`,
      );
    const end = processingClass.eosToken ?? "";
    const ended = text.endsWith(end) ? text : text + end;
    return {
      inputIds: processingClass.encode(ended, maxLength === null ? {} : { truncation: true, maxLength }),
    };
  });
