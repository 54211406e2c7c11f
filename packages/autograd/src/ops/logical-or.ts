import { binary } from "../elementwise";

/** Whether one holds. */
export const logicalOr = binary({
  name: "logicalOr",
  expression: "a > b ? a : b",
  onnx: "Or",
  vjp: null,
  takes: ["bool"],
});
