import type { OnnxBuilder } from "./op";

/** Nodes that tell, as float32 1 or 0, which elements of a float32 value are NaN, and which lines hold one. */
export const onnxNaNs = (b: OnnxBuilder, value: string, axes: readonly number[], keepDims: boolean) => {
  const marks = b.node("Cast", [b.node("IsNaN", [value])], { to: 1 });
  const most = b.node("ReduceMax", [marks, b.constant(axes, "int64")], { keepdims: keepDims ? 1 : 0 });
  return { marks, lines: b.node("Cast", [most], { to: 9 }) };
};
