import type { InstructionRecord } from "./prompt";
import { promptOf } from "./prompt";

/** New tokens of a sample. */
const LENGTH = 32;
const SAMPLES = 3;

export interface Completion {
  readonly instruction: string;
  readonly expected: string;
  readonly before: string;
  readonly after: string;
}

interface Generator {
  generate(prompts: readonly (readonly number[])[], options: { maxNewTokens: number }): Promise<number[][]>;
}

interface SampleTokenizer {
  encode(text: string): number[];
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
}

/** The first three records whose prompt leaves the model room to answer. */
export const chooseSamples = (
  records: readonly InstructionRecord[],
  tokenizer: SampleTokenizer,
  { maxPositionEmbeddings }: { readonly maxPositionEmbeddings: number },
): InstructionRecord[] => {
  const samples: InstructionRecord[] = [];
  for (const record of records) {
    if (promptIds(record, tokenizer).length + LENGTH <= maxPositionEmbeddings) samples.push(record);
    if (samples.length === SAMPLES) break;
  }
  return samples;
};

/** The prompt up to where the answer begins; no space at its end, or the answer's first word is cut differently. */
const promptIds = (record: InstructionRecord, tokenizer: SampleTokenizer): number[] =>
  tokenizer.encode(promptOf({ ...record, output: "" }).trimEnd());

/** What the model answers to each record's instruction. */
export const completeSamples = async (
  model: Generator,
  tokenizer: SampleTokenizer,
  samples: readonly InstructionRecord[],
): Promise<string[]> => {
  const prompts = samples.map((sample) => promptIds(sample, tokenizer));
  const answers: string[] = [];
  for (const prompt of prompts) {
    const [ids] = await model.generate([prompt], { maxNewTokens: LENGTH });
    answers.push(tokenizer.decode(ids!.slice(prompt.length), { skipSpecialTokens: true }).trim());
  }
  return answers;
};
