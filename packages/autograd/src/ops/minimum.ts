import { binary } from "../elementwise";

// The cotangent goes to the smaller operand, half to each on a tie, to both where one is NaN.
export const minimum = binary({
  name: "minimum",
  expression: "Math.min(a, b)",
  onnx: "Min",
  vjp: (dy, { inputs: [a, b], ops }) => {
    const share = ops.where(ops.equal(a!, b!), ops.mul(dy, 0.5), dy);
    return [ops.where(ops.less(b!, a!), 0, share), ops.where(ops.less(a!, b!), 0, share)];
  },
  takes: ["float32", "int32"],
});
