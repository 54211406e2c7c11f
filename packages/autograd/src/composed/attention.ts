import type { Operand } from "../define-op";
import { constant, toTensor } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import * as ops from "../ops";
import { sameShape, showShape, tryBroadcast } from "../shape";
import type { Tensor } from "../tensor";

/** Additive mask value of a forbidden pair: e to it is 0 in float32, and a fully masked row stays finite. */
export const MASKED = -1e9;

export interface AttentionMaskOptions {
  /**
   * No key after the query. The queries are the last places of the keys: with a cache of earlier keys, query i of
   * n stands at place keys − n + i.
   */
  causal?: boolean;
  /** Keys at most this many places minus one before the query, as Mistral counts. */
  slidingWindow?: number;
  /** Of packed rows: int32 [rows, length]; only keys of the query's segment. */
  segmentIds?: Operand;
  /** The keys' segments, int32 [rows, keys], where they are not the queries'. */
  keySegmentIds?: Operand;
}

export interface AttentionOptions extends AttentionMaskOptions {
  /** Factor of the scores (default: 1/√width, as torch's). */
  scale?: number;
  /** Bool: which keys a query may attend to. Or float32, added to the scores. Broadcasts to all scores. */
  mask?: Operand | null;
  /** Float32, added to the scores: ALiBi, relative positions. Broadcasts to all scores. */
  bias?: Operand | null;
  /** Acts on the attention weights. */
  dropout?: (weights: Tensor) => Tensor;
}

/**
 * softmax(scale · q kᵀ + masks) v: q float32 [rows, heads, length, width], k [rows, kvHeads, keys, width],
 * v [rows, kvHeads, keys, valueWidth] → [rows, heads, length, valueWidth]. Heads are a multiple of kvHeads, and
 * each group of them shares its keys and values, which are not repeated. A query without any key that it may
 * attend to gets the mean of the values (with a mask of −∞: NaN, as in torch).
 */
export const attention = (q: Operand, k: Operand, v: Operand, options: AttentionOptions = {}): Tensor => {
  const [queries, keys, values] = [q, k, v].map((x) => toTensor("attention", x)) as [Tensor, Tensor, Tensor];
  const { rows, heads, length, width, kvHeads, keyCount } = attentionSizes(queries, keys, values);
  const { scale = 1 / Math.sqrt(width), dropout } = options;
  if (!Number.isFinite(scale)) throw new AutogradError(`attention: the scale is ${scale}; give a number`);
  const group = heads / kvHeads;
  const scaled = scale === 1 ? queries : ops.mul(queries, scale);
  // Heads of a group are further queries of its keys.
  const grouped = (x: Tensor) =>
    group === 1 ? x : ops.reshape(x, [rows, kvHeads, group * length, x.shape[3]!]);
  const scores = ops.matmul(grouped(scaled), keys, { transposeB: true });
  const mask = joinedMask([rows, heads, length, keyCount], options);
  const weigh = (added: Tensor) => weightedSum(added, values, dropout);
  if (mask === null && (dropout === undefined || group === 1))
    return ops.reshape(weigh(scores), [rows, heads, length, values.shape[3]!]);
  const apart = ops.reshape(scores, [rows, heads, length, keyCount]);
  const masked = mask === null ? apart : ops.add(apart, mask);
  return ops.reshape(weigh(masked), [rows, heads, length, values.shape[3]!]);
};

/**
 * Additive mask of what `options` allow: float32 [rows or 1, 1, length, keys], 0 where a query may attend to a key,
 * `MASKED` elsewhere. Made once, it serves all layers as `mask`.
 */
export const attentionMask = (length: number, keys: number, options: AttentionMaskOptions): Tensor => {
  const allowed = allowedPairs(length, keys, options);
  if (allowed === null) return ops.broadcastTo(0, [1, 1, length, keys]);
  return ops.where(allowed, 0, MASKED);
};

/**
 * Additive mask of packed rows: segmentIds int32 [rows, length] → float32 [rows, 1, length, length], 0 where
 * the key stands in the query's segment and not after it, `MASKED` elsewhere.
 */
export const causalSegmentMask = (segmentIds: Operand): Tensor => {
  const segments = toTensor("causalSegmentMask", segmentIds, "int32");
  const length = segments.shape[1] ?? 0;
  return attentionMask(length, length, { causal: true, segmentIds: segments });
};

interface AttentionSizes {
  readonly rows: number;
  readonly heads: number;
  readonly length: number;
  readonly width: number;
  readonly kvHeads: number;
  readonly keyCount: number;
}

const attentionSizes = (q: Tensor, k: Tensor, v: Tensor): AttentionSizes => {
  const [rows, heads, length, width] = q.shape as [number, number, number, number];
  const [, kvHeads, keyCount] = k.shape as [number, number, number];
  if (
    [q, k, v].some(({ dtype, rank }) => dtype !== "float32" || rank !== 4) ||
    !sameShape(k.shape, [rows, kvHeads, keyCount, width]) ||
    !sameShape(v.shape.slice(0, 3), [rows, kvHeads, keyCount]) ||
    heads % kvHeads !== 0
  )
    throw new AutogradError(
      `attention: q ${q.dtype}${showShape(q.shape)}, k ${k.dtype}${showShape(k.shape)}, v ${v.dtype}${showShape(v.shape)}; takes float32 [rows, heads, length, width], [rows, kvHeads, keys, width] and [rows, kvHeads, keys, any], heads a multiple of kvHeads`,
    );
  return { rows, heads, length, width, kvHeads, keyCount };
};

