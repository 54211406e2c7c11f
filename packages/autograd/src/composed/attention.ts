import { constant } from "../define-op";
import * as ops from "../ops";
import type { Tensor } from "../tensor";

/** Additive mask value of a forbidden pair: e to it is 0 in float32, and a fully masked row stays finite. */
export const MASKED = -1e9;

/**
 * Additive mask of packed rows: segmentIds int32 [rows, length] → float32 [rows, 1, length, length], 0 where
 * the key stands in the query's segment and not after it, `MASKED` elsewhere.
 */
export const causalSegmentMask = (segmentIds: Tensor): Tensor => {
  const [rows, length] = segmentIds.shape as [number, number];
  const same = ops.equal(
    ops.reshape(segmentIds, [rows, 1, length, 1]),
    ops.reshape(segmentIds, [rows, 1, 1, length]),
  );
  const places = constant(
    Int32Array.from({ length }, (_, i) => i),
    [length],
  );
  const later = ops.less(ops.reshape(places, [length, 1]), places);
  return ops.where(ops.logicalAnd(same, ops.logicalNot(later)), 0, MASKED);
};

/**
 * softmax(q kᵀ + mask) v for q, k, v [rows, heads, length, width] (q already scaled) and an additive mask
 * that broadcasts to [rows, heads, length, length].
 */
export const attention = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor | null,
  dropout: (weights: Tensor) => Tensor = (weights) => weights,
): Tensor => {
  const scores = ops.matmul(q, k, { transposeB: true });
  const weights = ops.softmax(mask === null ? scores : ops.add(scores, mask));
  return ops.matmul(dropout(weights), v);
};
