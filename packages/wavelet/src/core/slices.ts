import { layoutAlong } from "./layout";
import { type Dense, zerosLike } from "./signal";

/** Where a band lies along an axis; `stop` is not included. */
export type Slice = readonly [start: number, stop: number];

/** Samples `start` to `stop` (not included) along one axis; they may be x's own. */
export function sliceAlong(x: Dense, axis: number, start: number, stop: number): Dense {
  const { outer, length, inner } = layoutAlong(x.shape, axis);
  if (start === 0 && stop === length) return x;
  const shape = x.shape.with(axis, stop - start);
  const block = (data: Dense["parts"][number], i: number) =>
    data.subarray((i * length + start) * inner, (i * length + stop) * inner);
  if (outer === 1) return { ...x, shape, parts: x.parts.map((part) => block(part, 0)) };
  const out = zerosLike(x, shape);
  const width = (stop - start) * inner;
  for (const [p, part] of x.parts.entries()) {
    for (let i = 0; i < outer; i++) out.parts[p]!.set(block(part, i), i * width);
  }
  return out;
}

/** Arrays of one type that differ along one axis only, one after the other. */
export function concatAlong(arrays: readonly Dense[], axis: number): Dense {
  const first = arrays[0]!;
  const total = arrays.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const out = zerosLike(first, first.shape.with(axis, total));
  let from = 0;
  for (const { parts, shape } of arrays) {
    const { outer, length, inner } = layoutAlong(shape, axis);
    for (const [p, part] of parts.entries()) {
      for (let i = 0; i < outer; i++) {
        const block = part.subarray(i * length * inner, (i + 1) * length * inner);
        out.parts[p]!.set(block, (i * total + from) * inner);
      }
    }
    from += length;
  }
  return out;
}

/** An array that shares no memory with x. */
export function copyOf(x: Dense): Dense {
  return { ...x, parts: x.parts.map((part) => part.slice()) };
}

/** Writes a block into `out`, its first sample at the index `starts`; values are converted to out's type. */
export function writeBlock(out: Dense, starts: readonly number[], block: Dense): void {
  const last = block.shape.length - 1;
  const copy = (axis: number, outer: number, outerOut: number): void => {
    const rows = block.shape[axis]!;
    const from = outer * rows;
    const to = outerOut * out.shape[axis]! + starts[axis]!;
    if (axis < last) for (let i = 0; i < rows; i++) copy(axis + 1, from + i, to + i);
    else
      for (const [p, part] of block.parts.entries()) out.parts[p]!.set(part.subarray(from, from + rows), to);
  };
  copy(0, 0, 0);
}
