import {
  type AttentionOptions,
  attention,
  cast,
  concat,
  constant,
  mul,
  reshape,
  type Tensor,
  transpose,
} from "@waveft/autograd";
import type { KeyValueCache, KeyValues } from "../inputs";
import type { RotaryPositions } from "./rotary";

/** What a pass computes on besides the tokens themselves. */
export interface PassInputs {
  readonly segmentIds: Tensor;
  readonly positionIds: Tensor;
  readonly cache?: KeyValueCache;
}

/** How one layer attends. */
export interface AttendOptions extends Pick<AttentionOptions, "scale" | "softCap" | "dropout"> {
  /** Places that a token sees, itself included; null: all. */
  readonly window?: number | null;
  /** For each head, what a place nearer adds to the scores (ALiBi). */
  readonly slopes?: readonly number[] | null;
}

/** Self-attention within segments, for all layers of one pass over rows of tokens. */
export class ForwardPass {
  /** Keys and values of this pass's tokens, by layer. */
  readonly present: KeyValues[] = [];
  readonly #rows: number;
  readonly #length: number;
  readonly #inputs: PassInputs;
  readonly #causal: boolean;
  readonly #rotations = new Map<RotaryPositions, (x: Tensor) => Tensor>();

  /**
   * @param inputs segmentIds and positionIds int32 [rows, length], padding being a segment of its own (0), so that no
   * row is fully masked; and a cache, for causal attention
   * @param options causal: whether tokens see only those before them (default true)
   */
  constructor(inputs: PassInputs, { causal = true }: { readonly causal?: boolean } = {}) {
    const [rows, length] = inputs.segmentIds.shape as [number, number];
    this.#rows = rows;
    this.#length = length;
    this.#inputs = inputs;
    this.#causal = causal;
  }

  /**
   * Attention of a layer, told by its number. q, k and v are flat, [tokens, heads · width]; keys and values may have
   * fewer heads, each shared by a group of the queries'. Earlier keys are the layer's in the cache.
   *
   * @returns [tokens, heads · width]
   */
  attend(layer: number, q: Tensor, keyValues: KeyValues, options: AttendOptions): Tensor {
    const { window = null, slopes = null, ...rest } = options;
    const { segmentIds, positionIds, cache } = this.#inputs;
    const { keys, values } = keyValues;
    this.present[layer] = keyValues;
    const earlier = cache?.layers[layer];
    const past = earlier &&
      cache && {
        ...earlier,
        segmentIds: cache.segmentIds,
        positionIds: cache.positionIds,
        queryPositionIds: positionIds,
      };
    const attended = attention(q, keys, values, {
      ...rest,
      causal: this.#causal,
      segmentIds,
      ...(window !== null && { slidingWindow: window }),
      ...(past !== undefined && { past }),
      ...(slopes !== null && { bias: this.#alibi(slopes) }),
    });
    return reshape(transpose(attended, [0, 2, 1, 3]), [
      this.#rows * this.#length,
      attended.shape[1]! * attended.shape[3]!,
    ]);
  }

  /** [tokens, heads · width], or [tokens, heads, width] → [rows, heads, length, width]. */
  byHead(x: Tensor, width: number): Tensor {
    const heads = x.size / (this.#rows * this.#length * width);
    return transpose(reshape(x, [this.#rows, this.#length, heads, width]), [0, 2, 1, 3]);
  }

  /** x, [rows, heads, length, width], turned by the tokens' positions. */
  rotate(x: Tensor, rotary: RotaryPositions | null): Tensor {
    if (rotary === null) return x;
    const turn = this.#rotations.get(rotary) ?? rotary.at(this.#inputs.positionIds);
    this.#rotations.set(rotary, turn);
    return turn(x);
  }

  /** slope · position of the key: by less than the position of the query, what all keys of a query have in common. */
  #alibi(slopes: readonly number[]): Tensor {
    const { positionIds, cache } = this.#inputs;
    const all = cache === undefined ? positionIds : concat([cache.positionIds, positionIds], 1);
    const places = reshape(cast(all, "float32"), [this.#rows, 1, 1, all.shape[1]!]);
    return mul(places, constant(slopes, [slopes.length, 1, 1]));
  }
}
