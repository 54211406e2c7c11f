import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import { sameShape, showShape } from "../shape";
import type { Tensor } from "../tensor";
import type { AttentionMaskOptions, Masks, Part } from "./attention-mask";
import { addend, checkedAddend, checkedMasks, ofKeys } from "./attention-mask";
import { checkedPast, type Past, pastAddend } from "./attention-past";

export interface AttentionOptions extends AttentionMaskOptions {
  /** Factor of the scores (default: 1/√width, as torch's). */
  scale?: number;
  /** Bool: which keys a query may attend to. Or float32, added to the scores. Broadcasts to all scores. */
  mask?: Operand | null;
  /** Float32, added to the scores: ALiBi, relative positions. Broadcasts to all scores. */
  bias?: Operand | null;
  /** Scores s become softCap · tanh(s / softCap), before what is added to them (Gemma 2, arXiv 2408.00118). */
  softCap?: number | null;
  /** Keys and values of earlier places; masks and biases reach over these first, then over `k`. */
  past?: Past | null;
  /** Acts on the attention weights. */
  dropout?: (weights: Tensor) => Tensor;
}

/**
 * softmax(scale · q kᵀ + masks) v: q float32 [rows, heads, length, width], k [rows, kvHeads, keys, width],
 * v [rows, kvHeads, keys, valueWidth] → [rows, heads, length, valueWidth]. Heads are a multiple of kvHeads, and
 * each group of them shares its keys and values, which are not repeated. A query without any key that it may
 * attend to gets a mean of values (with a mask of −∞: NaN, as in torch).
 *
 * Long causal attention is computed in parts of the queries, each with the keys that it can see.
 */
export const attention = (q: Operand, k: Operand, v: Operand, options: AttentionOptions = {}): Tensor => {
  const [queries, keys, values] = [q, k, v].map((x) => toTensor("attention", x)) as [Tensor, Tensor, Tensor];
  checkShapes(queries, keys, values);
  const past = options.past ? checkedPast(queries, keys, values, options.past, options) : null;
  const masks = attentionMasks(queries, keys, past?.capacity ?? 0, options);
  const { scale = 1 / Math.sqrt(queries.shape[3]!), softCap = null, dropout } = options;
  if (!Number.isFinite(scale)) throw new AutogradError(`attention: the scale is ${scale}; give a number`);
  if (softCap !== null && !(softCap > 0))
    throw new AutogradError(`attention: softCap is ${softCap}; give a number above 0, or null`);
  const scaled = scale === 1 ? queries : ops.mul(queries, scale);
  // A dropout layer that does not act gives back what it got. One that does would draw the same for every part.
  const drops = dropout !== undefined && dropout(queries) !== queries ? dropout : null;
  if (past !== null) {
    const own = { keys, values, mask: addend(lastKeys(masks), wholeOf(lastKeys(masks))) };
    return attendAll(scaled, [{ ...past, mask: pastAddend(past, masks) }, own], softCap, drops);
  }
  const parts = drops === null ? partsOf(masks) : [wholeOf(masks)];
  const outputs = parts.map((part) => {
    const seen = {
      keys: places(keys, part.first, part.end),
      values: places(values, part.first, part.end),
      mask: addend(masks, part),
    };
    return attendAll(places(scaled, part.from, part.to), [seen], softCap, drops);
  });
  return outputs.length === 1 ? outputs[0]! : ops.concat(outputs, 2);
};

const checkShapes = (q: Tensor, k: Tensor, v: Tensor): void => {
  const [rows, heads, , width] = q.shape as [number, number, number, number];
  const [, kvHeads, keys] = k.shape as [number, number, number];
  if (
    [q, k, v].some(({ dtype, rank }) => dtype !== "float32" || rank !== 4) ||
    !sameShape(k.shape, [rows, kvHeads, keys, width]) ||
    !sameShape(v.shape.slice(0, 3), [rows, kvHeads, keys]) ||
    heads % kvHeads !== 0
  )
    throw new AutogradError(
      `attention: q ${q.dtype}${showShape(q.shape)}, k ${k.dtype}${showShape(k.shape)}, v ${v.dtype}${showShape(v.shape)}; takes float32 [rows, heads, length, width], [rows, kvHeads, keys, width] and [rows, kvHeads, keys, any], heads a multiple of kvHeads`,
    );
};

/** Masks of `k`, with addends over earlier keys and these. */
const attentionMasks = (q: Tensor, k: Tensor, earlier: number, options: AttentionOptions): Masks => {
  const [rows, heads, length] = q.shape as [number, number, number];
  const keys = k.shape[2]!;
  const scores = [rows, heads, length, earlier + keys];
  const { mask, bias } = options;
  const given = [
    ...(mask === undefined || mask === null
      ? []
      : [checkedAddend("mask", mask, scores, ["bool", "float32"])]),
    ...(bias === undefined || bias === null ? [] : [checkedAddend("bias", bias, scores, ["float32"])]),
  ];
  return {
    ...checkedMasks(length, keys, options),
    allowed: given.filter(({ dtype }) => dtype === "bool"),
    added: given.filter(({ dtype }) => dtype !== "bool"),
  };
};

