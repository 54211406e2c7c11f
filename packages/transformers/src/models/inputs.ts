import type { Tensor } from "@waveft/autograd";

/** Rows of tokens, each holding one example or several in a line. */
export interface TokenInputs {
  /** Token ids, int32 [rows, length]. */
  readonly inputIds: Tensor;
  /** Position of each token in its own example, from 0, int32 [rows, length]. */
  readonly positionIds: Tensor;
  /** The example that each token belongs to, int32 [rows, length]; 0 is padding. Tokens see their own example only. */
  readonly segmentIds: Tensor;
  /** Which of the texts in an example each token belongs to, int32 [rows, length], for BERT. Zeros when absent. */
  readonly tokenTypeIds?: Tensor;
  /** Where hidden states are wanted: indices into rows · length, int32 [m]. Everywhere when absent. */
  readonly logitsAt?: Tensor;
  /** Tokens of the same rows that earlier calls have seen. */
  readonly cache?: KeyValueCache;
}

/** Keys and values of one layer, float32 [rows, kvHeads, length, width], keys turned by their positions. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Keys and values of tokens that earlier calls computed, in slots, of which any may be empty. */
export interface KeyValueCache {
  /** int32 [rows, capacity]: the segment of each slot's token, 0 where there is none. */
  readonly segmentIds: Tensor;
  /** int32 [rows, capacity]: the position of each slot's token. */
  readonly positionIds: Tensor;
  /** By layer, each [rows, kvHeads, capacity, width]; heads and width may differ by layer. */
  readonly layers: readonly KeyValues[];
}

/** What a causal language model computes on. */
export type CausalLMInputs = Omit<TokenInputs, "tokenTypeIds">;

export interface CausalLMOutputs {
  /** float32 [rows · length, vocabSize], or [m, vocabSize] with `logitsAt`. */
  readonly logits: Tensor;
  /** Keys and values of these tokens, one entry a layer: what a `cache` is made of. */
  readonly present: readonly KeyValues[];
}
