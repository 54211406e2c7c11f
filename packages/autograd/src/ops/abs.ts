import { unary } from "../elementwise";

// d|x| = sign x dx, 0 at 0
export const abs = unary({
  name: "abs",
  expression: "Math.abs(x)",
  onnx: "Abs",
  vjp: (dy, { inputs: [x], ops }) => [
    ops.mul(dy, ops.sub(ops.cast(ops.less(0, x!), "float32"), ops.cast(ops.less(x!, 0), "float32"))),
  ],
  takes: ["float32", "int32"],
});