/** The masks without what they say of earlier keys. */
const lastKeys = (masks: Masks): Masks => {
  const cut = (x: Tensor) => ofKeys(x, x.shape.at(-1)! - masks.keys, x.shape.at(-1)!);
  return { ...masks, allowed: masks.allowed.map(cut), added: masks.added.map(cut) };
};

/** Parts shorter than this do not pay for their nodes. */
const shortestPart = 256;

const wholeOf = ({ length, keys }: Masks): Part => ({ from: 0, to: length, first: 0, end: keys });

/**
 * Measured on a processor, 1024 places: 4 parts take 0.6 of the time that the whole takes, 8 no less. A window
 * leaves little of a long row to each part.
 */
const partsOf = (masks: Masks): Part[] => {
  const { length, keys, causal, window } = masks;
  const most = window < keys ? 16 : 4;
  const count = causal ? Math.max(1, Math.min(most, Math.floor(length / shortestPart))) : 1;
  if (count === 1) return [wholeOf(masks)];
  const size = Math.ceil(length / count);
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => {
    const [from, to] = [i * size, Math.min(length, (i + 1) * size)];
    const place = keys - length + from;
    return { from, to, first: Math.max(0, place - window + 1), end: keys - length + to };
  });
};

/** Places `start … end − 1` of [rows, heads, places, width]. */
const places = (x: Tensor, start: number, end: number): Tensor => {
  const [rows, heads, count, width] = x.shape as [number, number, number, number];
  if (start === 0 && end === count) return x;
  return ops.slice(x, [0, 0, start, 0], [rows, heads, end, width]);
};

/** Keys and values that a query sees together, with what is added to their scores. */
interface Seen {
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly mask: Tensor | null;
}

/** softmax([q kᵀ + mask, …]) [v, …]: over all that is seen, each read where it is. */
const attendAll = (
  q: Tensor,
  seen: readonly Seen[],
  softCap: number | null,
  dropout: ((weights: Tensor) => Tensor) | null,
): Tensor => {
  const [rows, heads, length, width] = q.shape as [number, number, number, number];
  const [, kvHeads] = seen[0]!.keys.shape as [number, number];
  // Heads of a group are further queries of its keys.
  const grouped = [rows, kvHeads, (heads / kvHeads) * length];
  const queries = shaped(q, [...grouped, width]);
  const scoresOf = ({ keys, mask }: Seen): Tensor => {
    const scores = ops.matmul(queries, keys, { transposeB: true });
    const capped = softCap === null ? scores : ops.mul(ops.tanh(ops.mul(scores, 1 / softCap)), softCap);
    const apart = shaped(capped, [rows, heads, length, keys.shape[2]!]);
    return mask === null ? apart : ops.add(apart, mask);
  };
  const parts = seen.map(scoresOf);
  const scores = parts.length === 1 ? parts[0]! : ops.concat(parts, -1);
  const valueWidth = seen[0]!.values.shape[3]!;
  if (seen.length === 1 && dropout === null) {
    const output = weightedSum(shaped(scores, [...grouped, scores.shape[3]!]), seen[0]!.values);
    return shaped(output, [rows, heads, length, valueWidth]);
  }
  const weights = ops.softmax(scores);
  const dropped = dropout === null ? weights : dropout(weights);
  let first = 0;
  const outputs = seen.map(({ values }) => {
    const keys = values.shape[2]!;
    const own = ofKeys(dropped, first, first + keys);
    first += keys;
    return ops.matmul(shaped(own, [...grouped, keys]), values);
  });
  const output = outputs.reduce((total, next) => ops.add(total, next));
  return shaped(output, [rows, heads, length, valueWidth]);
};

const shaped = (x: Tensor, shape: readonly number[]): Tensor =>
  sameShape(x.shape, shape) ? x : ops.reshape(x, shape);

/**
 * softmax(scores) v, of scores [rows, heads, any, keys]. The gradient takes the place of a pass over all scores:
 * Σⱼ wᵢⱼ w̄ᵢⱼ = ⟨oᵢ, ōᵢ⟩ for the output o (Dao et al., arXiv 2205.14135, appendix B.2).
 */
const weightedSum = (scores: Tensor, v: Tensor): Tensor => {
  const weights = ops.softmax(scores);
  const output = ops.matmul(weights, v);
  // With w = softmax(s), o = w v: v̄ = wᵀ ō, w̄ = ō vᵀ, s̄ = w (w̄ − ⟨o, ō⟩)
  return ops.customGradient(output, [scores, v], (dy) => {
    const inner = ops.sum(ops.mul(output, dy), { axes: -1, keepDims: true });
    const difference = ops.sub(ops.matmul(dy, v, { transposeB: true }), inner);
    return [ops.mul(weights, difference), ops.matmul(weights, dy, { transposeA: true })];
  });
};
