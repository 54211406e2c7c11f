import { unary } from "../elementwise";

// d(max(x, 0)) = dx where it is above 0, else 0. Told by the value, which the next layer keeps anyway.
export const relu = unary({
  name: "relu",
  expression: "x < 0 ? 0 : x",
  onnx: "Relu",
  vjp: (dy, { output, ops }) => [ops.where(ops.less(0, output), dy, 0)],
});
