import type { Row, TokenizedExample } from "@waveft/trainer";
import { UsageError } from "./usage-error";

/** PEFT's example keeps its source's indentation in the text; models tuned with it expect that. */
const INDENT = " ".repeat(12);

/** What is needed of a tokenizer. */
export interface PromptTokenizer {
  readonly eosTokenId: number | null;
  encode(text: string, options?: { truncation?: boolean; maxLength?: number }): number[];
}

/** A record of an instruction data set; an `input` column is not used, as in PEFT's example. */
export interface InstructionRecord {
  readonly instruction: string;
  readonly output: string;
}

/** The text that is trained on; with an empty output, what the model is to continue. */
export const promptOf = ({ instruction, output }: InstructionRecord): string =>
  [
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    `${INDENT}### Instruction:`,
    `${INDENT}${instruction}`,
    `${INDENT}### Response:`,
    `${INDENT}${output}`,
  ].join("\n");

/** Checks the columns of every row; says which row lacks what. */
export const readRecords = (path: string, rows: Iterable<Row>): InstructionRecord[] =>
  Array.from(rows, (row, i) => {
    const { instruction, output } = row;
    if (typeof instruction === "string" && typeof output === "string") return { instruction, output };
    const wrong = typeof instruction === "string" ? "output" : "instruction";
    throw new UsageError(
      `${path}: record ${i + 1} has no text in "${wrong}"; every record needs "instruction" and "output", and has ${Object.keys(row).join(", ") || "nothing"}`,
    );
  });

/** Cut at `cutoffLen`; an example that was not cut ends with the end-of-sequence token. All tokens are learned. */
export const tokenizeRecord = (
  record: InstructionRecord,
  tokenizer: PromptTokenizer,
  cutoffLen: number,
): TokenizedExample => {
  const inputIds = tokenizer.encode(promptOf(record), { truncation: true, maxLength: cutoffLen });
  const { eosTokenId } = tokenizer;
  if (eosTokenId !== null && inputIds.length < cutoffLen && inputIds.at(-1) !== eosTokenId)
    return { inputIds: [...inputIds, eosTokenId] };
  return { inputIds };
};
