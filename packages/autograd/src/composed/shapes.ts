import { allocate } from "../dtype";
import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { constant, toTensor } from "../operand";
import * as ops from "../ops";
import { normalizeAxes, normalizeAxis, showShape } from "../shape";
import type { Tensor } from "../tensor";
import { arange } from "./creation";

type Axes = number | readonly number[];

const listOf = (axes: Axes): readonly number[] => (typeof axes === "number" ? [axes] : axes);

/** Entries `start` to before `end` of one axis. */
const part = (x: Tensor, axis: number, start: number, end: number): Tensor =>
  ops.slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((size, i) => (i === axis ? end : size)),
  );

/**
 * Parts of `x` along `axis` (default the first): so many equal ones, or ones of the sizes given, which must add
 * up. `concat` puts them together again.
 */
export const split = (x: Operand, parts: number | readonly number[], axis = 0): Tensor[] => {
  const tensor = toTensor("split", x);
  const along = normalizeAxis("split", axis, tensor.rank);
  const length = tensor.shape[along]!;
  const sizes = typeof parts === "number" ? Array.from({ length: parts }, () => length / parts) : [...parts];
  if (sizes.some((size) => !(Number.isInteger(size) && size >= 0)) || total(sizes) !== length)
    throw new AutogradError(
      `split: ${showShape(tensor.shape)} along axis ${along} into ${typeof parts === "number" ? `${parts} equal parts` : `[${parts}]`}; give a count that divides ${length}, or sizes that add up to it`,
    );
  return sizes.map((size, i) => {
    const start = total(sizes.slice(0, i));
    return part(tensor, along, start, start + size);
  });
};

const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);

/** Tensors of one shape and dtype side by side along a new axis (default the first). */
export const stack = (tensors: readonly Operand[], axis = 0): Tensor => {
  const list = tensors.map((x) => toTensor("stack", x));
  const first = list[0];
  if (first === undefined) throw new AutogradError("stack: no tensors; give at least one");
  const show = (x: Tensor) => x.dtype + showShape(x.shape);
  if (list.some((x) => show(x) !== show(first)))
    throw new AutogradError(`stack: ${list.map(show).join(", ")}; give tensors of one shape and dtype`);
  const along = normalizeAxis("stack", axis, first.rank + 1);
  return ops.concat(
    list.map((x) => ops.reshape(x, x.shape.toSpliced(along, 0, 1))),
    along,
  );
};

/** Without the axes named, which must have size 1; without all axes of size 1 by default. */
export const squeeze = (x: Operand, axes?: Axes): Tensor => {
  const tensor = toTensor("squeeze", x);
  const single = tensor.shape.flatMap((size, i) => (size === 1 ? [i] : []));
  const dropped = normalizeAxes("squeeze", axes ?? single, tensor.rank);
  if (dropped.some((axis) => tensor.shape[axis] !== 1))
    throw new AutogradError(
      `squeeze: axes [${dropped}] of ${showShape(tensor.shape)}; only axes of size 1 can go`,
    );
  return ops.reshape(
    tensor,
    tensor.shape.filter((_, i) => !dropped.includes(i)),
  );
};

/** With new axes of size 1 at these places of the result. */
export const unsqueeze = (x: Operand, axes: Axes): Tensor => {
  const tensor = toTensor("unsqueeze", x);
  const rank = tensor.rank + listOf(axes).length;
  const shape = [...tensor.shape];
  for (const axis of normalizeAxes("unsqueeze", axes, rank)) shape.splice(axis, 0, 1);
  return ops.reshape(tensor, shape);
};

/** The axes from `start` to `end` (both included; all by default) as one. A scalar becomes [1]. */
export const flatten = (x: Operand, start = 0, end = -1): Tensor => {
  const tensor = toTensor("flatten", x);
  if (tensor.rank === 0) return ops.reshape(tensor, [1]);
  const [first, last] = [start, end].map((axis) => normalizeAxis("flatten", axis, tensor.rank)) as [
    number,
    number,
  ];
  if (first > last)
    throw new AutogradError(
      `flatten: axes ${start} to ${end} of ${showShape(tensor.shape)}; the first must not come after the last`,
    );
  const { shape } = tensor;
  const joined = shape.slice(first, last + 1).reduce((size, axis) => size * axis, 1);
  return ops.reshape(tensor, shape.toSpliced(first, last + 1 - first, joined));
};

/** Two axes change places. */
export const swapAxes = (x: Operand, a: number, b: number): Tensor => {
  const tensor = toTensor("swapAxes", x);
  const [first, second] = [a, b].map((axis) => normalizeAxis("swapAxes", axis, tensor.rank)) as [
    number,
    number,
  ];
  const order = tensor.shape.map((_, i) => (i === first ? second : i === second ? first : i));
  return ops.transpose(tensor, order);
};

