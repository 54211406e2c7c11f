import { unary } from "../elementwise";

export const logicalNot = unary({
  name: "logicalNot",
  expression: "1 - x",
  onnx: "Not",
  vjp: null,
  takes: ["bool"],
});
