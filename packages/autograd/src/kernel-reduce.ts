import type { Shape } from "./dtype";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "./kernel-text";
import type { GpuStep } from "./lowering";
import { sizeOf } from "./shape";

/** An argument of a kernel: an input of the op, or an earlier step. */
export type StepArgument = GpuStep["args"][number];

export interface Reduction {
  readonly kind: "sum" | "max";
  /** The reduced array, seen as [outer, length, inner]; the result is [outer, inner]. */
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Names of the arrays in the text, the reduced one first, and what they are. */
  readonly arrays: Readonly<Record<string, StepArgument>>;
  /** The element at flat index `at` of output row `row` (an index text; rows need inner = 1). */
  readonly element?: (at: string, row: string) => string;
  /** The result from the reduced value `s`, in the last kernel. */
  readonly finish?: string;
}

/** Lengths above this are reduced in two passes: faster on wide devices, and less rounding. */
const onePass = 1024;

/** Kernels that reduce the middle axis. `first` is the number of steps that the op has already. */
export const reduceSteps = (first: number, reduction: Reduction): GpuStep[] => {
  const { length } = reduction;
  if (length <= onePass) return [reducePass(reduction, length)];
  const chunk = Math.ceil(Math.sqrt(length));
  const parts = Math.ceil(length / chunk);
  const { finish, element: _, arrays: __, ...rest } = reduction;
  const { finish: ___, ...whole } = reduction;
  return [
    reducePass(whole, chunk),
    reducePass(
      { ...rest, length: parts, arrays: { x: { step: first } }, ...(finish === undefined ? {} : { finish }) },
      parts,
    ),
  ];
};

/** One kernel: `chunk` elements of each line become one. */
const reducePass = (reduction: Reduction, chunk: number): GpuStep => {
  const { kind, outer, length, inner, arrays, finish = "s" } = reduction;
  const names = Object.keys(arrays);
  const element = reduction.element ?? ((at) => `${names[0]}[${at}]`);
  const parts = length === 0 ? 1 : Math.ceil(length / chunk);
  const wide = isWide(outer * length * inner);
  const walk = collapse({
    shape: [outer, parts, inner],
    strides: [
      [length * inner, chunk * inner, 1],
      [1, 0, 0],
      [0, 1, 0],
    ],
  });
  const { lines, at } = coordinates(walk.shape, wide);
  const [start, row, part] = walk.strides.map((strides) => indexText(at, strides));
  const j = factor("j", wide);
  const place = `${start} + ${inner === 1 ? j : `${j} * ${inner}`}`;
  const value = element(place, row!);
  // The last part of a line may be short.
  const last = length - (parts - 1) * chunk;
  const guarded = last < chunk ? `if (${part} < ${parts - 1} || j < ${last}) {` : "{";
  const step = kind === "sum" ? `s += ${value};` : `s = Math.max(s, ${value});`;
  const source = kernelText(names, [
    ...lines,
    `let s = ${kind === "sum" ? "0.0" : element(start!, row!)};`,
    `for (let j = ${kind === "sum" ? 0 : 1}; j < ${chunk}; j++) ${guarded} ${step} }`,
    `return ${finish};`,
  ]);
  return { source, args: Object.values(arrays), size: outer * parts * inner };
};

/** Kernels that reduce `axes` of input 0. */
export const reduceAxes = (kind: "sum" | "max", shape: Shape, axes: readonly number[]): GpuStep[] => {
  const steps: GpuStep[] = [];
  const sizes = [...shape];
  let x: StepArgument = 0;
  // Neighbouring reduced axes go in one pass, the last ones first.
  for (let end = axes.length; end > 0; ) {
    let begin = end - 1;
    while (begin > 0 && axes[begin - 1] === axes[begin]! - 1) begin--;
    const [from, to] = [axes[begin]!, axes[end - 1]! + 1];
    const view = {
      outer: sizeOf(sizes.slice(0, from)),
      length: sizeOf(sizes.slice(from, to)),
      inner: sizeOf(sizes.slice(to)),
    };
    steps.push(...reduceSteps(steps.length, { kind, ...view, arrays: { x } }));
    sizes.fill(1, from, to);
    x = { step: steps.length - 1 };
    end = begin;
  }
  return steps;
};

/** [rows, width] of an array whose last axis is reduced. */
export const rowsOf = (shape: Shape): { rows: number; width: number } => ({
  rows: sizeOf(shape.slice(0, -1)),
  width: shape.at(-1)!,
});

/** Coordinates of `this.thread.x` in [rows, width]. */
export const rowKernel = (rows: number, width: number) => {
  const walk = collapse({
    shape: [rows, width],
    strides: [
      [1, 0],
      [0, 1],
    ],
  });
  const { lines, at } = coordinates(walk.shape, isWide(rows * width));
  const [rowAt, columnAt] = walk.strides.map((strides) => indexText(at, strides));
  return { lines, rowAt: rowAt!, columnAt: columnAt! };
};
