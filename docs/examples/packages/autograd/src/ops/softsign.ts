import { unary } from "../elementwise";

// d(x / (1 + |x|)) = dx / (1 + |x|)²
export const softsign = unary({
  name: "softsign",
  expression: "x / (1 + Math.abs(x))",
  onnx: "Softsign",
  vjp: (dy, { inputs: [x], ops }) => {
    const size = ops.add(ops.abs(x!), 1);
    return [ops.div(dy, ops.mul(size, size))];
  },
});
