/** Rows of packed examples; all arrays are row-major with shape `[rows, rowLength]`. */
export interface PackedRows {
  /** `[rows, rowLength]` of every array below. */
  readonly shape: readonly [rows: number, rowLength: number];
  /** Token ids; `padTokenId` where the row has no token. */
  readonly inputIds: Int32Array;
  /** Position of each token in its own example, from 0; 0 where there is no token. */
  readonly positionIds: Int32Array;
  /** 1, 2, … for the examples of a row, 0 where there is no token. Attention stays inside a segment. */
  readonly segmentIds: Int32Array;
  /** What the logits at each place must predict: the label of the next token of the same example; −100 for none. */
  readonly labels: Int32Array;
  /** Number of real tokens. */
  readonly tokenCount: number;
  /** Number of labels other than −100: the divisor of a mean loss. */
  readonly labelCount: number;
}

/** A tokenised example. `labels` are not shifted: label t belongs to token t, and −100 means none. */
export interface TokenizedExample {
  readonly inputIds: ArrayLike<number>;
  /** Default: `inputIds`. */
  readonly labels?: ArrayLike<number> | undefined;
}

export interface CollatePackedOptions {
  /** Fills the places without a token, default 0. */
  readonly padTokenId?: number | null;
  /** Number of rows of the result; empty rows are added. Default: the number of packed rows. */
  readonly rowCount?: number;
}

/** The label that takes no part in the loss, as in PyTorch and transformers. */
export const ignoredLabel = -100;

/**
 * Packs examples into rows by first fit decreasing (D. S. Johnson, 1973): the longest first, each into the first row
 * that has room. At most 11/9 of the fewest possible rows, plus one. Deterministic: equal lengths keep their order.
 *
 * @param lengths tokens of each example
 * @param rowLength tokens of a row
 * @returns for each row the indices of its examples, in the order in which they lie in the row
 * @throws RangeError if an example is longer than a row (it is never split) or a length is not a whole number
 */
export function packSequences(lengths: ArrayLike<number>, rowLength: number): number[][] {
  if (!Number.isInteger(rowLength) || rowLength < 1)
    throw new RangeError(`packing: rowLength must be a whole number above 0, but got ${rowLength}`);
  const order = Array.from(lengths, (length, index) => {
    if (!Number.isInteger(length) || length < 0)
      throw new RangeError(`packing: example ${index} has the length ${length}; a length is a whole number`);
    if (length > rowLength) throw tooLong(index, length, rowLength);
    return index;
  }).sort((a, b) => lengths[b]! - lengths[a]! || a - b);

  const rows: number[][] = [];
  const room = new FirstFit(order.length, rowLength);
  for (const index of order) {
    const row = room.take(lengths[index]!);
    rows[row] ??= [];
    rows[row].push(index);
  }
  return rows;
}

/** Finds the first row with enough room in O(log rows): a binary tree of the largest room below each node. */
class FirstFit {
  readonly #leaves: number;
  readonly #largest: Int32Array;

  constructor(rows: number, rowLength: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(rows, 1)));
    this.#largest = new Int32Array(2 * this.#leaves).fill(rowLength);
  }

  /** Takes `length` places of the first row that has them, and gives the row. */
  take(length: number): number {
    let node = 1;
    while (node < this.#leaves) node = this.#largest[2 * node]! >= length ? 2 * node : 2 * node + 1;
    const row = node - this.#leaves;
    this.#largest[node]! -= length;
    for (node >>= 1; node >= 1; node >>= 1)
      this.#largest[node] = Math.max(this.#largest[2 * node]!, this.#largest[2 * node + 1]!);
    return row;
  }
}

/**
 * Lays packed examples out as the arrays that a causal language model is trained on. Loss and gradients over them
 * equal those over the padded batch: positions restart with each example, and no label looks into the next one.
 *
 * @param examples token ids and, unless all tokens are to be learned, labels of the same length
 * @param rowLength tokens of a row
 * @param rows which examples each row holds, default {@link packSequences} of them all
 * @throws RangeError if a row overflows, names an unknown example, or an example has not as many labels as tokens
 */
export function collatePacked(
  examples: readonly TokenizedExample[],
  rowLength: number,
  rows: readonly (readonly number[])[] = packSequences(
    examples.map((example) => example.inputIds.length),
    rowLength,
  ),
  { padTokenId, rowCount = rows.length }: CollatePackedOptions = {},
): PackedRows {
  if (!Number.isInteger(rowCount) || rowCount < rows.length)
    throw new RangeError(`packing: rowCount is ${rowCount}, but the examples take ${rows.length} rows`);
  const size = rowCount * rowLength;
  const inputIds = new Int32Array(size).fill(padTokenId ?? 0);
  const positionIds = new Int32Array(size);
  const segmentIds = new Int32Array(size);
  const labels = new Int32Array(size).fill(ignoredLabel);
  let tokenCount = 0;
  let labelCount = 0;

  for (const [row, indices] of rows.entries()) {
    let start = row * rowLength;
    const end = start + rowLength;
    for (const [segment, index] of indices.entries()) {
      const example = examples[index];
      if (!example) throw new RangeError(`packing: row ${row} names example ${index} of ${examples.length}`);
      const tokens = example.inputIds;
      const targets = example.labels ?? tokens;
      if (targets.length !== tokens.length) {
        throw new RangeError(
          `packing: example ${index} has ${tokens.length} tokens but ${targets.length} labels; they must be as many`,
        );
      }
      if (tokens.length > rowLength) throw tooLong(index, tokens.length, rowLength);
      if (start + tokens.length > end)
        throw new RangeError(
          `packing: the examples of row ${row} are longer together than rowLength ${rowLength}`,
        );
      for (let t = 0; t < tokens.length; t++) {
        inputIds[start + t] = tokens[t]!;
        positionIds[start + t] = t;
        segmentIds[start + t] = segment + 1;
        if (t + 1 === tokens.length || targets[t + 1] === ignoredLabel) continue;
        labels[start + t] = targets[t + 1]!;
        labelCount++;
      }
      start += tokens.length;
      tokenCount += tokens.length;
    }
  }
  return { shape: [rowCount, rowLength], inputIds, positionIds, segmentIds, labels, tokenCount, labelCount };
}

function tooLong(index: number, length: number, rowLength: number): RangeError {
  return new RangeError(
    `packing: example ${index} has ${length} tokens, but a row takes ${rowLength}; truncate it or use longer rows`,
  );
}
