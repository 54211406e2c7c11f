import { unary } from "../elementwise";

/** Whether x is not a number (exported as `isNaN`, which a file must not shadow). */
export const elementIsNaN = unary({
  name: "isNaN",
  expression: "x === x ? 0 : 1",
  onnx: "IsNaN",
  vjp: null,
  gives: "bool",
  needs: ["nan"],
});
