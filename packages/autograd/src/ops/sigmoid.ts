import { unary } from "../elementwise";

// dσ = σ (1 − σ) dx
export const sigmoid = unary({
  name: "sigmoid",
  expression: "1 / (1 + Math.exp(-x))",
  // ONNX Runtime's Sigmoid is 0 below −18, and its logarithm then −∞.
  onnx: (b) => {
    const one = b.constant([1], "float32", []);
    return b.node("Div", [one, b.node("Add", [one, b.node("Exp", [b.node("Neg", b.inputs)])])]);
  },
  vjp: (dy, { output, ops }) => [ops.mul(dy, ops.mul(output, ops.sub(1, output)))],
});
