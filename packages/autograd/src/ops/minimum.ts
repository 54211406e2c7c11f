import { binary } from "../elementwise";

// The cotangent goes to the smaller operand, half to each on a tie.
export const minimum = binary({
  name: "minimum",
  expression: "Math.min(a, b)",
  onnx: "Min",
  vjp: (dy, { inputs: [a, b], output, ops }) => {
    const shared = ops.div(
      dy,
      ops.add(ops.cast(ops.equal(a!, output), "float32"), ops.cast(ops.equal(b!, output), "float32")),
    );
    return [ops.where(ops.equal(a!, output), shared, 0), ops.where(ops.equal(b!, output), shared, 0)];
  },
});
