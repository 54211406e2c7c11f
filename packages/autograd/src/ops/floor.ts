import { unary } from "../elementwise";

/** The largest whole number not above x. Its gradient is 0 everywhere. */
export const floor = unary({
  name: "floor",
  expression: "Math.floor(x)",
  onnx: "Floor",
  vjp: null,
});
