import { unary } from "../elementwise";

// d(ln x) = dx / x
export const log = unary({
  name: "log",
  expression: "Math.log(x)",
  onnx: "Log",
  vjp: (dy, { inputs, ops }) => [ops.div(dy, inputs[0]!)],
});
