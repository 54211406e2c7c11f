import { unary } from "../elementwise";

/** x σ(x), also called swish. */
// d(x σ(x)) = σ (1 + x (1 − σ)) dx
export const silu = unary({
  name: "silu",
  expression: "x / (1 + Math.exp(-x))",
  // ONNX Runtime's Sigmoid is 0 below −18: the value is off by 3e-7 there, and twice as fast.
  onnx: (b) => b.node("Mul", [b.inputs[0]!, b.node("Sigmoid", b.inputs)]),
  vjp: (dy, { inputs: [x], ops }) => {
    const s = ops.sigmoid(x!);
    return [ops.mul(dy, ops.mul(s, ops.add(ops.mul(x!, ops.sub(1, s)), 1)))];
  },
});
