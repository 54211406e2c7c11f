import { DropoutSeed, gather, Module, Parameter, reshape } from "@waveft/autograd";
import { writeFileAtomic } from "@waveft/safetensors";
import type { CausalLMInputs } from "@waveft/transformers";
import type { TrainableModel } from "../../src";

export const vocabulary = 5;

/** Logits of the next token: the row of a table that the present token names. Losses can be checked by hand. */
export class TableModel extends Module implements TrainableModel {
  override readonly kind = "TableModel";
  readonly device = "onnx:cpu";
  readonly config = { maxPositionEmbeddings: 16, vocabSize: vocabulary };
  readonly dropoutSeed = new DropoutSeed();
  /** float32 [vocabulary, vocabulary]. */
  readonly table: Parameter;

  constructor(data = Float32Array.from({ length: vocabulary ** 2 }, (_, i) => Math.sin(i))) {
    super();
    this.table = new Parameter({ data, shape: [vocabulary, vocabulary], dtype: "float32" });
  }

  forward({ inputIds, logitsAt }: CausalLMInputs) {
    const flat = reshape(inputIds, [inputIds.size]);
    return { logits: gather(this.table, logitsAt === undefined ? flat : gather(flat, logitsAt)) };
  }

  savePretrained(folder: string): Promise<void> {
    return writeFileAtomic(`${folder}/table.json`, [
      new TextEncoder().encode(JSON.stringify([...this.values])),
    ]);
  }

  get values(): Float32Array {
    return this.table.data as Float32Array;
  }

  /** −ln p of each label, by hand. */
  losses(examples: readonly { inputIds: readonly number[]; labels?: readonly number[] }[]): number[] {
    return examples.flatMap(({ inputIds, labels = inputIds }) =>
      inputIds.slice(0, -1).flatMap((token, t) => {
        const label = labels[t + 1]!;
        if (label === -100) return [];
        const row = this.values.subarray(token * vocabulary, (token + 1) * vocabulary);
        return [Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - row[label]!];
      }),
    );
  }
}

/** `count` examples of 2 to 9 tokens. */
export const someExamples = (count: number): { inputIds: number[] }[] =>
  Array.from({ length: count }, (_, i) => ({
    inputIds: Array.from({ length: 2 + ((i * 5) % 8) }, (_, t) => (i * 3 + t * t + 1) % vocabulary),
  }));

export const meanOf = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
