import type { InstructionRecord } from "./prompt";
import { promptOf } from "./prompt";

/** New tokens of a sample. */
const LENGTH = 32;

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

/** What the model answers to each record's instruction. */
export const completeSamples = async (
  model: Generator,
  tokenizer: SampleTokenizer,
  samples: readonly InstructionRecord[],
): Promise<string[]> => {
  const prompts = samples.map((sample) => tokenizer.encode(promptOf({ ...sample, output: "" }).trimEnd()));
  const answers: string[] = [];
  for (const prompt of prompts) {
    const [ids] = await model.generate([prompt], { maxNewTokens: LENGTH });
    answers.push(tokenizer.decode(ids!.slice(prompt.length), { skipSpecialTokens: true }).trim());
  }
  return answers;
};
