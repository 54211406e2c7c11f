import type { Row, TokenizedExample } from "@waveft/trainer";
import { pythonText } from "./python-text";
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

/**
 * The records of rows, numbers and truth values as Python prints them; says which row lacks what. A column with a
 * fraction is one of floats, as data frames have it.
 */
export const readRecords = (path: string, rows: Iterable<Row>): InstructionRecord[] => {
  const all = [...rows];
  const columns = ["instruction", "output"] as const;
  const floats = columns.filter((column) =>
    all.some(({ [column]: value }) => typeof value === "number" && !Number.isInteger(value)),
  );
  return all.map((row, i) => {
    const [instruction, output] = columns.map((column) => pythonText(row[column], floats.includes(column)));
    if (instruction !== undefined && output !== undefined) return { instruction, output };
    const wrong = instruction === undefined ? "instruction" : "output";
    throw new UsageError(
      `${path}: record ${i + 1} has no text in "${wrong}"; every record needs "instruction" and "output", and has ${Object.keys(row).join(", ") || "nothing"}`,
    );
  });
};

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
