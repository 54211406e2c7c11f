import { reshape, slice, split, type Tensor } from "@waveft/autograd";

export interface HeadCounts {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

type Parts = [q: Tensor, k: Tensor, v: Tensor];

/** How the outputs of one product hold queries, keys and values: x [tokens, (heads + 2 · kvHeads) · headDim]. */
export const qkvLayouts = {
  /** All queries, all keys, all values. */
  fused: (x: Tensor, { heads, kvHeads, headDim }: HeadCounts): Parts =>
    split(x, [heads * headDim, kvHeads * headDim, kvHeads * headDim], -1) as Parts,
  /** For each head of keys: the queries that share it, its keys, its values. */
  grouped: (x: Tensor, { heads, kvHeads, headDim }: HeadCounts): Parts => {
    const tokens = x.shape[0]!;
    const share = heads / kvHeads;
    const groups = reshape(x, [tokens, kvHeads, share + 2, headDim]);
    const part = (from: number, to: number) =>
      reshape(slice(groups, [0, 0, from, 0], [tokens, kvHeads, to, headDim]), [
        tokens,
        kvHeads * (to - from) * headDim,
      ]);
    return [part(0, share), part(share, share + 1), part(share + 1, share + 2)];
  },
} satisfies Record<string, (x: Tensor, counts: HeadCounts) => Parts>;

/** `apart`: three products. */
export type QkvLayout = keyof typeof qkvLayouts | "apart";
