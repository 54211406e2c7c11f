import { binary } from "../elementwise";

// The cotangent goes to the larger operand, half to each on a tie.
export const maximum = binary({
  name: "maximum",
  expression: "Math.max(a, b)",
  onnx: "Max",
  vjp: (dy, { inputs: [a, b], output, ops }) => {
    const shared = ops.div(
      dy,
      ops.add(ops.cast(ops.equal(a!, output), "float32"), ops.cast(ops.equal(b!, output), "float32")),
    );
    return [ops.where(ops.equal(a!, output), shared, 0), ops.where(ops.equal(b!, output), shared, 0)];
  },
});
