import { binary } from "../elementwise";

/** Whether both hold. */
export const logicalAnd = binary({
  name: "logicalAnd",
  expression: "a * b",
  onnx: "And",
  vjp: null,
  takes: ["bool"],
});
