import { binary } from "../elementwise";

// d(aᵇ) = b aᵇ⁻¹ da + aᵇ ln a db
export const pow = binary({
  name: "pow",
  expression: "power(a, b)",
  onnx: "Pow",
  vjp: (dy, { inputs: [a, b], output, ops }) => [
    ops.mul(dy, ops.mul(b!, ops.pow(a!, ops.sub(b!, 1)))),
    ops.mul(dy, ops.mul(output, ops.log(a!))),
  ],
});
