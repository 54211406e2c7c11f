import { binary } from "../elementwise";

/** Whether a < b, elementwise. */
export const less = binary({
  name: "less",
  expression: "a < b ? 1 : 0",
  onnx: "Less",
  vjp: null,
  takes: ["float32", "int32"],
  gives: "bool",
});
