import { checkedLength } from "../core/lengths";
import { type Dense, zerosLike } from "../core/signal";
import type { Slice } from "../core/slices";
import { shown, WaveletError } from "../errors";

/** Where a band sits in an array of coefficients: a slice for each axis. */
export type Block = readonly Slice[];

/** The samples of a block, in an array of their own. */
export function cut(x: Dense, block: Block): Dense {
  const shape = block.map(([start, stop]) => stop - start);
  const out = zerosLike(x, shape);
  eachRow(x.shape, block, (at, row, width) => {
    for (const [p, part] of x.parts.entries()) out.parts[p]!.set(part.subarray(at, at + width), row * width);
  });
  return out;
}

/** Writes an array into a block of a larger one. */
export function paste(x: Dense, into: Dense, block: Block): void {
  eachRow(into.shape, block, (at, row, width) => {
    for (const [p, part] of x.parts.entries()) {
      into.parts[p]!.set(part.subarray(row * width, (row + 1) * width), at);
    }
  });
}

/** Where each row (along the last axis) of a block begins in an array of the given shape. */
function eachRow(
  shape: readonly number[],
  block: Block,
  visit: (at: number, row: number, width: number) => void,
): void {
  const last = shape.length - 1;
  const [first, stop] = block[last]!;
  let row = 0;
  const walk = (axis: number, at: number): void => {
    if (axis === last) {
      visit(at * shape[last]! + first, row++, stop - first);
      return;
    }
    const [from, to] = block[axis]!;
    for (let i = from; i < to; i++) walk(axis + 1, at * shape[axis]! + i);
  };
  walk(0, 0);
}

/** A slice of at least one sample that lies within an axis of the given length. */
export function checkedSlice(slice: unknown, length: number, name: string): Slice {
  const [start, stop, ...more]: readonly unknown[] = Array.isArray(slice) ? slice : [];
  if (Number.isInteger(start) && Number.isInteger(stop) && more.length === 0) {
    const [from, to] = [start as number, stop as number];
    if (from >= 0 && from < to && to <= length) return [from, to];
  }
  throw new WaveletError(
    `${name} must be [start, stop] with 0 ≤ start < stop ≤ ${length}; got ${shown(slice)}`,
    "shape",
  );
}

export function checkedBlock(block: unknown, shape: readonly number[], name: string): Block {
  if (Array.isArray(block) && block.length === shape.length) {
    return block.map((slice, axis) => checkedSlice(slice, shape[axis]!, `${name}[${axis}]`));
  }
  throw new WaveletError(
    `${name} must have a slice for each of the ${shape.length} axes; got ${shown(block)}`,
    "shape",
  );
}

export function checkedShape(shape: unknown, name: string): number[] {
  if (Array.isArray(shape) && shape.length > 0) {
    return shape.map((length, axis) => checkedLength(length, `${name}[${axis}]`, 1));
  }
  throw new WaveletError(`${name} must be a list of lengths such as [64, 32], got ${shown(shape)}`, "shape");
}
