import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { broadcastAll, checkDTypes } from "../elementwise";
import { mapKernel } from "../kernel-text";
import type { OnnxBuilder } from "../lowering";
import type { Operand } from "../operand";

/**
 * ⌊a / b⌋ of int32 or float32 tensors (there of the rounded quotient), towards −∞ as Python's `//`; integers divided
 * by 0 give 0. Its gradient is 0.
 * gpu engines hold integers as float32: |a|, |b| < 2²⁴ (2²⁰ on webgl2 and webgpu, which divide less exactly).
 */
export const floorDivide: Op<[a: Operand, b: Operand], object> = defineOp(
  {
    name: "floorDivide",
    infer: (inputs) => {
      const dtype = checkDTypes("floorDivide", inputs, ["float32", "int32"]);
      return { shape: broadcastAll("floorDivide", inputs), dtype };
    },
    vjp: null,
    gpu: (context) => {
      const { mode, output } = context;
      if (output.dtype === "float32") return mapKernel(context, ["a", "b"], "Math.floor(a / b)");
      // Where quotients are not rounded correctly, half a step keeps them off the whole numbers.
      const exact = mode === "cpu" || mode === "webasm";
      const above = exact ? "a / b" : "(b > 0 ? a + 0.5 : a - 0.5) / b";
      return mapKernel(context, ["a", "b"], `b === 0 ? 0 : Math.floor(${above})`);
    },
    onnx: (b) =>
      b.output.dtype === "int32" ? integerQuotient(b) : b.node("Floor", [b.node("Div", b.inputs)]),
  },
  (a: Operand, b: Operand) => ({ inputs: [a, b], attributes: {} }),
);

/** ONNX Runtime truncates integer quotients, and stops the process where processors trap: at x/0 and −2³¹/−1. */
const integerQuotient = (b: OnnxBuilder): string => {
  const [x, y] = b.inputs as [string, string];
  const number = (value: number) => b.constant([value], "int32", []);
  const isZero = b.node("Equal", [y, number(0)]);
  const isMinusOne = b.node("Equal", [y, number(-1)]);
  const divisor = b.node("Where", [b.node("Or", [isZero, isMinusOne]), number(1), y]);
  const quotient = b.node("Div", [x, divisor]);
  const rest = b.node("Sub", [x, b.node("Mul", [quotient, divisor])]);
  const negative = (value: string) => b.node("Less", [value, number(0)]);
  const above = b.node("And", [
    b.node("Not", [b.node("Equal", [rest, number(0)])]),
    b.node("Xor", [negative(rest), negative(divisor)]),
  ]);
  const floored = b.node("Sub", [quotient, b.node("Cast", [above], { to: 6 })]);
  const negated = b.node("Where", [isMinusOne, b.node("Neg", [x]), floored]);
  return b.node("Where", [isZero, number(0), negated]);
};
