import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { reduceSteps, rowKernel, rowsOf } from "../kernel-reduce";
import { kernelText } from "../kernel-text";
import { showShape } from "../shape";

/** eˣ / Σeˣ along the last axis, the row maximum subtracted first. */
export const softmax: Op<[x: Operand], object> = defineOp(
  {
    name: "softmax",
    infer: ([x]) => {
      if (x!.dtype !== "float32" || x!.shape.length === 0)
        throw new AutogradError(
          `softmax: given ${x!.dtype}${showShape(x!.shape)}; takes float32 with an axis`,
        );
      return { shape: x!.shape, dtype: "float32" };
    },
    // dx = y (dy − Σ dy y)
    vjp: (dy, { output: y, ops }) => [
      ops.mul(y, ops.sub(dy, ops.sum(ops.mul(dy, y), { axes: -1, keepDims: true }))),
    ],
    gpu: ({ inputs: [x] }) => {
      const { rows, width } = rowsOf(x!.shape);
      const view = { outer: rows, length: width, inner: 1 };
      const size = rows * width;
      const { lines, rowAt } = rowKernel(rows, width);
      const steps = reduceSteps(0, { kind: "max", ...view, arrays: { x: 0 } });
      const exponential = { step: steps.length };
      steps.push({
        source: kernelText(["x", "top"], [...lines, `return Math.exp(x[this.thread.x] - top[${rowAt}]);`]),
        args: [0, { step: steps.length - 1 }],
        size,
      });
      steps.push(...reduceSteps(steps.length, { kind: "sum", ...view, arrays: { x: exponential } }));
      const source = kernelText(["e", "sum"], [...lines, `return e[this.thread.x] / sum[${rowAt}];`]);
      return [...steps, { source, args: [exponential, { step: steps.length - 1 }], size }];
    },
    onnx: (b) => b.node("Softmax", b.inputs, { axis: -1 }),
  },
  (x: Operand) => ({ inputs: [x], attributes: {} }),
);
