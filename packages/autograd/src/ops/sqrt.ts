import { unary } from "../elementwise";

// d(√x) = dx / 2√x
export const sqrt = unary({
  name: "sqrt",
  expression: "Math.sqrt(x)",
  onnx: "Sqrt",
  vjp: (dy, { output, ops }) => [ops.div(dy, ops.mul(output, 2))],
});
