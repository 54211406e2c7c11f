import { binary } from "../elementwise";

// d(a − b) = da − db
export const sub = binary({
  name: "sub",
  expression: "a - b",
  onnx: "Sub",
  vjp: (dy, { ops }) => [dy, ops.neg(dy)],
  takes: ["float32", "int32"],
});