/** All masks and biases as one addend that broadcasts to the scores: what is joined here is small. */
const joinedMask = (scores: Shape, options: AttentionOptions): Tensor | null => {
  const [, , length, keys] = scores as [number, number, number, number];
  let allowed = allowedPairs(length, keys, options);
  let added: Tensor | null = null;
  for (const [name, operand] of [
    ["mask", options.mask],
    ["bias", options.bias],
  ] as const) {
    if (operand === undefined || operand === null) continue;
    const tensor = toTensor("attention", operand);
    const fits = tryBroadcast(tensor.shape, scores);
    const isBool = tensor.dtype === "bool" && name === "mask";
    if (fits === null || !sameShape(fits, scores) || !(isBool || tensor.dtype === "float32"))
      throw new AutogradError(
        `attention: the ${name} is ${tensor.dtype}${showShape(tensor.shape)}; takes ${name === "mask" ? "bool or float32" : "float32"} that broadcasts to the scores ${showShape(scores)}`,
      );
    if (isBool) allowed = allowed === null ? tensor : ops.logicalAnd(allowed, tensor);
    else added = added === null ? tensor : ops.add(added, tensor);
  }
  if (allowed === null) return added;
  return ops.where(allowed, added ?? 0, MASKED);
};

/** Bool that broadcasts to [rows, 1, length, keys]: which pairs the options allow; null for all. */
const allowedPairs = (length: number, keys: number, options: AttentionMaskOptions): Tensor | null => {
  const { causal = false, slidingWindow, segmentIds, keySegmentIds = segmentIds } = options;
  if (slidingWindow !== undefined && !(Number.isInteger(slidingWindow) && slidingWindow >= 1))
    throw new AutogradError(`attention: the sliding window is ${slidingWindow}; give an integer from 1`);
  if (causal && keys < length)
    throw new AutogradError(
      `attention: ${length} queries and ${keys} keys; causal attention takes at least as many keys, the queries being the last`,
    );
  const window = slidingWindow ?? keys;
  const conditions: Tensor[] = [];
  if (causal || window < keys) conditions.push(allowedPlaces(length, keys, causal, window));
  if (segmentIds !== undefined || keySegmentIds !== undefined)
    conditions.push(sameSegment(length, keys, segmentIds, keySegmentIds));
  return conditions.length === 0 ? null : conditions.reduce((all, next) => ops.logicalAnd(all, next));
};

/** Bool [length, keys]: whether a key's place is near enough before the query's, and not after it where causal. */
const allowedPlaces = (length: number, keys: number, causal: boolean, window: number): Tensor => {
  const places = (from: number, count: number, shape: Shape) =>
    constant(
      Int32Array.from({ length: count }, (_, i) => from + i),
      shape,
    );
  const key = places(0, keys, [keys]);
  const query = places(keys - length, length, [length, 1]);
  const later = ops.logicalNot(ops.less(query, key));
  const near = ops.less(places(keys - length - window, length, [length, 1]), key);
  if (window >= keys) return later;
  return causal ? ops.logicalAnd(later, near) : near;
};

/** Bool [rows, 1, length, keys]. */
const sameSegment = (length: number, keys: number, queryIds?: Operand, keyIds?: Operand): Tensor => {
  const segments = [queryIds, keyIds].map((ids) =>
    ids === undefined ? null : toTensor("attention", ids, "int32"),
  );
  const [query, key] = segments;
  const show = (ids: Tensor | null | undefined) => (ids ? `${ids.dtype}${showShape(ids.shape)}` : "none");
  if (
    !query ||
    !key ||
    query.dtype !== "int32" ||
    key.dtype !== "int32" ||
    !sameShape(query.shape, [query.shape[0]!, length]) ||
    !sameShape(key.shape, [query.shape[0]!, keys])
  )
    throw new AutogradError(
      `attention: segment ids ${show(query)} of the queries and ${show(key)} of the keys; takes int32 [rows, ${length}] and [rows, ${keys}]`,
    );
  const rows = query.shape[0]!;
  return ops.equal(ops.reshape(query, [rows, 1, length, 1]), ops.reshape(key, [rows, 1, 1, keys]));
};

/**
 * softmax(scores) v, of scores [rows, kvHeads or heads, any, keys]. Without dropout the gradient takes the place of
 * a pass over all scores: Σⱼ wᵢⱼ w̄ᵢⱼ = ⟨oᵢ, ōᵢ⟩ for the output o (Dao et al., arXiv 2205.14135, appendix B.2).
 */
const weightedSum = (scores: Tensor, v: Tensor, dropout?: (weights: Tensor) => Tensor): Tensor => {
  const { shape } = scores;
  const [rows, kvHeads, keys] = v.shape as [number, number, number];
  const grouped = (x: Tensor) => ops.reshape(x, [rows, kvHeads, (shape[1]! * shape[2]!) / kvHeads, keys]);
  const weights = ops.softmax(scores);
  // A dropout layer that does not act gives back what it got.
  const kept = dropout?.(weights) ?? weights;
  if (kept !== weights) return ops.matmul(grouped(kept), v);
  const output = ops.matmul(grouped(weights), v);
  // With w = softmax(s), o = w v: v̄ = wᵀ ō, w̄ = ō vᵀ, s̄ = w (w̄ − ⟨o, ō⟩)
  return ops.customGradient(output, [scores, v], (dy) => {
    const inner = ops.sum(ops.mul(output, dy), { axes: -1, keepDims: true });
    const difference = ops.sub(ops.matmul(dy, v, { transposeB: true }), inner);
    const dScores = ops.mul(grouped(weights), difference);
    return [
      sameShape(dScores.shape, shape) ? dScores : ops.reshape(dScores, shape),
      ops.matmul(grouped(weights), dy, { transposeA: true }),
    ];
  });
};
