import type { Shape } from "./dtype";
import type { TensorType } from "./host-tensor";
import type { OnnxBuilder } from "./lowering";
import type { ReduceAttributes } from "./reduce";
import { sizeOf } from "./shape";

/** Nodes that tell, as float32 1 or 0, which elements of a float32 value are NaN, and which lines hold one. */
export const onnxNaNs = (b: OnnxBuilder, value: string, axes: readonly number[], keepDims: boolean) => {
  const marks = b.node("Cast", [b.node("IsNaN", [value])], { to: 1 });
  const most = b.node("ReduceMax", [marks, b.constant(axes, "int64")], { keepdims: keepDims ? 1 : 0 });
  return { marks, lines: b.node("Cast", [most], { to: 9 }) };
};

/** Float32 sums of more numbers than this are made in two steps: added up one by one they would lose digits. */
const oneStep = 4096;

/** ONNX nodes of the sum of a float32 or int32 value over sorted `axes`. */
export const onnxSum = (
  b: OnnxBuilder,
  value: string,
  type: TensorType,
  { axes, keepDims }: ReduceAttributes,
): string => {
  const few = sizeOf(axes.map((axis) => type.shape[axis]!)) <= oneStep || sizeOf(type.shape) === 0;
  if (few || type.dtype !== "float32") return reduceSum(b, value, axes, keepDims);
  const kept = inSteps(b, value, type.shape, axes);
  return keepDims ? kept : b.node("Squeeze", [kept, b.constant(axes, "int64")]);
};

/** The sum over each run of neighbouring axes, the last ones first; they are kept with size 1. */
const inSteps = (b: OnnxBuilder, value: string, shape: Shape, axes: readonly number[]): string => {
  const sizes = [...shape];
  let sum = value;
  for (let end = axes.length; end > 0; ) {
    let begin = end - 1;
    while (begin > 0 && axes[begin - 1] === axes[begin]! - 1) begin--;
    const [from, to] = [axes[begin]!, axes[end - 1]! + 1];
    const length = sizeOf(sizes.slice(from, to));
    if (length > oneStep) {
      const inner = sizeOf(sizes.slice(to));
      const line = reshaped(b, sum, [sizeOf(sizes.slice(0, from)), length, inner]);
      sizes.fill(1, from, to);
      sum = reshaped(b, sumOfLine(b, line, length, inner), sizes);
    } else {
      sizes.fill(1, from, to);
      sum = reduceSum(b, sum, axes.slice(begin, end));
    }
    end = begin;
  }
  return sum;
};

/** [outer, length, inner] to [outer, 1, inner], by parts of about √length. */
const sumOfLine = (b: OnnxBuilder, line: string, length: number, inner: number): string => {
  if (length <= oneStep) return reduceSum(b, line, [1]);
  const part = partOf(length);
  const parts = Math.floor(length / part);
  const whole = parts * part === length ? line : along(b, line, 0, parts * part);
  const sums = reduceSum(b, reshaped(b, whole, [-1, parts, part, inner]), [2]);
  const sum = sumOfLine(b, reshaped(b, sums, [-1, parts, inner]), parts, inner);
  return whole === line ? sum : b.node("Add", [sum, reduceSum(b, along(b, line, parts * part, length), [1])]);
};

/** A divisor near the root, so that nothing need be cut, or the root itself. */
const partOf = (length: number): number => {
  const root = Math.floor(Math.sqrt(length));
  for (let part = root; part > root / 8; part--) if (length % part === 0) return part;
  return root;
};

const reduceSum = (b: OnnxBuilder, value: string, axes: readonly number[], keepDims = true): string =>
  b.node("ReduceSum", [value, b.constant(axes, "int64")], { keepdims: keepDims ? 1 : 0 });

const reshaped = (b: OnnxBuilder, value: string, shape: readonly number[]): string =>
  b.node("Reshape", [value, b.constant(shape, "int64")]);

const along = (b: OnnxBuilder, line: string, start: number, end: number): string =>
  b.node("Slice", [line, ...[[start], [end], [1]].map((list) => b.constant(list, "int64"))]);
