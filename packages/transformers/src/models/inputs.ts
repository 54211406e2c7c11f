import type { Tensor } from "@waveft/autograd";
import type { KeyValueCache, KeyValues } from "./shared/self-attention";

/** What a causal language model computes on: rows of tokens, each holding one example or several in a line. */
export interface CausalLMInputs {
  /** Token ids, int32 [rows, length]. */
  readonly inputIds: Tensor;
  /** Position of each token in its own example, from 0, int32 [rows, length]. */
  readonly positionIds: Tensor;
  /** The example that each token belongs to, int32 [rows, length]; 0 is padding. Tokens see their own example only. */
  readonly segmentIds: Tensor;
  /** Where logits are wanted: indices into rows · length, int32 [m]. Everywhere when absent. */
  readonly logitsAt?: Tensor;
  /** Tokens of the same rows that earlier calls have seen. */
  readonly cache?: KeyValueCache;
}

export interface CausalLMOutputs {
  /** float32 [rows · length, vocabSize], or [m, vocabSize] with `logitsAt`. */
  readonly logits: Tensor;
  /** Keys and values of these tokens, one entry a layer: what a `cache` is made of. */
  readonly present: readonly KeyValues[];
}
