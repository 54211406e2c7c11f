import { unary } from "../elementwise";

// d(erf x) = 2/√π · e^(−x²) dx
export const erf = unary({
  name: "erf",
  expression: "erf(x)",
  onnx: "Erf",
  vjp: (dy, { inputs: [x], ops }) => [
    ops.mul(dy, ops.mul(2 / Math.sqrt(Math.PI), ops.exp(ops.neg(ops.mul(x!, x!))))),
  ],
});
