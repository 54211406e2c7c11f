import { unary } from "../elementwise";

// d(max(x, 0)) = dx where x > 0, else 0
export const relu = unary({
  name: "relu",
  expression: "x < 0 ? 0 : x",
  onnx: "Relu",
  vjp: (dy, { inputs: [x], ops }) => [ops.where(ops.less(0, x!), dy, 0)],
});
