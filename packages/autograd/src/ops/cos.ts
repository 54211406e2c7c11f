import { unary } from "../elementwise";

// d(cos x) = −sin x dx
export const cos = unary({
  name: "cos",
  expression: "Math.cos(x)",
  onnx: "Cos",
  vjp: (dy, { inputs, ops }) => [ops.neg(ops.mul(dy, ops.sin(inputs[0]!)))],
});
