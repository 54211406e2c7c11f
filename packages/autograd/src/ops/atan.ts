import { unary } from "../elementwise";

// d(atan x) = dx / (1 + x²)
export const atan = unary({
  name: "atan",
  expression: "Math.atan(x)",
  onnx: "Atan",
  vjp: (dy, { inputs: [x], ops }) => [ops.div(dy, ops.add(ops.mul(x!, x!), 1))],
});
