import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { constant, toTensor } from "../operand";
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

/** Masks as tensors, checked. */
export interface Masks {
  /** Queries. */
  readonly length: number;
  readonly keys: number;
  readonly causal: boolean;
  /** Places a query sees, itself included; `keys` where it sees all. */
  readonly window: number;
  readonly segments: readonly [queries: Tensor, keys: Tensor] | null;
  /** Bool and float32 addends, which broadcast to the scores. */
  readonly allowed: readonly Tensor[];
  readonly added: readonly Tensor[];
}

/** Queries `from … to − 1` and keys `first … end − 1` of all. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly end: number;
}

/**
 * Additive mask of what `options` allow: float32 [rows or 1, 1, length, keys], 0 where a query may attend to a key,
 * `MASKED` elsewhere. Made once, it serves all layers as `mask`.
 */
export const attentionMask = (length: number, keys: number, options: AttentionMaskOptions): Tensor => {
  const mask = addend(checkedMasks(length, keys, options), { from: 0, to: length, first: 0, end: keys });
  const lead = Array.from({ length: 4 - (mask?.rank ?? 0) }, () => 1);
  return mask === null
    ? ops.broadcastTo(0, [1, 1, length, keys])
    : ops.reshape(mask, [...lead, ...mask.shape]);
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

/** Errors name `attention`, what was given and what fits. */
export const checkedMasks = (length: number, keys: number, options: AttentionMaskOptions): Masks => {
  const { causal = false, slidingWindow = keys, segmentIds, keySegmentIds = segmentIds } = options;
  if (options.slidingWindow !== undefined && !(Number.isInteger(slidingWindow) && slidingWindow >= 1))
    throw new AutogradError(`attention: the sliding window is ${slidingWindow}; give an integer from 1`);
  if (causal && keys < length)
    throw new AutogradError(
      `attention: ${length} queries and ${keys} keys; causal attention takes at least as many keys, the queries being the last`,
    );
  const segments =
    segmentIds === undefined && keySegmentIds === undefined
      ? null
      : checkedSegments(length, keys, segmentIds, keySegmentIds);
  return { length, keys, causal, window: Math.min(slidingWindow, keys), segments, allowed: [], added: [] };
};

export const checkedSegments = (
  length: number,
  keys: number,
  queryIds?: Operand,
  keyIds?: Operand,
): readonly [Tensor, Tensor] => {
  const [query, key] = [queryIds, keyIds].map((ids) =>
    ids === undefined ? null : toTensor("attention", ids, "int32"),
  );
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
  return [query, key];
};

/** A mask or bias of the caller's that broadcasts to the scores; `dtypes` are what it may be. */
export const checkedAddend = (
  name: "mask" | "bias",
  operand: Operand,
  scores: Shape,
  dtypes: readonly string[],
): Tensor => {
  const tensor = toTensor("attention", operand);
  const fits = tryBroadcast(tensor.shape, scores);
  if (fits === null || !sameShape(fits, scores) || !dtypes.includes(tensor.dtype))
    throw new AutogradError(
      `attention: the ${name} is ${tensor.dtype}${showShape(tensor.shape)}; takes ${dtypes.join(" or ")} that broadcasts to the scores ${showShape(scores)}`,
    );
  return tensor;
};

/** Keys `first … end − 1` of what has an entry for each key, or one for all. */
export const ofKeys = (x: Tensor, first: number, end: number): Tensor => {
  const keys = x.shape.at(-1)!;
  if (keys === 1 || (first === 0 && end === keys)) return x;
  const lead = x.shape.slice(0, -1);
  return ops.slice(x, [...lead.map(() => 0), first], [...lead, end]);
};

/** All masks of a part as one addend that broadcasts to its scores; null where there is none. */
export const addend = (masks: Masks, part: Part): Tensor | null => {
  const cut = (x: Tensor) => partOf(x, masks, part);
  const [first, ...others] = masks.added.map(cut);
  const added = others.reduce<Tensor | undefined>((sum, next) => ops.add(sum!, next), first) ?? null;
  const own = structure(masks, part);
  if (masks.allowed.length === 0 && added === null) return own === null ? null : shared(masks, part, own);
  const conditions = [...masks.allowed.map(cut), ...(own === null ? [] : [own()])];
  if (conditions.length === 0) return added;
  const allowed = conditions.reduce((all, next) => ops.logicalAnd(all, next));
  return ops.where(allowed, added ?? 0, MASKED);
};

/** The last two axes cut to a part, but where they broadcast. */
const partOf = (x: Tensor, { length, keys }: Masks, { from, to, first, end }: Part): Tensor => {
  const cuts = [
    [from, to, length],
    [first, end, keys],
  ] as const;
  const ranges = x.shape.map((size, i) => {
    const cut = cuts[i - x.rank + 2];
    return cut === undefined || size !== cut[2] || size === 1 ? [0, size] : [cut[0], cut[1]];
  });
  if (ranges.every(([start, stop], i) => start === 0 && stop === x.shape[i])) return x;
  return ops.slice(
    x,
    ranges.map(([start]) => start!),
    ranges.map(([, stop]) => stop!),
  );
};

/** Makes the bool of which pairs places and segments allow, broadcasting to the scores; null where all are. */
const structure = (masks: Masks, part: Part): (() => Tensor) | null => {
  const { causal, window, keys, segments } = masks;
  if (!causal && window >= keys && segments === null) return null;
  return () => {
    const conditions: Tensor[] = [];
    if (causal || window < keys) conditions.push(...allowedPlaces(masks, part));
    if (segments !== null) conditions.push(sameSegment(segments, part));
    return conditions.reduce((all, next) => ops.logicalAnd(all, next));
  };
};

/** Bools [queries, keys]: the key is not after the query, where causal, and near enough before it. */
const allowedPlaces = ({ length, keys, causal, window }: Masks, { from, to, first, end }: Part): Tensor[] => {
  const places = (start: number, count: number, shape: Shape) =>
    constant(
      Int32Array.from({ length: count }, (_, i) => start + i),
      shape,
    );
  const queries = to - from;
  const key = places(first, end - first, [end - first]);
  const query = (offset: number) => places(keys - length + from + offset, queries, [queries, 1]);
  return [
    ...(causal ? [ops.logicalNot(ops.less(query(0), key))] : []),
    ...(window < keys ? [ops.less(query(-window), key)] : []),
  ];
};

/** Bool [rows, 1, queries, keys]. */
const sameSegment = ([query, key]: readonly [Tensor, Tensor], { from, to, first, end }: Part): Tensor => {
  const rows = query.shape[0]!;
  const cut = (x: Tensor, start: number, stop: number) =>
    start === 0 && stop === x.shape[1] ? x : ops.slice(x, [0, start], [rows, stop]);
  return ops.equal(
    ops.reshape(cut(query, from, to), [rows, 1, to - from, 1]),
    ops.reshape(cut(key, first, end), [rows, 1, 1, end - first]),
  );
};

/** The addend of segments and places, one node for all layers that ask with the same segment ids. */
const shared = (masks: Masks, part: Part, allowed: () => Tensor): Tensor => {
  const make = () => ops.where(allowed(), 0, MASKED);
  if (masks.segments === null) return make();
  const { from, to, first, end } = part;
  return sharedBy(masks.segments, [masks.causal, masks.window, from, to, first, end].join(), make);
};

const known = new WeakMap<Tensor, WeakMap<Tensor, Map<string, Tensor>>>();

/** What is made of two tensors, once for each name. */
export const sharedBy = (
  [query, key]: readonly [Tensor, Tensor],
  name: string,
  make: () => Tensor,
): Tensor => {
  const ofQuery = known.get(query) ?? new WeakMap<Tensor, Map<string, Tensor>>();
  known.set(query, ofQuery);
  const ofKey = ofQuery.get(key) ?? new Map<string, Tensor>();
  ofQuery.set(key, ofKey);
  const found = ofKey.get(name) ?? make();
  ofKey.set(name, found);
  return found;
};
