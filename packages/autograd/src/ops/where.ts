import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { broadcastAll } from "../elementwise";
import { AutogradError } from "../errors";
import { mapKernel } from "../kernel-text";
import type { Operand } from "../operand";
import { showShape } from "../shape";

/** `a` where the condition (bool) holds, else `b`; all three broadcast. */
export const where: Op<[condition: Operand, a: Operand, b: Operand], object> = defineOp(
  {
    name: "where",
    infer: (inputs) => {
      const [condition, a, b] = inputs;
      if (condition!.dtype !== "bool" || a!.dtype !== b!.dtype)
        throw new AutogradError(
          `where: given ${inputs.map((i) => i.dtype + showShape(i.shape)).join(", ")}; takes bool and two tensors of one dtype`,
        );
      return { shape: broadcastAll("where", inputs), dtype: a!.dtype };
    },
    // d(where) = da where it holds, db elsewhere
    vjp: (dy, { inputs: [condition], ops }) => [
      null,
      ops.where(condition!, dy, 0),
      ops.where(condition!, 0, dy),
    ],
    gpu: (context) => mapKernel(context, ["c", "a", "b"], "c > 0.5 ? a : b"),
    onnx: (b) => {
      const [condition, x, y] = b.inputs as [string, string, string];
      // ONNX Runtime's Where knows neither bool nor the uint16 that bfloat16 travels as.
      if (b.output.dtype === "bool")
        return b.node("Or", [b.node("And", [condition, x]), b.node("And", [b.node("Not", [condition]), y])]);
      if (b.output.dtype !== "bfloat16") return b.node("Where", b.inputs);
      const [p, q] = [x, y].map((value) => b.node("BitCast", [value], { to: 10 }));
      return b.node("BitCast", [b.node("Where", [condition, p!, q!])], { to: 4 });
    },
  },
  (condition: Operand, a: Operand, b: Operand) => ({ inputs: [condition, a, b], attributes: {} }),
);
