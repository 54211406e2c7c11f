import { unary } from "../elementwise";

// dσ = σ (1 − σ) dx
export const sigmoid = unary({
  name: "sigmoid",
  expression: "1 / (1 + Math.exp(-x))",
  onnx: "Sigmoid",
  vjp: (dy, { output, ops }) => [ops.mul(dy, ops.mul(output, ops.sub(1, output)))],
});
