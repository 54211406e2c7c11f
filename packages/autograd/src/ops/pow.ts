import { binary } from "../elementwise";

// d(aᵇ) = b aᵇ⁻¹ da + aᵇ ln a db
export const pow = binary({
  name: "pow",
  expression: "power(a, b)",
  onnx: "Pow",
  vjp: (dy, { inputs: [a, b], output, ops }) => {
    // At 0⁰ the slope in a, and at 0 to a power ≥ 0 that in b, is 0, as torch has it: 0 · ∞ must not be met.
    const isZero = ops.equal(a!, 0);
    const lower = ops.where(ops.logicalAnd(isZero, ops.equal(b!, 0)), 0, ops.sub(b!, 1));
    const base = ops.where(ops.logicalAnd(isZero, ops.logicalNot(ops.less(b!, 0))), 1, a!);
    return [ops.mul(dy, ops.mul(b!, ops.pow(a!, lower))), ops.mul(dy, ops.mul(output, ops.log(base)))];
  },
});