/** Axes `from` stand at places `to` of the result, the others keep their order. */
export const moveAxis = (x: Operand, from: Axes, to: Axes): Tensor => {
  const tensor = toTensor("moveAxis", x);
  const [sources, targets] = [from, to].map((axes) =>
    listOf(axes).map((axis) => normalizeAxis("moveAxis", axis, tensor.rank)),
  ) as [number[], number[]];
  const distinct = (list: readonly number[]) => new Set(list).size === list.length;
  if (sources.length !== targets.length || !distinct(sources) || !distinct(targets))
    throw new AutogradError(
      `moveAxis: from [${listOf(from)}] to [${listOf(to)}]; give as many places as axes, each once`,
    );
  const order = tensor.shape.map((_, i) => i).filter((i) => !sources.includes(i));
  const moves = sources.map((source, i) => [targets[i]!, source] as const);
  for (const [target, source] of moves.sort(([a], [b]) => a - b)) order.splice(target, 0, source);
  return ops.transpose(tensor, order);
};

/** `x` laid side by side, so often along each axis; missing leading axes are of size 1, as in NumPy. */
export const tile = (x: Operand, counts: readonly number[]): Tensor => {
  const tensor = toTensor("tile", x);
  checkCounts("tile", counts);
  const rank = Math.max(tensor.rank, counts.length);
  const lead = <T>(list: readonly T[], one: T) => [
    ...Array.from({ length: rank - list.length }, () => one),
    ...list,
  ];
  const [shape, repeats] = [lead(tensor.shape, 1), lead(counts, 1)];
  const spread = ops.reshape(
    tensor,
    shape.flatMap((size) => [1, size]),
  );
  const filled = ops.broadcastTo(
    spread,
    shape.flatMap((size, i) => [repeats[i]!, size]),
  );
  return ops.reshape(
    filled,
    shape.map((size, i) => size * repeats[i]!),
  );
};

/** Each entry along `axis` so often in a row: NumPy's repeat, torch's repeat_interleave. */
export const repeat = (x: Operand, count: number, axis: number): Tensor => {
  const tensor = toTensor("repeat", x);
  checkCounts("repeat", [count]);
  const along = normalizeAxis("repeat", axis, tensor.rank);
  const { shape } = tensor;
  const spread = ops.reshape(tensor, shape.toSpliced(along + 1, 0, 1));
  const filled = ops.broadcastTo(spread, shape.toSpliced(along + 1, 0, count));
  return ops.reshape(filled, shape.with(along, shape[along]! * count));
};

const checkCounts = (op: string, counts: readonly number[]): void => {
  if (counts.some((count) => !(Number.isInteger(count) && count >= 0)))
    throw new AutogradError(`${op}: ${counts.join(", ")} times; give whole numbers ≥ 0`);
};

/**
 * Elements moved on by `shifts` places along `axes`, those beyond the end coming in at the start. Without axes the
 * tensor counts as flat.
 */
export const roll = (x: Operand, shifts: Axes, axes?: Axes): Tensor => {
  const tensor = toTensor("roll", x);
  if (axes === undefined)
    return ops.reshape(roll(ops.reshape(tensor, [tensor.size]), shifts, 0), tensor.shape);
  const [amounts, along] = [listOf(shifts), listOf(axes)];
  if (amounts.length !== along.length)
    throw new AutogradError(`roll: shifts [${amounts}] along axes [${along}]; give one shift for each axis`);
  return amounts.reduce((rolled, amount, i) => {
    const axis = normalizeAxis("roll", along[i]!, rolled.rank);
    const length = rolled.shape[axis]!;
    if (length === 0 || amount % length === 0) return rolled;
    const cut = length - (((amount % length) + length) % length);
    return ops.concat([part(rolled, axis, cut, length), part(rolled, axis, 0, cut)], axis);
  }, tensor);
};

/** The last two axes with 0 above the diagonal (`diagonal` places right of the main one). */
export const tril = (x: Operand, diagonal = 0): Tensor =>
  triangle("tril", x, (row, column) => ops.logicalNot(ops.less(ops.add(row, diagonal), column)));

/** The last two axes with 0 below the diagonal (`diagonal` places right of the main one). */
export const triu = (x: Operand, diagonal = 0): Tensor =>
  triangle("triu", x, (row, column) => ops.logicalNot(ops.less(column, ops.add(row, diagonal))));

const triangle = (op: string, x: Operand, keep: (row: Tensor, column: Tensor) => Tensor): Tensor => {
  const tensor = toTensor(op, x);
  const [rows, columns] = tensor.shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new AutogradError(`${op}: given ${showShape(tensor.shape)}; takes at least 2 axes`);
  const counted = (count: number) => arange(0, count, { dtype: "int32" });
  const kept = keep(ops.reshape(counted(rows), [rows, 1]), counted(columns));
  return ops.where(kept, tensor, constant(allocate(tensor.dtype, 1), [], tensor.dtype));
};
