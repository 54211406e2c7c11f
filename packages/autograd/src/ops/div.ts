import { binary } from "../elementwise";

// d(a/b) = da / b − (a/b) db / b
export const div = binary({
  name: "div",
  expression: "a / b",
  onnx: "Div",
  vjp: (dy, { inputs: [, b], output, ops }) => [ops.div(dy, b!), ops.neg(ops.mul(dy, ops.div(output, b!)))],
});
