import { unary } from "../elementwise";

// d ln(1 + eˣ) = σ(x) dx
export const softplus = unary({
  name: "softplus",
  expression: "Math.log(1 + Math.exp(-Math.abs(x))) + (x > 0 ? x : 0)",
  onnx: "Softplus",
  vjp: (dy, { inputs: [x], ops }) => [ops.mul(dy, ops.sigmoid(x!))],
});
