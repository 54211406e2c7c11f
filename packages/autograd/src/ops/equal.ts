import { binary } from "../elementwise";

/** Whether a = b, elementwise. */
export const equal = binary({
  name: "equal",
  expression: "a === b ? 1 : 0",
  onnx: "Equal",
  vjp: null,
  takes: ["float32", "int32", "bool"],
  gives: "bool",
});
