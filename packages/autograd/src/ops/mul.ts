import { binary } from "../elementwise";

// d(ab) = b da + a db
export const mul = binary({
  name: "mul",
  expression: "a * b",
  onnx: "Mul",
  vjp: (dy, { inputs: [a, b], ops }) => [ops.mul(dy, b!), ops.mul(dy, a!)],
  takes: ["float32", "int32"],
});
