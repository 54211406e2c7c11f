import {
  add,
  attention,
  causalSegmentMask,
  concat,
  equal,
  MASKED,
  matmul,
  reshape,
  softmax,
  split,
  type Tensor,
  transpose,
  where,
} from "@waveft/autograd";

/** Keys and values of one layer, float32 [rows, kvHeads, length, width], keys turned by their positions. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Keys and values of tokens that earlier calls computed. */
export interface KeyValueCache {
  /** int32 [rows, capacity]: the segment of each cached token, 0 where there is none. */
  readonly segmentIds: Tensor;
  /** One entry a layer, each [rows, kvHeads, capacity, width]. */
  readonly layers: readonly KeyValues[];
}

export interface AttendOptions {
  /** Of the queries. Keys and values may have fewer, each shared by a group of the queries'. */
  readonly heads: number;
  /** Acts on the attention weights. */
  readonly dropout: { forward(weights: Tensor): Tensor };
  /** Turns queries and keys, [rows, heads, length, width], by their positions. */
  readonly rotate?: (x: Tensor) => Tensor;
}

/**
 * Self-attention within segments, for all layers of one forward pass: masks are built once, layers take turns with
 * the cache, and what they computed is left in `present`.
 */
export class SelfAttentionContext {
  /** Keys and values of this call's tokens, one entry for each layer so far. */
  readonly present: KeyValues[] = [];
  readonly #rows: number;
  readonly #length: number;
  readonly #segmentIds: Tensor;
  readonly #causal: boolean;
  readonly #cache: {
    /** Masks of earlier keys, and of this call's. */
    readonly past: Tensor;
    readonly present: Tensor;
    readonly layers: readonly KeyValues[];
  } | null;

  /**
   * @param inputs segmentIds int32 [rows, length], padding being a segment of its own (0), so that no row is fully
   * masked; and a cache, for causal attention
   * @param options causal: whether tokens see only those before them (default true)
   */
  constructor(
    { segmentIds, cache }: { readonly segmentIds: Tensor; readonly cache?: KeyValueCache },
    { causal = true }: { readonly causal?: boolean } = {},
  ) {
    const [rows, length] = segmentIds.shape as [number, number];
    this.#rows = rows;
    this.#length = length;
    this.#segmentIds = segmentIds;
    this.#causal = causal;
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
   * softmax(q kᵀ + mask) v, for the next layer. q (already scaled) and the result are [rows · length, heads · width],
   * k and v [rows · length, kvHeads · width].
   */
  attend(q: Tensor, k: Tensor, v: Tensor, { heads, dropout, rotate = same }: AttendOptions): Tensor {
    const width = q.shape[1]! / heads;
    const [queries, keys, values] = [
      rotate(this.#split(q, width)),
      rotate(this.#split(k, width)),
      this.#split(v, width),
    ];
    const past = this.#cache?.layers[this.present.length];
    this.present.push({ keys, values });
    const drop = (weights: Tensor) => dropout.forward(weights);
    if (past !== undefined) return this.#join(this.#attendCached(queries, { keys, values }, past, drop));
    const options = { scale: 1, causal: this.#causal, segmentIds: this.#segmentIds, dropout: drop };
    return this.#join(attention(queries, keys, values, options));
  }

  /** Earlier keys and this call's stay apart: the cache is read in place. */
  #attendCached(queries: Tensor, own: KeyValues, past: KeyValues, drop: (weights: Tensor) => Tensor): Tensor {
    const [rows, heads, length] = queries.shape as [number, number, number];
    const [, kvHeads, capacity] = past.keys.shape as [number, number, number];
    // Heads of a group are further queries of its keys.
    const grouped = (x: Tensor) => reshape(x, [rows, kvHeads, (heads / kvHeads) * length, x.shape[3]!]);
    const scores = (keys: Tensor, mask: Tensor) => {
      const products = matmul(grouped(queries), keys, { transposeB: true });
      return add(reshape(products, [rows, heads, length, keys.shape[2]!]), mask);
    };
    const masks = this.#cache!;
    const all = concat([scores(past.keys, masks.past), scores(own.keys, masks.present)], -1);
    const [earlier, present] = split(drop(softmax(all)), [capacity, length], -1) as [Tensor, Tensor];
    const sum = add(matmul(grouped(earlier), past.values), matmul(grouped(present), own.values));
    return reshape(sum, queries.shape);
  }

  /** [rows · length, heads · width] → [rows, heads, length, width] */
  #split(x: Tensor, width: number): Tensor {
    return transpose(reshape(x, [this.#rows, this.#length, x.shape[1]! / width, width]), [0, 2, 1, 3]);
  }

  #join(x: Tensor): Tensor {
    return reshape(transpose(x, [0, 2, 1, 3]), [this.#rows * this.#length, x.shape[1]! * x.shape[3]!]);
  }
}

const same = (x: Tensor): Tensor => x;

/** Additive mask [rows, 1, length, capacity]: every cached token of the query's segment comes before it. */
const cacheMask = (segmentIds: Tensor, cache: KeyValueCache): Tensor => {
  const [rows, length] = segmentIds.shape as [number, number];
  const alike = equal(
    reshape(segmentIds, [rows, 1, length, 1]),
    reshape(cache.segmentIds, [rows, 1, 1, cache.segmentIds.shape[1]!]),
  );
  return where(alike, 0, MASKED);
};
