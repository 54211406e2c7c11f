import { unary } from "../elementwise";

const cubic = 0.044715;
const slope = Math.sqrt(2 / Math.PI);

/** x Φ(x), with the error function (Hendrycks & Gimpel, arXiv 1606.08415). */
// d(x Φ(x)) = (Φ(x) + x φ(x)) dx, with φ(x) = e^(−x²/2) / √(2π)
export const gelu = unary({
  name: "gelu",
  expression: `0.5 * x * (1 + erf(x * ${Math.SQRT1_2}))`,
  onnx: (b) => b.node("Gelu", b.inputs, { approximate: "none" }),
  vjp: (dy, { inputs: [x], ops }) => {
    const below = ops.mul(ops.add(ops.erf(ops.mul(x!, Math.SQRT1_2)), 1), 0.5);
    const density = ops.exp(ops.mul(ops.mul(x!, x!), -0.5));
    return [ops.mul(dy, ops.add(below, ops.mul(ops.mul(x!, density), 1 / Math.sqrt(2 * Math.PI))))];
  },
});

/** The tanh approximation of `gelu` from the same paper, which GPT-2 uses. */
// With u = √(2/π) (x + 0.044715 x³) and t = tanh u: d = ½ (1 + t + x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²)) dx
export const geluTanh = unary({
  name: "geluTanh",
  expression: `0.5 * x * (1 + hyperbolicTangent(${slope} * (x + ${cubic} * x * x * x)))`,
  onnx: (b) => b.node("Gelu", b.inputs, { approximate: "tanh" }),
  vjp: (dy, { inputs: [x], ops }) => {
    const square = ops.mul(x!, x!);
    const line = ops.mul(x!, slope);
    const t = ops.tanh(ops.mul(line, ops.add(ops.mul(square, cubic), 1)));
    const steep = ops.mul(line, ops.add(ops.mul(square, 3 * cubic), 1));
    const bend = ops.mul(steep, ops.sub(1, ops.mul(t, t)));
    return [ops.mul(dy, ops.mul(ops.add(ops.add(t, 1), bend), 0.5))];
  },
});
