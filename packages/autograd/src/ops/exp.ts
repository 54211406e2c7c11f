import { unary } from "../elementwise";

// d(eˣ) = eˣ dx
export const exp = unary({
  name: "exp",
  expression: "Math.exp(x)",
  onnx: "Exp",
  vjp: (dy, { output, ops }) => [ops.mul(dy, output)],
});
