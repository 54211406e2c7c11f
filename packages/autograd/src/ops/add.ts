import { binary } from "../elementwise";

// d(a + b) = da + db
export const add = binary({
  name: "add",
  expression: "a + b",
  onnx: "Add",
  vjp: (dy) => [dy, dy],
  takes: ["float32", "int32"],
});
