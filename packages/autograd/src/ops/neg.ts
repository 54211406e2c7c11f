import { unary } from "../elementwise";

// d(−x) = −dx
export const neg = unary({
  name: "neg",
  expression: "-x",
  onnx: "Neg",
  vjp: (dy, { ops }) => [ops.neg(dy)],
  takes: ["float32", "int32"],
});
