import {
  add,
  attention,
  causalSegmentMask,
  concat,
  equal,
  MASKED,
  matmul,
  reshape,
  slice,
  softmax,
  type Tensor,
  transpose,
  where,
} from "@waveft/autograd";

/** Keys and values of one layer, float32 [rows, heads, length, width]. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Keys and values of tokens that earlier calls computed. */
export interface KeyValueCache {
  /** int32 [rows, capacity]: the segment of each cached token, 0 where there is none. */
  readonly segmentIds: Tensor;
  /** One entry a layer, each [rows, heads, capacity, width]. */
  readonly layers: readonly KeyValues[];
}

/**
 * Causal self-attention within segments, for all layers of one forward pass: masks are built once, layers take
 * turns with the cache, and what they computed is left in `present`.
 */
export class SelfAttentionContext {
  /** Keys and values of this call's tokens, one entry for each layer so far. */
  readonly present: KeyValues[] = [];
  readonly #rows: number;
  readonly #length: number;
  readonly #segmentIds: Tensor;
  readonly #cache: {
    /** Of earlier keys, and of this call's. */
    readonly past: Tensor;
    readonly present: Tensor;
    readonly layers: readonly KeyValues[];
  } | null;

  /** @param segmentIds int32 [rows, length]; padding is a segment of its own (0), so that no row is fully masked */
  constructor(segmentIds: Tensor, cache?: KeyValueCache) {
    const [rows, length] = segmentIds.shape as [number, number];
    this.#rows = rows;
    this.#length = length;
    this.#segmentIds = segmentIds;
    this.#cache =
      cache === undefined
        ? null
        : {
            past: cacheMask(segmentIds, cache),
            present: causalSegmentMask(segmentIds),
            layers: cache.layers,
          };
  }

  /**
   * softmax(q kᵀ + mask) v, for the next layer. q (already scaled), k, v and the result are [rows · length,
   * heads · width]; `dropout` acts on the attention weights.
   */
  attend(heads: number, q: Tensor, k: Tensor, v: Tensor, dropout: (weights: Tensor) => Tensor): Tensor {
    const [queries, keys, values] = [q, k, v].map((x) => this.#split(x, heads)) as [Tensor, Tensor, Tensor];
    const past = this.#cache?.layers[this.present.length];
    this.present.push({ keys, values });
    if (past === undefined) {
      const options = { scale: 1, causal: true, segmentIds: this.#segmentIds, dropout };
      return this.#join(attention(queries, keys, values, options));
    }
    const scores = concat(
      [
        add(matmul(queries, past.keys, { transposeB: true }), this.#cache!.past),
        add(matmul(queries, keys, { transposeB: true }), this.#cache!.present),
      ],
      -1,
    );
    const weights = dropout(softmax(scores));
    const capacity = past.keys.shape[2]!;
    return this.#join(
      add(
        matmul(columns(weights, 0, capacity), past.values),
        matmul(columns(weights, capacity, capacity + this.#length), values),
      ),
    );
  }

  /** [rows · length, heads · width] → [rows, heads, length, width] */
  #split(x: Tensor, heads: number): Tensor {
    return transpose(reshape(x, [this.#rows, this.#length, heads, x.shape[1]! / heads]), [0, 2, 1, 3]);
  }

  #join(x: Tensor): Tensor {
    return reshape(transpose(x, [0, 2, 1, 3]), [this.#rows * this.#length, x.shape[1]! * x.shape[3]!]);
  }
}

/** Additive mask [rows, 1, length, capacity]: every cached token of the query's segment comes before it. */
const cacheMask = (segmentIds: Tensor, cache: KeyValueCache): Tensor => {
  const [rows, length] = segmentIds.shape as [number, number];
  const same = equal(
    reshape(segmentIds, [rows, 1, length, 1]),
    reshape(cache.segmentIds, [rows, 1, 1, cache.segmentIds.shape[1]!]),
  );
  return where(same, 0, MASKED);
};

/** Elements `start … end − 1` of the last axis. */
const columns = (x: Tensor, start: number, end: number): Tensor =>
  slice(
    x,
    x.shape.map((_, i) => (i === x.rank - 1 ? start : 0)),
    x.shape.map((size, i) => (i === x.rank - 1 ? end : size)),
  );
