import { unary } from "../elementwise";

// d(sin x) = cos x dx
export const sin = unary({
  name: "sin",
  expression: "Math.sin(x)",
  onnx: "Sin",
  vjp: (dy, { inputs, ops }) => [ops.mul(dy, ops.cos(inputs[0]!))],
});
