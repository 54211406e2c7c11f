import { AutogradError } from "../errors";
import { type Operand, toTensor } from "../operand";
import * as ops from "../ops";
import { sameShape, showShape } from "../shape";
import type { Tensor } from "../tensor";
import type { AttentionMaskOptions, Masks } from "./attention-mask";
import { checkedSegments, MASKED, ofKeys, sharedBy } from "./attention-mask";

/**
 * Keys and values of places before the queries': a cache. They are read where they are, in `capacity` slots a row, of
 * which any may be empty.
 */
export interface Past {
  /** float32 [rows, kvHeads, capacity, width]. */
  readonly keys: Operand;
  /** float32 [rows, kvHeads, capacity, valueWidth]. */
  readonly values: Operand;
  /** int32 [rows, capacity], beside the queries' `segmentIds`: queries see the slots of their own segment. */
  readonly segmentIds?: Operand;
  /** int32 [rows, capacity], for a sliding window, which goes by positions here. */
  readonly positionIds?: Operand;
  /** int32 [rows, length]: the positions of the queries, for a sliding window. */
  readonly queryPositionIds?: Operand;
}

/** A cache as tensors, checked. */
export interface CheckedPast {
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly capacity: number;
  readonly segments: readonly [queries: Tensor, keys: Tensor] | null;
  /** Where there is a window. */
  readonly positions: readonly [queries: Tensor, keys: Tensor] | null;
  readonly window: number;
}

export const checkedPast = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  past: Past,
  { segmentIds, slidingWindow }: AttentionMaskOptions,
): CheckedPast => {
  const [keys, values] = [past.keys, past.values].map((x) => toTensor("attention", x)) as [Tensor, Tensor];
  const capacity = keys.shape[2]!;
  const fits = (x: Tensor, own: Tensor) =>
    x.dtype === "float32" && sameShape(x.shape, [own.shape[0]!, own.shape[1]!, capacity, own.shape[3]!]);
  if (!fits(keys, k) || !fits(values, v))
    throw new AutogradError(
      `attention: past keys ${keys.dtype}${showShape(keys.shape)} and values ${values.dtype}${showShape(values.shape)} beside k ${showShape(k.shape)} and v ${showShape(v.shape)}; takes float32 of the same rows, heads and widths`,
    );
  const length = q.shape[2]!;
  const segments =
    segmentIds === undefined && past.segmentIds === undefined
      ? null
      : checkedSegments(length, capacity, segmentIds, past.segmentIds);
  const isWindowed = slidingWindow !== undefined;
  return {
    keys,
    values,
    capacity,
    segments,
    positions: isWindowed ? checkedPositions(length, capacity, past) : null,
    window: slidingWindow ?? 0,
  };
};

const checkedPositions = (length: number, capacity: number, past: Past): readonly [Tensor, Tensor] => {
  const [queries, keys] = [past.queryPositionIds, past.positionIds].map((ids) =>
    ids === undefined ? null : toTensor("attention", ids, "int32"),
  );
  const isOf = (ids: Tensor | null | undefined, count: number): ids is Tensor =>
    ids?.dtype === "int32" && sameShape(ids.shape, [ids.shape[0]!, count]);
  if (!isOf(queries, length) || !isOf(keys, capacity))
    throw new AutogradError(
      `attention: a sliding window over a past goes by positions; give past.positionIds int32 [rows, ${capacity}] and past.queryPositionIds [rows, ${length}]`,
    );
  return [queries, keys];
};

/** What is added to the scores of the past; null where a query sees all of it. */
export const pastAddend = (past: CheckedPast, masks: Masks): Tensor | null => {
  const cut = (x: Tensor) => ofKeys(x, 0, past.capacity);
  const [first, ...others] = masks.added.map(cut);
  const added = others.reduce<Tensor | undefined>((sum, next) => ops.add(sum!, next), first) ?? null;
  const own = visible(past);
  if (masks.allowed.length === 0 && added === null)
    return own && sharedBy(own.of, `${own.name} addend`, () => ops.where(own.allowed, 0, MASKED));
  const conditions = [...masks.allowed.map(cut), ...(own === null ? [] : [own.allowed])];
  if (conditions.length === 0) return added;
  const allowed = conditions.reduce((all, next) => ops.logicalAnd(all, next));
  return ops.where(allowed, added ?? 0, MASKED);
};

/** Bool [rows, 1, length, capacity] of segments and window, one node for all layers with the same ids. */
const visible = ({ segments, positions, window }: CheckedPast) => {
  const of = segments ?? positions;
  if (of === null) return null;
  const name = `past ${window} ${positions?.map(({ id }) => id)}`;
  const allowed = sharedBy(of, name, () =>
    [
      ...(segments === null ? [] : [ops.equal(ofQueries(segments[0]), ofSlots(segments[1]))]),
      ...(positions === null
        ? []
        : [ops.less(ofQueries(ops.sub(positions[0], window)), ofSlots(positions[1]))]),
    ].reduce((all, next) => ops.logicalAnd(all, next)),
  );
  return { of, name, allowed };
};

const ofQueries = (ids: Tensor): Tensor => ops.reshape(ids, [ids.shape[0]!, 1, ids.shape[1]!, 1]);
const ofSlots = (ids: Tensor): Tensor => ops.reshape(ids, [ids.shape[0]!, 1, 1, ids.shape[1]!]);
