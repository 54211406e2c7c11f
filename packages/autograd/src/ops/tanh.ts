import { unary } from "../elementwise";

// d(tanh x) = (1 − tanh² x) dx
export const tanh = unary({
  name: "tanh",
  expression: "hyperbolicTangent(x)",
  onnx: "Tanh",
  vjp: (dy, { output, ops }) => [ops.mul(dy, ops.sub(1, ops.mul(output, output)))],
});
